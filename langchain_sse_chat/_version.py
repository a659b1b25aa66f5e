"""The version of the package, read by the build and by `langchain_sse_chat`."""

__version__ = "0.1.0"
