"""Proxies between a model and its server."""

from __future__ import annotations

import logging
import pickle
import traceback

import pytest

from langchain_sse_chat import ConfigurationError, ConnectionFailedError
from langchain_sse_chat.testing import ScriptedServer
from tests.integration_tests.deployment.asking import said
from tests.integration_tests.deployment.certificates import Authority
from tests.integration_tests.deployment.conftest import Ask, model
from tests.integration_tests.deployment.relays import Proxy, Relay

PASSWORD = "p@ss:w/ord"
QUOTED = "p%40ss%3Aw%2Ford"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("certificates"))


def with_user(proxy: Proxy, password: str = QUOTED) -> str:
    """Return the proxy's URL with user and password."""
    return proxy.url.replace("http://", f"http://me:{password}@")


def all_words(error: BaseException) -> str:
    """Return everything that an error and those behind it say."""
    return "".join(traceback.format_exception(error)) + repr(vars(error))


@pytest.mark.parametrize("how", ["field", "environment"])
def test_plain_requests_go_through_a_proxy(
    server: ScriptedServer, asked: Ask, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    with Proxy("me", PASSWORD) as proxy:
        if how == "environment":
            monkeypatch.setenv("HTTP_PROXY", with_user(proxy))
            # Proxies are read when the first client with such settings is made.
            chat = model(server.base_url, verify=False)
        else:
            chat = model(server.base_url, proxy=with_user(proxy))
        try:
            assert asked(chat, "Hello") == said("Hello")
        finally:
            chat.close()
        path = f"{server.base_url}/chat/completions"
        assert proxy.requests == [f"POST {path} HTTP/1.1"]
        assert "proxy-authorization" not in server.requests[0].headers


@pytest.mark.parametrize("how", ["field", "environment"])
def test_requests_under_tls_go_through_a_tunnel(
    server: ScriptedServer,
    authority: Authority,
    asked: Ask,
    monkeypatch: pytest.MonkeyPatch,
    how: str,
) -> None:
    with (
        Proxy("me", PASSWORD) as proxy,
        Relay(server.url, tls=authority.server()) as https,
    ):
        fields = {"verify": str(authority.file)}
        if how == "environment":
            monkeypatch.setenv("HTTPS_PROXY", with_user(proxy))
        else:
            fields["proxy"] = with_user(proxy)
        chat = model(f"{https.url}/v1", **fields)
        try:
            assert [asked(chat, prompt) for prompt in "ab"] == [said("a"), said("b")]
        finally:
            chat.close()
        place = https.url.removeprefix("https://")
        assert set(proxy.requests) == {f"CONNECT {place} HTTP/1.1"}
        # The key of the server is not for the proxy to see, nor its password for it.
        assert "proxy-authorization" not in server.requests[0].headers


@pytest.mark.parametrize("tls", [False, True], ids=["plain", "tunnel"])
def test_a_proxy_that_refuses_shows_no_password(
    server: ScriptedServer,
    authority: Authority,
    asked: Ask,
    caplog: pytest.LogCaptureFixture,
    tls: bool,
) -> None:
    caplog.set_level(logging.DEBUG)
    context = authority.server() if tls else None
    with Proxy("me", "another") as proxy, Relay(server.url, tls=context) as relay:
        chat = model(
            f"{relay.url}/v1", verify=str(authority.file), proxy=with_user(proxy)
        )
        with pytest.raises(Exception, match=r"407|[Pp]roxy") as caught:
            asked(chat, "Hello")
        words = all_words(caught.value) + all_words(
            pickle.loads(pickle.dumps(caught.value))  # noqa: S301 - made here
        )
    for secret in (PASSWORD, QUOTED, "w%2Ford"):
        assert secret not in words
        assert secret not in caplog.text
    assert server.requests == []


def test_a_proxy_that_is_not_there_is_an_error_that_shows_no_password(
    server: ScriptedServer, asked: Ask
) -> None:
    with Proxy() as gone:
        url = with_user(gone)
    with pytest.raises(ConnectionFailedError, match="`proxy`") as caught:
        asked(model(server.base_url, proxy=url), "Hello")
    assert QUOTED not in all_words(caught.value)


@pytest.mark.parametrize("address", ["127.0.0.1:port", "127.0.0.1:1:2"])
def test_a_proxy_that_is_no_url_is_an_error_that_shows_no_password(
    server: ScriptedServer, asked: Ask, address: str
) -> None:
    chat = model(server.base_url, proxy=f"http://me:hidden/words@{address}")
    with pytest.raises(ConfigurationError, match="The proxy cannot be used") as caught:
        asked(chat, "Hello")
    assert "hidden" not in all_words(caught.value)
