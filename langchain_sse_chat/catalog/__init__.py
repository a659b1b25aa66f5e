"""List the models of a server, in every server's spelling."""

from langchain_sse_chat.catalog.server_model import ServerModel

__all__ = ["ServerModel"]
