"""Exchanges written down as files, which the embedded server plays back."""

from langchain_sse_chat.recording.recorder import Recorder

__all__ = ["Recorder"]
