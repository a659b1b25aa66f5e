"""Build the URL of a request, and show it safely in messages."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Mapping
from functools import lru_cache
from urllib.parse import SplitResult, parse_qsl, quote, unquote, urlencode, urlsplit

from langchain_sse_chat.errors import ConfigurationError

_CHAT_PATH = "/chat/completions"
_SOCKET_SCHEME = "http+unix"
_USERINFO = re.compile(r"//[^/?#]*@")
_NOT_IN_A_URL = re.compile(r"[\x00-\x20\x7f]")


def endpoint(
    base_url: str, path: str, default_query: Mapping[str, object] | None = None
) -> str:
    """Return the URL that requests are posted to.

    Args:
        base_url: The API's root, such as `https://api.openai.com/v1`, with or without
            a last slash, or a whole URL, which ends with `path` or with the path of
            chat completions. Its query is kept, its fragment is not. A Unix socket is
            named instead of the host, percent-encoded:
            `http+unix://%2Frun%2Fllama.sock/v1`, as requests-unixsocket has it
            (https://github.com/msabramo/requests-unixsocket#usage).
        path: What follows the root, such as `/chat/completions`.
        default_query: Parameters for the query. They replace those of the same name
            in `base_url`; one whose value is `None` is removed.

    Raises:
        ConfigurationError: `base_url` is not an `http` or `https` URL with a host, or
            an `http+unix` URL with the absolute path of a socket.
    """
    parts = _split(base_url.strip())
    whole = parts.path.rstrip("/")
    if not whole.endswith(path):
        whole = whole.removesuffix(_CHAT_PATH) + path
    query = _merged(parts.query, default_query) if default_query else parts.query
    return parts._replace(path=whole, query=query, fragment="").geturl()


def check_url(url: str, setting: str) -> None:
    """Check that requests can be sent to a URL.

    Args:
        url: The URL.
        setting: The name of the setting that holds it.

    Raises:
        ConfigurationError: `url` is not an `http` or `https` URL with a host, or an
            `http+unix` URL with the absolute path of a socket.
    """
    _split(url.strip(), setting)


def without_user(url: str) -> tuple[str, str | None]:
    """Return a URL without user and password, and the header that carries them.

    They are removed from the URL of a request because httpx would replace another
    `Authorization` header by them, and aiohttp refuses to send both.

    Args:
        url: A URL returned by `endpoint`.

    Returns:
        The URL, and the value of `Authorization` (RFC 7617) with user and password
        percent-decoded; `None` if the URL has no user.
    """
    if "@" not in url or socket_path(url) is not None:
        return url, None
    parts = urlsplit(url)
    user, at, host = parts.netloc.rpartition("@")
    if not at:
        return url, None
    url = parts._replace(netloc=host).geturl()
    if not user.strip(":"):
        return url, None
    name, _, password = user.partition(":")
    pair = f"{unquote(name)}:{unquote(password)}".encode()
    return url, f"Basic {b64encode(pair).decode('ascii')}"


def socket_path(url: str | None) -> str | None:
    """Return the path of the Unix socket in a URL, `None` if it has no valid one.

    The path must be absolute and printable.
    """
    # The prefix is checked first because most URLs have no socket and parsing is slow.
    if url is None or not url.strip().lower().startswith(f"{_SOCKET_SCHEME}://"):
        return None
    try:
        path = unquote(urlsplit(url.strip()).netloc)
    except ValueError:
        return None
    return path if path.startswith("/") and path.isprintable() else None


def socket_url(path: str) -> str:
    """Return the `http+unix` URL of a socket with an absolute path."""
    return f"{_SOCKET_SCHEME}://{quote(path, safe='')}"


@lru_cache(maxsize=64)
def safe_url(url: str) -> str:
    """Return `url` without query, fragment, user and password, safe for messages.

    A Unix socket is shown in nginx's notation: `http://unix:/run/llama.sock:/v1`
    (https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_pass).
    """
    bare = re.split(r"[?#]", url, maxsplit=1)[0]
    path = socket_path(bare)
    if path is not None:
        return f"http://unix:{path}:{urlsplit(bare).path}"
    return public_url(bare)


def public_url(url: str) -> str:
    """Return `url` without query, fragment, user and password, usable as an address."""
    return _USERINFO.sub("//", re.split(r"[?#]", url, maxsplit=1)[0])


def _split(url: str, setting: str = "base_url") -> SplitResult:
    try:
        parts = urlsplit(url)
        path = socket_path(url)
        if path is not None:
            # One spelling, because clients are looked up by the URL.
            parts = parts._replace(netloc=quote(path, safe=""))
            usable = True
        else:
            usable = parts.scheme in {"http", "https"} and bool(parts.hostname)
            usable = usable and parts.port != 0
        usable = usable and not _NOT_IN_A_URL.search(url)
    except ValueError:  # an unclosed bracket, or a port that is not a number
        usable = False
    if not usable:
        msg = (
            f"`{setting}` is {safe_url(url)!r}, which is not a URL that requests can "
            "be sent to. Pass a URL like 'https://api.example.com/v1' or, for a Unix "
            "socket, its absolute path with each '/' as %2F: "
            "'http+unix://%2Frun%2Fllama.sock/v1'."
        )
        raise ConfigurationError(msg)
    return parts


def _merged(query: str, extra: Mapping[str, object]) -> str:
    kept = parse_qsl(query, keep_blank_values=True)
    pairs = [(name, value) for name, value in kept if name not in extra]
    pairs += [(name, _text(v)) for name, v in extra.items() if v is not None]
    return urlencode(pairs)


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
