"""The wire's words to LangChain's and back: pure functions and small assemblers."""
