"""Define the facts about a provider."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import parse_qsl, quote, urlsplit

from langchain_sse_chat.dialect import Dialect
from langchain_sse_chat.errors import ConfigurationError
from langchain_sse_chat.providers.model_facts import ModelFacts, dialect_of
from langchain_sse_chat.providers.placeholders import filled, host_pattern, matches
from langchain_sse_chat.providers.token_endpoint import TokenEndpoint


@dataclass(frozen=True, slots=True)
class Provider:
    """A provider of chat completions: its address, key and dialect.

    Create your own for a server that is not in the table:

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
    """The part of the address before `/chat/completions`. `{NAME}` stands for the value
    of the environment variable `NAME`, and `{NAME|OTHER}` for the first of them that is
    set; they are read when a model is created without `base_url`."""

    api_key_env: str | None = None
    """The environment variable that holds the key, as the provider's own documentation
    names it; where it names none, the provider's name with `_API_KEY`."""

    base_url_env: str | None = None
    """The environment variable that holds another base URL."""

    other_api_key_envs: tuple[str, ...] = ()
    """Variables that hold the key when `api_key_env` is not set, in order: those that
    LangChain's own package for the provider reads."""

    other_base_url_envs: tuple[str, ...] = ()
    """Variables that hold the base URL when `base_url_env` is not set, in order."""

    api_key_required: bool = True
    """Whether the server rejects requests without a key."""

    dialect: Dialect = field(default_factory=Dialect)
    """The dialect of its requests."""

    hint: str = ""
    """A sentence for users without a key, at the end of the missing-key error."""

    source: str = ""
    """The documentation page with these facts."""

    hosts: tuple[str, ...] = ()
    """Other hosts by which it is found: names, `*.example.com` for subdomains, or
    `api-*.example.com` for any part of a name."""

    api_key_header: str = "Authorization"
    """The header that carries the key."""

    api_key_prefix: str = "Bearer "
    """The text before the key in that header."""

    path: str = ""
    """The path to use when a base URL has none, with `{model}` for the model's name.
    Azure's variable holds an endpoint without a path."""

    query_env: tuple[str, str] | None = None
    """A required query parameter, and the environment variable with its value."""

    headers: tuple[tuple[str, str], ...] = ()
    """Headers of every request, as pairs. The model's own headers replace them."""

    token: TokenEndpoint | None = None
    """The endpoint that exchanges the key for an access token, if requests need one."""

    tls_hint: str = ""
    """A sentence for the error when the server's certificate is not accepted."""

    note: str = ""
    """Notes for users of this provider, shown in the documentation."""

    headers_env: tuple[tuple[str, str], ...] = ()
    """Headers from the environment, as pairs of the header and its variable, such as
    `("OpenAI-Organization", "OPENAI_ORG_ID")`. They are read when a model is created,
    and sent if the variable is set, but only to the provider's own hosts and to an
    address from its own variables. The model's own headers replace them."""

    checked: str = ""
    """The day on which the facts were read on the page in `source`, as `2026-11-28`;
    empty if some of them come from elsewhere, such as public code."""

    models: tuple[ModelFacts, ...] = ()
    """Facts about some of its models. The first that describe a model apply."""

    proxy_env: str | None = None
    """The environment variable that holds the URL of a proxy for its requests, which
    LangChain's own package for the provider reads."""

    langchain_name: str = ""
    """LangChain's name of the provider in traces (`ls_provider`), by which LangSmith
    finds prices; empty if it is `name`."""

    currency: str = ""
    """The currency of the costs and prices that its API tells, as an ISO 4217 code, by
    its own documentation. Empty if that does not say."""

    strict_base_url: str | None = None
    """The address for requests with a tool whose `strict` is true, if that is another
    one. It is used only instead of `base_url`, never instead of an address of the
    user's or of the environment."""

    tokenizer: Literal["tiktoken"] | None = None
    """The library that counts the tokens of its models exactly, if it is installed;
    `None` for an estimate."""

    def __post_init__(self) -> None:
        """Check the facts that every call uses.

        Raises:
            ConfigurationError: `name` is empty, or `dialect`, `models` or `token` is
                something other than its class.
        """
        if not self.name:
            msg = "A `Provider` needs a `name`: errors and traces show it."
            raise ConfigurationError(msg)
        for field_name, kinds, expected in (
            ("dialect", Dialect, "a `Dialect`"),
            ("models", tuple, "a tuple of `ModelFacts`"),
            ("token", TokenEndpoint | None, "a `TokenEndpoint` or None"),
        ):
            given = getattr(self, field_name)
            if not isinstance(given, kinds):
                msg = (
                    f"`Provider({field_name}=…)` must be {expected}, not "
                    f"{type(given).__name__}."
                )
                raise ConfigurationError(msg)

    @property
    def key_variables(self) -> tuple[str, ...]:
        """The environment variables for the key, in order."""
        return (*filter(None, [self.api_key_env]), *self.other_api_key_envs)

    @property
    def address_variables(self) -> tuple[str, ...]:
        """The environment variables for the base URL, in order."""
        return (*filter(None, [self.base_url_env]), *self.other_base_url_envs)

    @property
    def host(self) -> str | None:
        """The host of its address, in lower case, with `*` for variables in it."""
        return host_of(host_pattern(self.base_url))

    @property
    def is_local(self) -> bool:
        """Whether its address is this machine.

        Many servers share that host, so providers are not found by it.
        """
        return self.host in LOCAL_HOSTS

    @property
    def known_hosts(self) -> tuple[str, ...]:
        """The hosts by which it is found, as names and patterns with a `*`."""
        own = self.host
        if own is None or own in LOCAL_HOSTS:
            return self.hosts
        return (own, *self.hosts)

    def serves(self, host: str | None) -> bool:
        """Whether it is found by a host."""
        return host is not None and any(matches(host, own) for own in self.known_hosts)

    def is_home(self, base_url: str) -> bool:
        """Whether an address is on a host of this provider.

        Another host with a provider's name can be a proxy or a test server.
        """
        host = host_of(base_url)
        return self.serves(host) or (self.is_local and host == self.host)

    def needs_key_at(self, base_url: str) -> bool:
        """Whether requests to this address need a key.

        Another host with a provider's name, such as a proxy or a test server, may not
        need one.
        """
        if not self.api_key_required:
            return False
        return host_of(base_url) is None or self.is_home(base_url)

    def filled_base_url(self) -> str | None:
        """Return its address with the values of the variables in it.

        Raises:
            ConfigurationError: A variable is not set, or its value does not fit.
        """
        url = self.base_url
        return filled(url, self.name) if url is not None and "{" in url else url

    def headers_in_environment(self) -> dict[str, str]:
        """Return the headers of `headers_env` whose variables are set."""
        found = ((name, os.environ.get(each)) for name, each in self.headers_env)
        return {name: value for name, value in found if value}

    def key_header(self, key: str | None) -> dict[str, str]:
        """Return the header with a key; empty without one."""
        return {self.api_key_header: f"{self.api_key_prefix}{key}"} if key else {}

    def dialect_for(self, model: str) -> Dialect:
        """Return the dialect of a model's requests."""
        return dialect_of(self.dialect, self.models, model)

    def missing_key_hint(self, headers: Mapping[str, object]) -> str:
        """Return advice for a request that was rejected without a key.

        Args:
            headers: The caller's headers, which may contain a key.
        """
        if any(name.lower() in _KEY_HEADERS for name in headers):
            return ""
        if self.api_key_env:
            return f"No API key was sent: set {self.api_key_env}, or pass `api_key`."
        return (
            "No API key was sent: pass `api_key`. A key from OPENAI_API_KEY goes to "
            "api.openai.com only."
        )

    def root(self, base_url: str, model: str) -> str:
        """Return the part of the address before `/chat/completions` for a model.

        It is `base_url`, with `path` added if that has no path.
        """
        if not self.path or host_of(base_url) is None:
            return base_url
        parts = urlsplit(base_url.strip())
        if parts.path.strip("/"):
            return base_url
        path = self.path.replace("{model}", quote(model, safe=""))
        return parts._replace(path=path).geturl()

    def query(self, root: str, given: Mapping[str, object]) -> dict[str, object]:
        """Return the query parameters of a request.

        Args:
            root: The address; parameters in it count as given.
            given: Parameters of the model and of the call.

        Raises:
            ConfigurationError: A required parameter is missing; the message names it
                and its variable.
        """
        if self.query_env is None or host_of(root) is None:
            return dict(given)
        name, variable = self.query_env
        if name in given or name in dict(parse_qsl(urlsplit(root).query)):
            return dict(given)
        value = os.environ.get(variable)
        if not value:
            msg = (
                f"{self.name} needs {name!r}: set {variable}, or pass "
                f"`default_query={{{name!r}: …}}`."
            )
            raise ConfigurationError(msg)
        return {**given, name: value}


_KEY_HEADERS = frozenset({"authorization", "api-key", "x-api-key"})
LOCAL_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})
"""Hosts that are this machine, which many servers share."""


def host_of(url: str | None) -> str | None:
    """Return the host of a URL in lower case, `None` when it has none.

    A Unix socket is on this machine; its URL has the socket's path instead of a host.
    """
    if (url or "").strip().lower().startswith("http+unix://"):
        return "localhost"
    try:
        return urlsplit(url or "").hostname
    except ValueError:
        return None
