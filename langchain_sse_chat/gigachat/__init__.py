"""GigaChat: `ChatSSE` under the names of `langchain_gigachat`, and what only it needs.

`chat_models` is the class. The other modules are the forms of its API, which the
request and the answer use where the dialect says so; they import nothing above them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from langchain_sse_chat.gigachat.chat_models import GigaChat

__all__ = ["GigaChat"]


def __getattr__(name: str) -> Any:
    """Import the class when it is first asked for: it needs the whole package."""
    if name == "GigaChat":
        from langchain_sse_chat.gigachat.chat_models import GigaChat  # noqa: PLC0415

        return GigaChat
    msg = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(msg)
