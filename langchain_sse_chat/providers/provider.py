"""What is known of a provider before the first request."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from langchain_sse_chat.wire.dialect import Dialect


@dataclass(frozen=True, slots=True)
class Provider:
    """A provider of chat completions: where it is, its key, its dialect.

    Make your own for a server that is not in the table:

    ```python
    from langchain_sse_chat import ChatSSE, Provider

    acme = Provider(
        name="acme", base_url="https://llm.acme.example/v1", api_key_env="ACME_KEY"
    )
    chat = ChatSSE(model="acme-large", provider=acme)
    ```
    """

    name: str
    """The name under which `provider=` finds it."""

    base_url: str | None = None
    """The part of the address before `/chat/completions`."""

    api_key_env: str | None = None
    """The environment variable that holds the key, as the provider's own documentation
    names it."""

    base_url_env: str | None = None
    """The environment variable that holds another base URL."""

    api_key_required: bool = True
    """Whether requests without a key are refused by the server."""

    dialect: Dialect = field(default_factory=Dialect)
    """What its requests look like."""

    hint: str = ""
    """A sentence that a user of this provider needs."""

    source: str = ""
    """The page of its documentation that these facts were read from."""

    @property
    def host(self) -> str | None:
        """The host of its address, in lower case."""
        return host_of(self.base_url)

    def needs_key_at(self, base_url: str) -> bool:
        """Whether requests to this address are refused without a key.

        Another host under a provider's name, such as a proxy or a local stand-in, may
        need none.
        """
        return self.api_key_required and host_of(base_url) in {self.host, None}


def host_of(url: str | None) -> str | None:
    """Return the host of a URL in lower case, `None` when it has none."""
    try:
        return urlsplit(url or "").hostname
    except ValueError:
        return None
