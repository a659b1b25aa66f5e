"""The chat models that are compared, ours and those of others that are installed."""

from __future__ import annotations

import functools
import importlib
import importlib.metadata
import importlib.util
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from langchain_core.language_models import BaseChatModel


@dataclass(frozen=True)
class Maker:
    """How a chat model is made."""

    name: str
    """The name in the tables."""
    package: str
    """Its distribution; its module has the same name with underscores."""
    url: str
    """The name of its argument for the base URL."""
    model: str = "m"
    given: Mapping[str, Any] = field(default_factory=dict)
    """More arguments."""
    needs: str = ""
    """Another module that has to be there."""

    @property
    def class_name(self) -> str:
        """The name of its class."""
        return self.name.partition(",")[0]

    @property
    def module(self) -> str:
        """The module that has the class."""
        return self.package.replace("-", "_")

    @property
    def installed(self) -> bool:
        """Whether it is here."""
        needed = [self.module, self.needs] if self.needs else [self.module]
        return all(importlib.util.find_spec(module) for module in needed)

    def make(self, url: str, **more: Any) -> BaseChatModel:
        """Return a model that asks for usage and does not retry."""
        made: Callable[..., BaseChatModel] = getattr(
            importlib.import_module(self.module), self.class_name
        )
        given = {"model": self.model, self.url: url, "api_key": "k", "max_retries": 0}
        return made(**{**given, **self.given, **more})


_USAGE = {"stream_usage": True}
# Like for like with the httpx that stands below: `auto` takes aiohttp where it is.
OURS = Maker(
    "ChatSSE",
    "langchain-sse-chat",
    "base_url",
    given={**_USAGE, "async_transport": "httpx"},
)
OURS_AIOHTTP = Maker(
    "ChatSSE, aiohttp",
    "langchain-sse-chat",
    "base_url",
    given={**_USAGE, "async_transport": "aiohttp"},
    needs="httpx_aiohttp",
)
OPENAI = Maker("ChatOpenAI", "langchain-openai", "base_url", given=_USAGE)
PEERS: tuple[Maker, ...] = (
    OPENAI,
    Maker("ChatDeepSeek", "langchain-deepseek", "api_base", given=_USAGE),
    # Asks for usage anyway.
    Maker("ChatLiteLLM", "langchain-litellm", "api_base", "openai/m"),
    Maker("ChatOpenRouter", "langchain-openrouter", "base_url", given=_USAGE),
)
if os.environ.get("BENCH_CHECK"):
    # All are made and called in the same way, so one shows whether that works.
    PEERS = PEERS[:1]
MAKERS = {maker.name: maker for maker in (OURS, *PEERS)}
"""Each model once."""
ASYNC_MAKERS = {maker.name: maker for maker in (OURS, OURS_AIOHTTP, *PEERS)}
"""Ours once for each library that sends its async calls."""

# LiteLLM gets a list of prices when it is imported, unless it is told not to.
os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")


def is_ours(way: str) -> bool:
    """Return whether a failure of a way is the project's: all but those of peers."""
    return not way.startswith(tuple(maker.name for maker in PEERS))


@functools.cache
def versions() -> dict[str, str]:
    """Return the installed versions of the compared packages."""
    names = (
        *(maker.package for maker in MAKERS.values()),
        *("langchain-core", "httpx", "httpx-aiohttp", "aiohttp", "httpx-sse"),
        *("openai", "litellm", "openrouter", "pydantic"),
    )
    found = {}
    for name in names:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            found[name] = "not installed"
    return found
