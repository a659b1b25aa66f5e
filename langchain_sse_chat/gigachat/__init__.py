"""GigaChat, under the names of `langchain_gigachat`, and what only it needs.

`chat_models` and `embeddings` have the classes, `connection` their common fields, and
`service` the methods about files, models and tokens. The other modules convert to and
from the forms of its API; `request` and `answer` use them if the dialect says so.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from langchain_sse_chat.gigachat.chat_models import GigaChat
    from langchain_sse_chat.gigachat.embeddings import GigaChatEmbeddings
    from langchain_sse_chat.gigachat.results import (
        DeletedFile,
        Image,
        Model,
        Models,
        TokensCount,
        UploadedFile,
        UploadedFiles,
    )

__all__ = [
    "DeletedFile",
    "GigaChat",
    "GigaChatEmbeddings",
    "Image",
    "Model",
    "Models",
    "TokensCount",
    "UploadedFile",
    "UploadedFiles",
]

_MODULES = {"GigaChat": "chat_models", "GigaChatEmbeddings": "embeddings"}
_RESULTS = "results"


def __getattr__(name: str) -> Any:
    """Import a class on first access, because it imports the whole package."""
    if name in __all__:
        module = import_module(f"{__name__}.{_MODULES.get(name, _RESULTS)}")
        return getattr(module, name)
    msg = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(msg)
