"""Serve a LangChain model, chain or agent over HTTP as a stream."""
