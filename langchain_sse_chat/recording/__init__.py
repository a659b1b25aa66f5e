"""Record exchanges in files, which the embedded server can play back."""

from langchain_sse_chat.recording.recorder import Recorder

__all__ = ["Recorder"]
