"""What leaves: LangChain's messages and tools to the body and headers of a request."""
