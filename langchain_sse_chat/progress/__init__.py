"""Figures about streams while they run, and buffers for interfaces.

`StreamProgress` counts and times the answers of any model, chain or agent.
`StreamBuffer`, `buffered` and `abuffered` deliver the pieces of a stream together.
"""

from langchain_sse_chat.progress.abuffered import abuffered
from langchain_sse_chat.progress.buffered import buffered
from langchain_sse_chat.progress.handler import StreamProgress
from langchain_sse_chat.progress.stream_buffer import StreamBuffer
from langchain_sse_chat.progress.tally import ProgressStats

__all__ = [
    "ProgressStats",
    "StreamBuffer",
    "StreamProgress",
    "abuffered",
    "buffered",
]
