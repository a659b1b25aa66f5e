"""Proxies between a model and its server, as far as no network is needed."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from langchain_sse_chat import ChatSSE, ConfigurationError, ConnectionFailedError
from langchain_sse_chat.errors import SSEChatError, TimedOutError
from langchain_sse_chat.testing import ScriptedServer
from langchain_sse_chat.transport.proxies import (
    EXTENSION,
    Proxies,
    Proxy,
    name_proxy,
    proxies_of,
)
from langchain_sse_chat.transport.routes import Routes

Ask = Callable[[ChatSSE], str]


def ask(chat: ChatSSE) -> str:
    with chat:
        return "".join(chunk.text for chunk in chat.stream("Hello"))


def aask(chat: ChatSSE) -> str:
    async def run() -> str:
        return "".join([chunk.text async for chunk in chat.astream("Hello")])

    return asyncio.run(run())


@pytest.fixture(params=[ask, aask], ids=["sync", "async"])
def asked(request: pytest.FixtureRequest) -> Ask:
    return request.param  # type: ignore[no-any-return]


@pytest.fixture
def dead() -> Iterator[str]:
    """Return an address on which nobody listens, for as long as the test runs."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"127.0.0.1:{taken.getsockname()[1]}"


def model(base_url: str, **fields: Any) -> ChatSSE:
    return ChatSSE(model="m", base_url=base_url, max_retries=0, **fields)


@pytest.mark.enable_socket
@pytest.mark.parametrize("kind", ["http://", "socks5://", "", "nonsense://"])
def test_this_machine_is_asked_without_the_proxies_of_the_environment(
    monkeypatch: pytest.MonkeyPatch, dead: str, asked: Ask, kind: str
) -> None:
    for name in ("HTTP_PROXY", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, f"{kind}{dead}")
    monkeypatch.setenv("NO_PROXY", "[broken")
    with ScriptedServer() as server:
        assert asked(model(server.base_url)) == "You said: Hello"


@pytest.mark.enable_socket
@pytest.mark.parametrize(
    ("variable", "base_url"),
    [
        ("HTTP_PROXY", "http://api.test/v1"),
        ("http_proxy", "http://10.1.2.3/v1"),
        ("HTTPS_PROXY", "https://api.test/v1"),
        ("all_proxy", "https://api.test/v1"),
    ],
)
def test_a_proxy_of_the_environment_is_named_without_its_password(
    monkeypatch: pytest.MonkeyPatch,
    dead: str,
    asked: Ask,
    variable: str,
    base_url: str,
) -> None:
    for user in ("", "http://me:hidden-words@"):
        monkeypatch.setenv(variable, f"{user}{dead}")
        with pytest.raises(ConnectionFailedError) as caught:
            asked(model(base_url))
        assert f"went through the proxy http://{dead} ({variable})" in str(caught.value)
        assert "hidden" not in str(caught.value)


@pytest.mark.enable_socket
def test_the_field_is_for_this_machine_too(dead: str, asked: Ask) -> None:
    with ScriptedServer() as server:
        chat = model(server.base_url, proxy=f"http://{dead}")
        with pytest.raises(ConnectionFailedError, match=r"\(`proxy`\)"):
            asked(chat)
        assert server.requests == []


@pytest.mark.enable_socket
def test_the_proxy_of_a_client_of_the_callers_is_named(dead: str, asked: Ask) -> None:
    own = {
        "http_client": httpx.Client(proxy=f"http://me:hidden-words@{dead}"),
        "http_async_client": httpx.AsyncClient(proxy=f"http://me:hidden-words@{dead}"),
    }
    with pytest.raises(ConnectionFailedError) as caught:
        asked(model("http://api.test/v1", **own))
    assert f"the proxy http://{dead} (of your client)" in str(caught.value)
    assert "hidden" not in str(caught.value)


def test_the_proxy_of_a_client_at_an_ipv6_address_is_named() -> None:
    for proxy in ("http://[::1]", "http://[::1]:3128"):
        error = ConnectionFailedError("It broke.")
        request = httpx.Request("POST", "http://api.test/v1")
        name_proxy(error, request, httpx.Client(proxy=proxy))
        assert f"{proxy} (of your client)" in str(error)


def test_a_proxy_of_the_environment_that_cannot_be_used_is_named(
    monkeypatch: pytest.MonkeyPatch, asked: Ask
) -> None:
    monkeypatch.setenv("ALL_PROXY", "nonsense://p.example:1")
    with pytest.raises(ConfigurationError, match="Invalid proxy URL in ALL_PROXY"):
        asked(model("https://api.test/v1"))


