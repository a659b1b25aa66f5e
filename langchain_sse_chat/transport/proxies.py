"""Choose the proxy of a request."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from urllib.request import getproxies

import httpx

from langchain_sse_chat.errors import (
    ConfigurationError,
    ConnectionFailedError,
    SSEChatError,
    TimedOutError,
)
from langchain_sse_chat.secrets.masking import MaskedStr
from langchain_sse_chat.transport import late_httpcore as httpcore
from langchain_sse_chat.transport.no_proxy import NoProxy, is_this_machine

EXTENSION = "langchain_sse_chat.proxy"
"""The extension of an httpx request that holds the `Proxy` it went through."""

_FIELD = "`proxy`"
_SCHEMES = ("http", "https", "all")
_VARIABLES = tuple(
    name
    for scheme in (*_SCHEMES, "no")
    for name in (f"{scheme}_proxy", f"{scheme}_proxy".upper())
)


@dataclass(frozen=True, slots=True)
class Proxy:
    """A proxy, and the setting that names it."""

    url: str = field(repr=False)
    """The URL, which may include user and password."""
    source: str
    """An environment variable, or the field."""

    def __str__(self) -> str:
        """Return the address without user and password, and the source."""
        url = httpx.URL(self.url)
        return f"{url.scheme}://{url.netloc.decode()} ({self.source})"

    def as_httpx(self) -> httpx.Proxy:
        """Return the proxy as an `httpx.Proxy`.

        Raises:
            ConfigurationError: The URL is not valid for a proxy.
        """
        # The exceptions are dropped because they may quote a part of the password. A
        # password with a slash is parsed as host and port up to it.
        with suppress(ValueError, httpx.InvalidURL):
            url = httpx.URL(self.url)
            if url.host and "@" not in url.path:
                return httpx.Proxy(url)
        msg = (
            f"Invalid proxy URL in {self.source}. Use the form 'http://host:port' or "
            "'socks5://host:port', with special characters in the user and password "
            "percent-encoded."
        )
        raise ConfigurationError(msg)


class Proxies:
    """The proxies of a client, by the scheme of the URLs that they are for."""

    def __init__(
        self, by_scheme: Mapping[str, Proxy], no_proxy: NoProxy | None = None
    ) -> None:
        """Store the proxies.

        Args:
            by_scheme: The keys are `http`, `https` and, for both, `all`.
            no_proxy: The hosts that need no proxy, in addition to this machine. `None`
                sends all requests through a proxy, even those to this machine.
        """
        self._by_scheme = by_scheme
        self._no_proxy = no_proxy

    def __bool__(self) -> bool:
        """Whether any request goes through a proxy."""
        return bool(self._by_scheme)

    def of(self, url: httpx.URL) -> Proxy | None:
        """Return the proxy for a URL, or `None` to connect directly.

        Raises:
            ConfigurationError: `NO_PROXY` has an unreadable entry that may be meant
                for this host.
        """
        proxy = self._by_scheme.get(url.scheme) or self._by_scheme.get("all")
        if proxy is None or self._no_proxy is None:
            return proxy
        if is_this_machine(url.host) or self._no_proxy.has(url):
            return None
        return proxy


def proxies_of(
    field_value: str | None, found: Callable[[], Mapping[str, str]] = getproxies
) -> Proxies:
    """Return the proxy in the field `proxy` or, without one, those of the environment.

    Requests to loopback addresses never use a proxy of the environment.

    Args:
        field_value: The field.
        found: Returns the proxies of the environment, or those that macOS and Windows
            have in their settings.

    Raises:
        ConfigurationError: The field is not a valid proxy URL.
    """
    if field_value is not None:
        # Errors take the variables of this frame with them.
        field_value = MaskedStr(field_value)
        proxy = Proxy(field_value, _FIELD)
        proxy.as_httpx()  # proxies of the environment are checked on first use
        return Proxies({"all": proxy})
    proxies = found()
    by_scheme = {
        scheme: Proxy(url if "://" in url else f"http://{url}", _source(scheme, url))
        for scheme in _SCHEMES
        if (url := proxies.get(scheme))
    }
    return Proxies(by_scheme, NoProxy(proxies.get("no", ""), _source("no", "")))


def proxy_variables() -> tuple[str | None, ...]:
    """Return the values of the environment variables for proxies."""
    return tuple(map(os.environ.get, _VARIABLES))


def _source(scheme: str, url: str) -> str:
    """Return the name of the variable that a proxy comes from."""
    name = f"{scheme}_proxy"
    upper = name.upper()
    held = [each for each in (name, upper) if os.environ.get(each)]
    if held or not url:
        return held[0] if held else upper
    return "the settings of this system"


def name_proxy(
    error: SSEChatError,
    request: httpx.Request | None,
    client: httpx.Client | httpx.AsyncClient | None,
) -> None:
    """Name the proxy in an error that it may have caused.

    Over https the proxy only opens a tunnel and all responses come from the server, so
    the proxy can only have caused a failed connection.

    Args:
        error: The error of the request; a sentence is added to its message.
        request: The request; `None` if it could not be built.
        client: The client that sent it.
    """
    if request is None or isinstance(error, ConfigurationError):
        return
    failed = isinstance(error, (ConnectionFailedError, TimedOutError))
    if request.url.scheme == "https" and not failed:
        return
    proxy = request.extensions.get(EXTENSION) or _of_client(client, request.url)
    if proxy is None:
        return
    sentence = f"The request went through the proxy {proxy}"
    cause = error.__cause__
    # httpcore's message for a rejected tunnel begins with the status.
    if isinstance(cause, httpx.ProxyError) and str(cause).startswith("407"):
        sentence += (
            ", which requires a user and password. Pass them in `proxy`, as "
            "'http://user:password@host:port'"
        )
    error.args = (f"{error} {sentence}.", *error.args[1:])


def _of_client(
    client: httpx.Client | httpx.AsyncClient | None, url: httpx.URL
) -> Proxy | None:
    """Return the proxy that the user's own client uses for a URL."""
    # There is no public attribute; if the private ones are gone, no proxy is named.
    find = getattr(client, "_transport_for_url", lambda _: None)
    found = getattr(getattr(find(url), "_pool", None), "_proxy_url", None)
    if not isinstance(found, httpcore.URL):
        return None
    host = found.host.decode("ascii")
    address = f"[{host}]" if ":" in host else host
    port = "" if found.port is None else f":{found.port}"
    return Proxy(f"{found.scheme.decode('ascii')}://{address}{port}", "of your client")
