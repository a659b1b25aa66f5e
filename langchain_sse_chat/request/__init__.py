"""Build requests: convert LangChain's messages and tools to body and headers."""