def test_a_list_of_hosts_that_cannot_be_read_is_named(
    monkeypatch: pytest.MonkeyPatch, asked: Ask
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://p.example:1")
    monkeypatch.setenv("no_proxy", "example.com,[::1")
    with pytest.raises(ConfigurationError, match="variable no_proxy has an entry"):
        asked(model("https://api.test/v1"))


@pytest.mark.parametrize("proxy", ["http://", "http://me:12/words@p.example:1"])
def test_a_url_that_only_looks_like_a_proxy_is_not_asked(
    asked: Ask, proxy: str
) -> None:
    with pytest.raises(
        ConfigurationError, match="Invalid proxy URL in `proxy`"
    ) as caught:
        asked(model("http://api.test/v1", proxy=proxy))
    assert "words" not in str(caught.value)


def scripted(proxies: Proxies, through: Any) -> Routes[httpx.BaseTransport]:
    direct = httpx.MockTransport(lambda _: httpx.Response(200))
    return Routes(direct, proxies, through)


def test_a_request_is_sent_by_its_proxy_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[httpx.Proxy] = []

    def through(proxy: httpx.Proxy) -> httpx.BaseTransport:
        made.append(proxy)
        return httpx.MockTransport(lambda _: httpx.Response(200))

    monkeypatch.setenv("HTTP_PROXY", "http://one.example:1")
    monkeypatch.setenv("ALL_PROXY", "socks5://me:words@two.example:2")
    monkeypatch.setenv("NO_PROXY", "exempt.example,10.0.0.0/8,fd00::/8")
    routes = scripted(proxies_of(None), through)
    [direct] = routes.transports()
    for url in ("https://exempt.example", "http://10.1.2.3", "http://[fd00::1]"):
        assert routes.of(httpx.Request("POST", url)) is direct
    assert made == []
    for url in ("http://a.example", "https://a.example", "http://b.example"):
        request = httpx.Request("POST", url)
        assert routes.of(request) is not direct
        assert EXTENSION in request.extensions
    assert [str(proxy.url) for proxy in made] == [
        "http://one.example:1",
        "socks5://two.example:2",
    ]
    assert made[1].auth == ("me", "words")
    assert len(routes.transports()) == 3


def test_a_socks_proxy_without_its_package_says_what_to_install() -> None:
    def through(_: httpx.Proxy) -> httpx.BaseTransport:
        raise ImportError

    routes = scripted(
        Proxies({"all": Proxy("socks5://p.example:1", "ALL_PROXY")}), through
    )
    with pytest.raises(ConfigurationError, match=r"ALL_PROXY.*httpx\[socks\]"):
        routes.of(httpx.Request("POST", "https://a.example"))


def test_proxies_of_the_system_are_named_as_such() -> None:
    system = proxies_of(None, lambda: {"https": "http://p.example:1"})
    proxy = system.of(httpx.URL("https://a.example"))
    assert str(proxy) == "http://p.example:1 (the settings of this system)"


THROUGH = Proxy("http://me:words@p.example:1", "`proxy`")


@pytest.mark.parametrize(
    ("url", "error", "is_named"),
    [
        ("https://a.example", ConnectionFailedError("Broken."), True),
        ("https://a.example", TimedOutError("Late."), True),
        ("https://a.example", SSEChatError("No such model."), False),
        ("http://a.example", SSEChatError("No such model."), True),
        ("http://a.example", ConfigurationError("Wrong."), False),
    ],
)
def test_a_proxy_is_named_where_it_may_have_to_do_with_an_error(
    url: str, error: SSEChatError, is_named: bool
) -> None:
    said = str(error)
    request = httpx.Request("POST", url, extensions={EXTENSION: THROUGH})
    name_proxy(error, request, None)
    sentence = " The request went through the proxy http://p.example:1 (`proxy`)."
    assert str(error) == said + sentence * is_named


def test_without_a_request_or_a_proxy_nothing_is_added() -> None:
    error = ConnectionFailedError("Broken.")
    name_proxy(error, None, None)
    name_proxy(error, httpx.Request("POST", "http://a.example"), None)
    name_proxy(error, httpx.Request("POST", "http://a.example"), httpx.Client())
    assert str(error) == "Broken."


def test_a_tunnel_that_is_refused_for_want_of_a_password_says_where_to_pass_it() -> (
    None
):
    error = ConnectionFailedError("Refused.")
    error.__cause__ = httpx.ProxyError("407 Proxy Authentication Required")
    request = httpx.Request("POST", "https://a", extensions={EXTENSION: THROUGH})
    name_proxy(error, request, None)
    assert "(`proxy`), which requires a user and password" in str(error)
