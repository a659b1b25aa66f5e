"""The chat models that are compared, ours and those of others that are installed."""

from __future__ import annotations

import functools
import importlib
import importlib.metadata
import importlib.util
import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from langchain_core.language_models import BaseChatModel

from langchain_sse_chat import ChatSSE


@dataclass(frozen=True)
class Maker:
    """How a chat model is made."""

    name: str
    package: str
    """Its distribution; its module has the same name with underscores."""
    url: str
    """The name of its argument for the base URL."""
    model: str = "m"

    @property
    def module(self) -> str:
        """The module that has the class."""
        return self.package.replace("-", "_")

    @property
    def installed(self) -> bool:
        """Whether it is here."""
        return importlib.util.find_spec(self.module) is not None

    @property
    def asks_for_usage(self) -> dict[str, Any]:
        """Arguments for usage, where it is not asked for anyway."""
        return {} if self.name == "ChatLiteLLM" else {"stream_usage": True}

    def make(self, url: str, **more: Any) -> BaseChatModel:
        """Return a model that asks for usage and does not retry."""
        made: Callable[..., BaseChatModel] = getattr(
            importlib.import_module(self.module), self.name
        )
        given = {"model": self.model, self.url: url, "api_key": "k", "max_retries": 0}
        return made(**{**given, **self.asks_for_usage, **more})


OURS = Maker("ChatSSE", "langchain-sse-chat", "base_url")
OPENAI = Maker("ChatOpenAI", "langchain-openai", "base_url")
PEERS = (
    OPENAI,
    Maker("ChatDeepSeek", "langchain-deepseek", "api_base"),
    Maker("ChatLiteLLM", "langchain-litellm", "api_base", "openai/m"),
)
MAKERS = {maker.name: maker for maker in (OURS, *PEERS)}

# LiteLLM gets a list of prices when it is imported, unless it is told not to.
os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")


def ours_over(transport: str, url: str) -> BaseChatModel | None:
    """Return our model over another transport; `None` when it has no such choice."""
    if "async_transport" not in ChatSSE.model_fields:
        return None
    return OURS.make(url, async_transport=transport)


@functools.cache
def versions() -> dict[str, str]:
    """Return what is installed of what matters here."""
    names = (
        *(maker.package for maker in MAKERS.values()),
        *("langchain-core", "httpx", "httpx-sse", "openai", "litellm", "pydantic"),
    )
    found = {}
    for name in names:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            found[name] = "not installed"
    return found
