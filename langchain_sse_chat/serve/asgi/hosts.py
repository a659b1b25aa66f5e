"""Refuse requests that a web page of another site makes a browser send.

A server without keys is protected by its address alone, and a browser on the machine
reaches that address: pages of any site can send it simple requests, and pages whose
name resolves to the address can read the answers too (DNS rebinding).
"""

from __future__ import annotations

import ipaddress
from collections.abc import Collection
from dataclasses import dataclass

from langchain_sse_chat.serve.failure.failure import Failure

ANY = "*"


@dataclass(frozen=True, slots=True)
class Asked:
    """The parts of a request that tell who sent it."""

    server: str | None
    """The address at which the server was reached, `None` for a Unix socket."""
    host: str | None
    """The header `Host`."""
    origin: str | None
    """The header `Origin`."""
    fetch_site: str | None
    """The header `Sec-Fetch-Site`, which only browsers send."""


class HostCheck:
    """Checks by which name a server was asked, and from which site.

    Args:
        allowed: Names of the server: `example.com`, `*.example.com` for all names below
            it, `*` for any. `None`: for a server without keys that was reached at a
            loopback address, the loopback names; any other name otherwise.
        has_keys: Whether clients need a key.
        origins: The origins whose pages may ask, `*` for any.
    """

    def __init__(
        self,
        allowed: Collection[str] | None,
        *,
        has_keys: bool,
        origins: Collection[str],
    ) -> None:
        self._allowed = None if allowed is None else [n.lower() for n in allowed]
        self._has_keys = has_keys
        self._origins = origins

    def failure(self, asked: Asked) -> Failure | None:
        """Return why the request is refused, `None` if it is not."""
        name = _name(asked.host or "")
        if not self._is_known(name, asked.server):
            msg = (
                "The name in the `Host` header is not allowed. If it is a name of this "
                "server, its operator has to add it to `allowed_hosts`."
            )
            return Failure(403, msg, "invalid_request_error", "host_not_allowed")
        if asked.fetch_site == "cross-site" and not self._may_cross(asked.origin):
            msg = (
                "Requests from pages of other sites are not allowed. The operator of "
                "this server can add the origin to `cors_origins`."
            )
            return Failure(403, msg, "invalid_request_error", "origin_not_allowed")
        return None

    def _is_known(self, name: str, server: str | None) -> bool:
        if self._allowed is not None:
            return any(_matches(name, pattern) for pattern in self._allowed)
        if self._has_keys or server is None or not is_loopback(server):
            return True
        return is_loopback(name)

    def _may_cross(self, origin: str | None) -> bool:
        # A page does not know the keys.
        if self._has_keys or ANY in self._origins:
            return True
        return origin in self._origins


def is_loopback(name: str) -> bool:
    """Return whether a name or an address is that of the machine itself."""
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback


def _name(host: str) -> str:
    """Return the name in a `Host` header, without port and brackets."""
    host = host.strip().lower()
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0].removesuffix(".")


def _matches(name: str, pattern: str) -> bool:
    if pattern.startswith("*."):
        return name.endswith(pattern[1:])
    return pattern in (ANY, name)
