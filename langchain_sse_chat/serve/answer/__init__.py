"""Items of LangChain to the parts of an answer, without I/O."""
