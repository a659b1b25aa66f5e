"""Web pages of other sites do not reach a server that has no keys."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import pytest

from langchain_sse_chat.serve.asgi.hosts import Asked, HostCheck, is_loopback


def refused(
    host: str | None,
    *,
    server: str | None = "127.0.0.1",
    allowed: Collection[str] | None = None,
    has_keys: bool = False,
    origins: Collection[str] = (),
    **asked: Any,
) -> str | None:
    """Return the code of the refusal."""
    check = HostCheck(allowed, has_keys=has_keys, origins=origins)
    given = {"origin": None, "fetch_site": None, **asked}
    failure = check.failure(Asked(server=server, host=host, **given))
    if failure is None:
        return None
    assert failure.status == 403
    return failure.code


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "LOCALHOST:8000",
        "127.0.0.1:8000",
        "127.1.2.3",
        "[::1]:8000",
        "[::1]",
        "app.localhost",
        "localhost.",
    ],
)
def test_loopback_names_are_those_of_a_server_on_loopback(host: str) -> None:
    assert refused(host) is None


@pytest.mark.parametrize(
    "host",
    [
        None,
        "",
        "evil.example:8000",
        "localhost.evil.example",
        "notlocalhost",
        "127.0.0.1.evil.example",
        "10.0.0.1",
        "[::2]",
    ],
)
def test_no_other_name_is(host: str | None) -> None:
    assert refused(host) == "host_not_allowed"


@pytest.mark.parametrize("server", ["10.0.0.1", "testserver", None])
def test_elsewhere_any_name_is(server: str | None) -> None:
    assert refused("evil.example", server=server) is None


def test_with_keys_any_name_is() -> None:
    assert refused("evil.example", has_keys=True) is None


@pytest.mark.parametrize("has_keys", [True, False])
@pytest.mark.parametrize("server", ["10.0.0.1", "127.0.0.1", None])
def test_names_may_be_listed(server: str | None, has_keys: bool) -> None:
    listed = ["Example.com", "*.example.org"]
    given: dict[str, Any] = {
        "allowed": listed,
        "server": server,
        "has_keys": has_keys,
    }
    assert refused("example.com:80", **given) is None
    assert refused("a.b.example.org", **given) is None
    assert refused("example.org", **given) == "host_not_allowed"
    assert refused("localhost", **given) == "host_not_allowed"
    assert refused("evil-example.org", **given) == "host_not_allowed"


def test_any_name_may_be_allowed() -> None:
    assert refused("evil.example", allowed=["*"]) is None


def test_a_page_of_another_site_may_not_ask() -> None:
    page: dict[str, Any] = {
        "fetch_site": "cross-site",
        "origin": "https://evil.example",
    }
    assert refused("localhost", **page) == "origin_not_allowed"
    image: dict[str, Any] = {"fetch_site": "cross-site"}
    assert refused("localhost", **image) == "origin_not_allowed"


def test_a_page_of_the_same_site_may() -> None:
    assert refused("localhost", fetch_site="same-origin") is None
    assert refused("localhost", fetch_site="same-site") is None
    assert refused("localhost", fetch_site="none") is None


def test_a_page_of_an_allowed_origin_may() -> None:
    page: dict[str, Any] = {
        "fetch_site": "cross-site",
        "origin": "https://good.example",
    }
    assert refused("localhost", origins=["https://good.example"], **page) is None
    assert refused("localhost", origins=["*"], **page) is None
    assert refused("localhost", origins=["https://other"], **page) is not None


def test_keys_are_enough() -> None:
    page: dict[str, Any] = {
        "fetch_site": "cross-site",
        "origin": "https://evil.example",
    }
    assert refused("localhost", has_keys=True, **page) is None


def test_an_address_of_the_other_version_is_a_loopback_address_too() -> None:
    assert is_loopback("::ffff:127.0.0.1")
    assert not is_loopback("::ffff:10.0.0.1")
