"""`langchain-sse-chat chat`: a conversation in the terminal."""
