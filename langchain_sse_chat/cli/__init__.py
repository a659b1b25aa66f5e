"""The command line: `langchain-sse-chat`, or `python -m langchain_sse_chat`."""
