"""`NO_PROXY` in the forms that are about."""

from __future__ import annotations

import httpx
import pytest

from langchain_sse_chat.errors import ConfigurationError
from langchain_sse_chat.transport.no_proxy import NoProxy, is_this_machine


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "LOCALHOST",
        "localhost.",
        "agent.localhost",
        "127.0.0.1",
        "127.8.9.10",
        "127.1",
        "::1",
        "::ffff:127.0.0.1",
        "0.0.0.0",  # noqa: S104 - nothing listens there
        "::",
    ],
)
def test_loopback_addresses_are_this_machine(host: str) -> None:
    assert is_this_machine(host)


@pytest.mark.parametrize(
    "host", ["localhost.example", "notlocalhost", "10.0.0.1", "::2", "128.0.0.1", "h"]
)
def test_other_hosts_are_not_this_machine(host: str) -> None:
    assert not is_this_machine(host)


EXEMPT = [
    ("example.com", "http://example.com"),
    ("example.com", "https://api.example.com:8443"),
    ("EXAMPLE.com.", "https://Api.Example.Com."),
    (".example.com", "https://api.example.com"),
    ("*.example.com", "https://a.b.example.com"),
    ("*ample.com", "https://example.com"),
    ("api.*.com", "https://api.example.com"),
    ("bücher.example", "https://bücher.example"),
    ("xn--bcher-kva.example", "https://bücher.example"),
    ("my_host", "http://my_host"),
    ("*", "https://api.example.com"),
    ("10.1.2.3", "http://10.1.2.3:8000"),
    ("10.0.0.0/8", "http://10.1.2.3"),
    ("10.9.9.9/8", "http://10.1.2.3"),
    ("10.", "http://10.1.2.3"),
    ("192.168.", "http://192.168.7.8"),
    ("192.168.7.*", "http://192.168.7.8"),
    ("fd00::1", "http://[fd00::1]:8000"),
    ("[fd00::1]", "http://[fd00:0::1]"),
    ("fd00::/8", "http://[fd12::1]"),
    ("[fd00::]/8", "http://[fd12::1]"),
    ("10.0.0.0/8", "http://[::ffff:10.1.2.3]"),
    ("example.com:8443", "https://example.com:8443"),
    ("example.com:443", "https://example.com"),
    ("[fd00::1]:8000", "http://[fd00::1]:8000"),
    ("http://example.com", "http://example.com"),
    ("all://example.com/", "https://example.com"),
    ("https://10.1.2.3:8443", "https://10.1.2.3:8443"),
]
ASKED_THROUGH = [
    ("", "https://example.com"),
    (" , ,", "https://example.com"),
    ("example.com", "https://notexample.com"),
    ("example.com", "https://example.com.evil"),
    (".example.com", "https://example.com"),
    ("*.example.com", "https://example.com"),
    ("exampleXcom", "https://example.com"),
    ("example.com:8443", "https://example.com"),
    ("http://example.com", "https://example.com"),
    ("http://example.com", "http://api.example.com"),
    ("10.0.0.0/8", "http://11.1.2.3"),
    ("10.0.0.0/8", "http://host-10"),
    ("10.", "http://10.example"),
    ("fd00::/8", "http://[fe80::1]"),
    ("fd00::/8", "http://10.1.2.3"),
    ("::1", "http://[::2]"),
]


@pytest.mark.parametrize(("entry", "url"), EXEMPT)
def test_hosts_that_are_asked_without_a_proxy(entry: str, url: str) -> None:
    assert NoProxy(entry).has(httpx.URL(url))


@pytest.mark.parametrize(("entry", "url"), ASKED_THROUGH)
def test_hosts_that_are_asked_through_a_proxy(entry: str, url: str) -> None:
    assert not NoProxy(entry).has(httpx.URL(url))


@pytest.mark.parametrize("between", [",", ", ", " ", "\n"])
def test_entries_stand_between_commas_or_blanks(between: str) -> None:
    hosts = NoProxy(between.join(["a.example", "[::1]", "10.0.0.0/8"]))
    for url in ("http://a.example", "http://[::1]", "http://10.2.3.4"):
        assert hosts.has(httpx.URL(url))


UNREADABLE = [
    "10.0.0.0/99",
    "example.com/path",
    "[::1",
    "[::1]8000",
    "[example.com]",
    "example.com:port",
    "fd00:::1",
    "user@example.com",
]


@pytest.mark.parametrize("entry", UNREADABLE)
def test_an_entry_that_cannot_be_read_is_named_when_it_matters(entry: str) -> None:
    hosts = NoProxy(f"a.example,{entry}", "no_proxy")
    assert hosts.has(httpx.URL("http://a.example"))
    with pytest.raises(ConfigurationError) as caught:
        hosts.has(httpx.URL("http://b.example"))
    assert str(caught.value).startswith("The environment variable no_proxy has")
    assert repr(entry) in str(caught.value)
    assert "b.example" in str(caught.value)
