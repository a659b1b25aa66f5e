"""The name by which LangChain tells this package's messages from others."""

MODEL_PROVIDER = "sse-chat"
"""`response_metadata["model_provider"]` of our messages and `ls_provider` of our runs.

A name of our own, whichever the server: LangChain finds the reader of content blocks
by it, and those of other packages drop fields that we keep.
"""
