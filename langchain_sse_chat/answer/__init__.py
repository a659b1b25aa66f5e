"""What came, as LangChain has it: bytes to chunks, events and messages."""
