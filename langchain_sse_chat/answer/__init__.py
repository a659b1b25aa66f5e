"""Read answers: convert bytes to LangChain's chunks, events and messages."""
