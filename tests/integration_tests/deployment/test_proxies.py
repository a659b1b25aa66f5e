"""Proxies between a model and its server."""

from __future__ import annotations

import logging
import os
import pickle
import re
import subprocess
import sys
import traceback
from pathlib import Path
from typing import Any

import httpx
import pytest

from langchain_sse_chat import (
    ConfigurationError,
    ConnectionFailedError,
    ServerError,
    SSEChatError,
)
from langchain_sse_chat.testing import Reply, ScriptedServer
from tests.integration_tests.deployment.asking import said
from tests.integration_tests.deployment.certificates import Authority
from tests.integration_tests.deployment.conftest import Ask, model
from tests.integration_tests.deployment.relays import BEHIND, Proxy, Relay

PASSWORD = "p@ss:w/ord"
QUOTED = "p%40ss%3Aw%2Ford"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("certificates"))


def with_user(proxy: Proxy, password: str = QUOTED) -> str:
    """Return the proxy's URL with user and password."""
    return proxy.url.replace("http://", f"http://me:{password}@")


def behind(url: str) -> str:
    """Return the URL of a server on this machine as only a proxy can reach it."""
    return url.replace("127.0.0.1", BEHIND)


def through(proxy: Proxy, source: str) -> str:
    """Return the pattern of what an error says of a proxy."""
    return re.escape(f"went through the proxy {proxy.url} ({source})")


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
            chat = model(behind(server.base_url))
        else:
            chat = model(behind(server.base_url), proxy=with_user(proxy))
        try:
            assert asked(chat, "Hello") == said("Hello")
        finally:
            chat.close()
        path = f"{behind(server.base_url)}/chat/completions"
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
        chat = model(f"{behind(https.url)}/v1", **fields)
        try:
            assert [asked(chat, prompt) for prompt in "ab"] == [said("a"), said("b")]
        finally:
            chat.close()
        place = behind(https.url).removeprefix("https://")
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
        name = through(gone, "`proxy`")
    with pytest.raises(ConnectionFailedError, match=name) as caught:
        asked(model(server.base_url, proxy=url), "Hello")
    assert QUOTED not in all_words(caught.value)


@pytest.mark.parametrize("address", ["127.0.0.1:port", "127.0.0.1:1:2"])
def test_a_proxy_that_is_no_url_is_an_error_that_shows_no_password(
    server: ScriptedServer, asked: Ask, address: str
) -> None:
    proxy = f"http://me:hidden/words@{address}"
    with pytest.raises(ConfigurationError, match="Invalid proxy URL") as caught:
        asked(model(server.base_url, proxy=proxy), "Hello")
    assert "hidden" not in all_words(caught.value)


@pytest.mark.parametrize(
    ("variable", "scheme"),
    [("HTTP_PROXY", "http"), ("https_proxy", "https"), ("ALL_PROXY", "https")],
)
@pytest.mark.parametrize("with_own_client", [False, True])
def test_a_proxy_of_the_environment_that_is_not_there_is_named(
    asked: Ask,
    monkeypatch: pytest.MonkeyPatch,
    variable: str,
    scheme: str,
    with_own_client: bool,
) -> None:
    with Proxy() as gone:
        monkeypatch.setenv(variable, with_user(gone))
        source = "of your client" if with_own_client else variable
        name = through(gone, source)
    own: dict[str, Any] = {}
    if with_own_client:
        own = {
            "http_client": httpx.Client(),
            "http_async_client": httpx.AsyncClient(),
        }
    with pytest.raises(ConnectionFailedError, match=name) as caught:
        asked(model(f"{scheme}://{BEHIND}/v1", **own), "Hello")
    assert QUOTED not in all_words(caught.value)


@pytest.mark.parametrize("tls", [False, True], ids=["plain", "tunnel"])
def test_a_proxy_that_asks_for_a_password_says_where_to_pass_it(
    server: ScriptedServer, authority: Authority, asked: Ask, tls: bool
) -> None:
    context = authority.server() if tls else None
    with Proxy("me", PASSWORD) as proxy, Relay(server.url, tls=context) as relay:
        url = f"{behind(relay.url)}/v1"
        chat = model(url, verify=str(authority.file), proxy=proxy.url)
        with pytest.raises(SSEChatError, match="user and password") as caught:
            asked(chat, "Hello")
        assert re.search(through(proxy, "`proxy`"), str(caught.value))
        assert "in `proxy`" in str(caught.value)


def test_what_comes_through_a_proxy_without_tls_may_be_its_own(
    server: ScriptedServer, authority: Authority, asked: Ask
) -> None:
    server.script(*[Reply.status(503, error="no such host")] * 2)
    with Proxy() as proxy:
        with pytest.raises(ServerError, match=through(proxy, "`proxy`")):
            asked(model(behind(server.base_url), proxy=proxy.url), "Hello")
        with Relay(server.url, tls=authority.server()) as https:
            url = f"{behind(https.url)}/v1"
            chat = model(url, verify=str(authority.file), proxy=proxy.url)
            with pytest.raises(ServerError) as caught:
                asked(chat, "Hello")
            assert proxy.url not in str(caught.value)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
@pytest.mark.parametrize("proxy", ["http://127.0.0.1:9", "socks5://127.0.0.1:9", "no"])
def test_this_machine_is_asked_without_the_proxies_of_the_environment(
    server: ScriptedServer,
    asked: Ask,
    monkeypatch: pytest.MonkeyPatch,
    host: str,
    proxy: str,
) -> None:
    for name in ("HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, proxy)
    chat = model(server.base_url.replace("127.0.0.1", host))
    assert asked(chat, "Hello") == said("Hello")


def test_the_field_sends_even_this_machine_through_its_proxy(
    server: ScriptedServer, asked: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_PROXY", "*")
    with Proxy() as proxy:
        assert asked(model(server.base_url, proxy=proxy.url), "Hello") == said("Hello")
        assert len(proxy.requests) == 1


def test_a_model_made_after_a_change_of_the_environment_goes_by_it(
    server: ScriptedServer, asked: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Proxy() as proxy:
        for name in (proxy.url, "http://127.0.0.1:9"):
            monkeypatch.setenv("HTTP_PROXY", name)
            chat = model(behind(server.base_url))
            if name == proxy.url:
                assert asked(chat, "Hello") == said("Hello")
            else:
                with pytest.raises(ConnectionFailedError, match="HTTP_PROXY"):
                    asked(chat, "Hello")


@pytest.mark.parametrize("program", ["demo", "readme"])
def test_the_first_programs_run_beside_a_proxy_that_is_not_there(
    server: ScriptedServer, program: str
) -> None:
    dead = "http://me:hidden@127.0.0.1:9"
    names = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")
    kept = {k: v for k, v in os.environ.items() if not k.lower().endswith("_proxy")}
    readme = Path(__file__).parents[3] / "README.md"
    [first, *_] = re.findall(r"```python\n(.*?)```", readme.read_text(), re.DOTALL)
    arguments = {"demo": ["-m", "langchain_sse_chat", "Hi"], "readme": ["-c", first]}
    done = subprocess.run(  # noqa: S603
        [sys.executable, *arguments[program]],
        env=kept | {k: dead for n in names for k in (n, n.lower())},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "You" in done.stdout
