"""Libraries that trace LangChain, in an environment of their own."""
