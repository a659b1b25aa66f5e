"""Embeddings from the servers of `ChatSSE`: the vectors of texts, for semantic search.

`model` has the class. `facts` has what differs between providers, `batches` cuts texts
into requests, `vectors` and `answer` read what comes, and `job` is the state of a call:
none of them does I/O.
"""

from langchain_sse_chat.embeddings.model import CompatibleEmbeddings

__all__ = ["CompatibleEmbeddings"]
