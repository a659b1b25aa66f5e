"""Find the secrets of a request and redact them wherever they could be shown."""

from langchain_sse_chat.secrets.names import (
    MASK,
    is_secret_name,
    masked,
    speaks_of_a_secret,
)
from langchain_sse_chat.secrets.request import Secrets, query_names, shown_headers

__all__ = [
    "MASK",
    "Secrets",
    "is_secret_name",
    "masked",
    "query_names",
    "shown_headers",
    "speaks_of_a_secret",
]
