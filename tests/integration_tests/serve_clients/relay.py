"""The server that most clients are tried with: one model, read and served again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from langchain_sse_chat import ChatSSE
from langchain_sse_chat.serve import create_app
from langchain_sse_chat.testing import ScriptedServer
from tests.integration_tests.serve_clients.served import running

KEY = "sk-the-key-of-the-relay"
TOKENS = ["Grüße", " aus", " 東京", " 👋\n", "\r\n\u2028", " data: x"]
REASONING = ["I", " greet"]
CALLS = [
    {"id": "call_1", "name": "weather", "arguments": {"city": "Köln"}},
    {"id": "call_2", "name": "weather", "arguments": {"city": "東京"}},
]
USAGE = {
    "prompt_tokens": 11,
    "completion_tokens": 7,
    "total_tokens": 18,
    "prompt_tokens_details": {"cached_tokens": 4},
    "completion_tokens_details": {"reasoning_tokens": 2},
}
MESSAGES: Any = [{"role": "user", "content": "Hello"}]
TOOLS: Any = [
    {
        "type": "function",
        "function": {
            "name": "weather",
            "description": "The weather in a city.",
            "parameters": {
                "type": "object",
                "properties": {"city": {"type": "string"}},
                "required": ["city"],
                "additionalProperties": False,
            },
            "strict": True,
        },
    }
]


@dataclass(frozen=True, slots=True)
class Relay:
    """A served model."""

    url: str
    """Its address, without `/v1`."""
    key: str = KEY

    @property
    def base_url(self) -> str:
        return f"{self.url}/v1"


@contextmanager
def relaying(
    upstream: ScriptedServer, server_key: str = "sk-of-the-server", **settings: Any
) -> Iterator[Relay]:
    """Serve a `ChatSSE` that reads a server, under the name `m`."""
    chat = ChatSSE(
        model="behind",
        base_url=upstream.base_url,
        api_key=server_key,
        max_retries=0,
    )
    app = create_app({"m": chat}, api_keys=[KEY], **settings)
    with running(app) as url:
        yield Relay(url)
