from __future__ import annotations

import asyncio
import pickle
import ssl
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import httpx2
import pytest

from langchain_sse_chat import __version__
from langchain_sse_chat.errors import ConfigurationError
from langchain_sse_chat.transport import clients as clients_module
from langchain_sse_chat.transport.clients import ClientSettings, HTTPClients

pytestmark = pytest.mark.usefixtures("no_shared_clients")


def test_models_with_equal_settings_share_a_client() -> None:
    one, two = HTTPClients(ClientSettings()), HTTPClients()
    assert one.sync_client() is two.sync_client()
    assert one.sync_client() is one.sync_client()


def test_models_with_other_settings_have_another_client() -> None:
    other = HTTPClients(ClientSettings(proxy="http://proxy.example:1"))
    assert other.sync_client() is not HTTPClients().sync_client()


def test_making_clients_is_left_to_the_first_use() -> None:
    HTTPClients(ClientSettings(verify="/no/such/file.pem"))
    assert clients_module.shared.sync.by_settings == {}


def test_threads_get_the_same_client() -> None:
    clients = HTTPClients()
    barrier = threading.Barrier(8)

    def get(_: int) -> httpx.Client:
        barrier.wait()
        return clients.sync_client()

    with ThreadPoolExecutor(8) as threads:
        assert len({id(client) for client in threads.map(get, range(8))}) == 1


def test_a_client_is_set_up_for_streams() -> None:
    client = HTTPClients().sync_client()
    assert client.headers["user-agent"] == f"langchain-sse-chat/{__version__}"
    assert not client.follow_redirects
    assert client.timeout == httpx.Timeout(None)
    assert not client.trust_env  # the proxies are this package's own matter


def test_closing_closes_a_client_that_nobody_else_uses() -> None:
    clients = HTTPClients()
    client = clients.sync_client()
    clients.close()
    assert client.is_closed
    clients.close()
    assert not clients.sync_client().is_closed


def test_closing_leaves_a_client_open_that_another_model_uses() -> None:
    one, two = HTTPClients(), HTTPClients()
    client = one.sync_client()
    two.sync_client()
    one.close()
    assert not client.is_closed
    two.close()
    assert client.is_closed


def test_a_model_that_is_gone_is_no_user() -> None:
    one, two = HTTPClients(), HTTPClients()
    client = one.sync_client()
    two.sync_client()
    del two
    one.close()
    assert client.is_closed


def test_closing_without_use_leaves_the_others_client_open() -> None:
    one = HTTPClients()
    client = one.sync_client()
    HTTPClients().close()
    assert not client.is_closed


def test_a_client_outlives_the_models_that_used_it() -> None:
    client = HTTPClients().sync_client()
    assert HTTPClients().sync_client() is client


def test_a_client_that_was_closed_is_replaced() -> None:
    clients = HTTPClients()
    client = clients.sync_client()
    client.close()
    assert not clients.sync_client().is_closed


def test_clients_without_a_model_are_kept_in_a_small_number() -> None:
    made = [
        HTTPClients(ClientSettings(max_connections=number)).sync_client()
        for number in range(1, 41)
    ]
    assert sum(not client.is_closed for client in made) == 16
    assert all(client.is_closed for client in made[:24])


async def test_aclose_closes_both_clients() -> None:
    clients = HTTPClients()
    both = clients.async_client(), clients.sync_client()
    await clients.aclose()
    assert [client.is_closed for client in both] == [True, True]
    assert not clients.async_client().is_closed
    await clients.aclose()


async def test_aclose_leaves_clients_open_that_another_model_uses() -> None:
    one, two = HTTPClients(), HTTPClients()
    client = one.async_client()
    two.async_client()
    await one.aclose()
    assert not client.is_closed
    await two.aclose()
    assert client.is_closed


def test_the_callers_clients_are_used_as_they_are() -> None:
    with httpx.Client() as sync_client:
        async_client = httpx.AsyncClient()
        clients = HTTPClients(http_client=sync_client, http_async_client=async_client)
        assert clients.sync_client() is sync_client
        assert clients.async_client() is async_client
        asyncio.run(clients.aclose())
        assert not sync_client.is_closed
        assert not async_client.is_closed
        asyncio.run(async_client.aclose())


@pytest.mark.parametrize(
    ("name", "client", "words"),
    [
        pytest.param(
            "http_client", httpx.AsyncClient(), "httpx.AsyncClient", id="async for sync"
        ),
        pytest.param(
            "http_async_client", httpx.Client(), "httpx.Client", id="sync for async"
        ),
        pytest.param("http_client", httpx2.Client(), "httpx2.Client", id="httpx2"),
        pytest.param(
            "http_async_client",
            httpx2.AsyncClient(),
            "httpx2.AsyncClient",
            id="async httpx2",
        ),
        pytest.param("http_client", "http://proxy", "builtins.str", id="text"),
    ],
)
def test_a_client_of_another_type_is_refused(
    name: str, client: object, words: str
) -> None:
    with pytest.raises(ConfigurationError) as caught:
        HTTPClients(**{name: client})  # type: ignore[arg-type]
    assert f"`{name}` takes an `httpx." in str(caught.value)
    assert words in str(caught.value)


