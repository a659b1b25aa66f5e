"""Read `NO_PROXY`: the hosts that are reached without a proxy.

There is no standard. Forms on which curl, httpx, Python's standard library and Go agree
have the same meaning here (https://about.gitlab.com/blog/we-need-to-talk-no-proxy/).
"""

from __future__ import annotations

import re
import socket
from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import NamedTuple

import httpx

from langchain_sse_chat.errors import ConfigurationError
from langchain_sse_chat.lazy_pattern import lazy_pattern

_DEFAULT_PORTS = {"http": 80, "https": 443}
_NAME = lazy_pattern(r"[\w.*-]+")
_BEGINNING_OF_AN_ADDRESS = lazy_pattern(r"\d{1,3}\.(\d{1,3}\.){0,2}")
_BRACKETS = str.maketrans("", "", "[]")


def is_this_machine(host: str) -> bool:
    """Return whether a host is a loopback address, or a name for one (RFC 6761, 6.3).

    The unspecified address, such as 0.0.0.0, counts: systems treat it as loopback.
    """
    name = host.lower().rstrip(".")
    if name == "localhost" or name.endswith(".localhost"):
        return True
    address = _address(name)
    return address is not None and (address.is_loopback or address.is_unspecified)


class NoProxy:
    """The hosts in a `NO_PROXY`.

    An entry is a domain, which includes its subdomains; a dot and a domain, for its
    subdomains only; a name with `*` anywhere; an address, or its first parts up to a
    dot; a network, such as `10.0.0.0/8` or `fd00::/8`; or `*` for all hosts. It may
    have a port or a scheme: `example.com:8080`, `[::1]:8080`, `http://example.com`.
    """

    def __init__(self, text: str, variable: str = "NO_PROXY") -> None:
        """Parse the entries.

        Args:
            text: The entries, separated by commas or spaces.
            variable: The name of the variable, for error messages.
        """
        self._variable = variable
        self._unreadable: list[str] = []
        self._entries: list[_Entry] = []
        for entry in re.split(r"[,\s]+", text):
            if not entry:
                continue
            try:
                self._entries.append(_read(entry))
            except ValueError:
                self._unreadable.append(entry)

    def has(self, url: httpx.URL) -> bool:
        """Return whether an entry matches the host of a URL.

        Raises:
            ConfigurationError: No readable entry matches, and one entry is not
                readable.
        """
        if any(entry.matches(url) for entry in self._entries):
            return True
        if self._unreadable:
            msg = (
                f"The environment variable {self._variable} has an entry that cannot "
                f"be read, {self._unreadable[0]!r}, so it is not clear whether "
                f"{url.host} needs a proxy. An entry is like example.com, "
                ".example.com, 10.1.2.3, 10.0.0.0/8, ::1 or fd00::/8, and may end in "
                "a port: example.com:8080, [::1]:8080. Correct the entry, or pass "
                "`proxy` to send all requests through one proxy."
            )
            raise ConfigurationError(msg)
        return False


class _Entry(NamedTuple):
    scheme: str
    has: Callable[[str], bool]
    port: str

    def matches(self, url: httpx.URL) -> bool:
        if self.scheme not in {"", "all", url.scheme}:
            return False
        port = url.port or _DEFAULT_PORTS.get(url.scheme)
        if self.port and self.port != str(port):
            return False
        hosts = {url.host, url.raw_host.decode("ascii")}
        return any(self.has(host.lower().rstrip(".")) for host in hosts)


def _read(entry: str) -> _Entry:
    """Parse an entry.

    Raises:
        ValueError: The entry is not valid.
    """
    scheme, _, rest = entry.lower().rpartition("://")
    rest = rest.removesuffix("/")
    if "/" in rest:
        return _Entry(scheme, _in_network(rest), "")
    host, port = _split(rest)
    if port and not port.isdecimal():
        raise ValueError(entry)
    return _Entry(scheme, _host(host, exactly=bool(scheme)), port)


def _split(text: str) -> tuple[str, str]:
    """Return host and port; the port may be empty."""
    if text.startswith("["):
        host, bracket, tail = text[1:].partition("]")
        if not bracket or tail[:1] not in {"", ":"}:
            raise ValueError(text)
        ip_address(host)
        return host, tail[1:]
    if text.count(":") > 1:
        return text, ""
    host, _, port = text.partition(":")
    return host, port


def _in_network(text: str) -> Callable[[str], bool]:
    network = ip_network(text.translate(_BRACKETS), strict=False)

    def has(host: str) -> bool:
        address = _address(host)
        return address is not None and address in network

    return has


def _host(text: str, *, exactly: bool) -> Callable[[str], bool]:
    address = _address(text)
    if address is not None:
        return lambda host: _address(host) == address
    if not _NAME.fullmatch(text):
        raise ValueError(text)
    if _BEGINNING_OF_AN_ADDRESS.fullmatch(text):
        return lambda host: host.startswith(text) and _address(host) is not None
    name = text.rstrip(".")
    if name.startswith("."):
        name = f"*{name}"
    pattern = re.escape(name).replace(r"\*", ".*")
    if not (exactly or "*" in name):
        pattern = rf"(.+\.)?{pattern}"
    return lambda host: re.fullmatch(pattern, host) is not None


def _address(host: str) -> IPv4Address | IPv6Address | None:
    """Return the address that a host is, also in forms such as 127.1."""
    try:
        address = ip_address(host)
    except ValueError:
        try:
            return IPv4Address(socket.inet_aton(host))
        except OSError:
            return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address