@pytest.mark.parametrize("proxy", ["ftp://p.example:1", "http://p.example:port", "::"])
def test_a_proxy_that_cannot_be_used_is_named(proxy: str) -> None:
    with pytest.raises(ConfigurationError, match="Invalid proxy URL in `proxy`"):
        HTTPClients(ClientSettings(proxy=proxy)).sync_client()


def test_a_change_of_the_environment_makes_another_client(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    one = HTTPClients().sync_client()
    monkeypatch.setenv("ALL_PROXY", "http://p.example:1")
    other = HTTPClients().sync_client()
    assert other is not one
    monkeypatch.delenv("ALL_PROXY")
    assert HTTPClients().sync_client() is one


@pytest.mark.parametrize("field", ["verify", "cert"])
def test_a_file_that_cannot_be_read_is_named(field: str, tmp_path: Path) -> None:
    settings = ClientSettings(**{field: str(tmp_path / "missing.pem")})  # type: ignore[arg-type]
    with pytest.raises(ConfigurationError, match=f"`{field}`.* cannot be read"):
        HTTPClients(settings).sync_client()


def test_a_password_with_a_slash_is_not_shown() -> None:
    settings = ClientSettings(proxy="http://user:hid/den@p.example:1")
    with pytest.raises(ConfigurationError) as caught:
        HTTPClients(settings).sync_client()
    error: BaseException | None = caught.value
    while error is not None:
        assert "hid" not in f"{error!r}"
        error = error.__cause__ or error.__context__


def test_verify_may_be_a_folder_a_context_or_off(tmp_path: Path) -> None:
    context = ssl.create_default_context()
    for verify in (tmp_path, str(tmp_path), context, False):
        assert not HTTPClients(ClientSettings(verify=verify)).sync_client().is_closed


def test_settings_show_no_password() -> None:
    settings = ClientSettings(
        proxy="http://u:hidden@p.example", cert=("c", "k", "hidden")
    )
    assert "hidden" not in repr(settings)


def test_clients_without_the_callers_own_can_be_pickled() -> None:
    settings = ClientSettings(proxy="http://p.example:1")
    clients = HTTPClients(settings)
    client = clients.sync_client()
    assert pickle.loads(pickle.dumps(clients)).sync_client() is client  # noqa: S301


@pytest.mark.parametrize(
    ("given", "words"),
    [
        pytest.param({"http_client": httpx.Client()}, "`http_client`", id="client"),
        pytest.param(
            {"http_async_client": httpx.AsyncClient()},
            "`http_async_client`",
            id="async client",
        ),
        pytest.param(
            {"settings": ClientSettings(verify=ssl.create_default_context())},
            "`ssl.SSLContext`",
            id="TLS context",
        ),
    ],
)
def test_what_belongs_to_one_process_cannot_be_pickled(
    given: dict[str, Any], words: str
) -> None:
    with pytest.raises(ConfigurationError, match=words):
        HTTPClients(**given).check_picklable()
    HTTPClients(ClientSettings(verify="ca.pem")).check_picklable()


async def test_the_environment_gives_no_proxy_for_a_unix_socket(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ALL_PROXY", "nonsense://p.example:1")
    clients = HTTPClients(ClientSettings(uds="/run/a.sock"))
    assert not clients.sync_client().trust_env
    assert not clients.async_client().trust_env
    await clients.aclose()


def test_models_with_other_sockets_have_other_clients() -> None:
    one, two, three = (
        HTTPClients(ClientSettings(uds=uds)) for uds in ("/a", "/a", "/A")
    )
    assert one.sync_client() is two.sync_client()
    assert one.sync_client() is not three.sync_client()


async def test_a_forked_process_starts_without_clients() -> None:
    clients = HTTPClients()
    inherited = clients.sync_client(), clients.async_client()
    clients_module.forget_parent()
    fresh = clients.sync_client(), clients.async_client()
    assert inherited[0] is not fresh[0]
    assert inherited[1] is not fresh[1]
    assert not inherited[1].is_closed
    clients_module.of_the_parent.clear()
    await clients.aclose()
    inherited[0].close()


def test_a_client_is_had_quickly() -> None:
    clients = HTTPClients()
    clients.sync_client()
    start = time.process_time()
    for _ in range(1000):
        clients.sync_client()
    assert time.process_time() - start < 1.0
