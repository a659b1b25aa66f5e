"""Servers on a Unix socket."""

from __future__ import annotations

import gc
import pickle
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from langchain_sse_chat import ChatSSE, ConfigurationError, NotFoundError
from langchain_sse_chat.errors import ConnectionFailedError
from langchain_sse_chat.gigachat import GigaChat
from langchain_sse_chat.testing import Reply, ScriptedGigaChat, ScriptedServer
from tests.integration_tests.deployment.asking import aask, ask, said
from tests.integration_tests.deployment.conftest import Ask, model
from tests.integration_tests.deployment.relays import Relay

pytestmark = pytest.mark.skipif(
    not hasattr(socket, "AF_UNIX"), reason="the system has no Unix sockets"
)


@pytest.fixture
def path() -> Iterator[Path]:
    # Not `tmp_path`: a socket's path has at most about 100 characters.
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder) / "My Llama.sock"


def url_of(path: Path) -> str:
    return f"http+unix://{str(path).replace('/', '%2F').replace(' ', '%20')}/v1"


@pytest.fixture
def relay(server: ScriptedServer, path: Path) -> Iterator[Relay]:
    with Relay(server.url, path=path) as relay:
        yield relay


def test_streams_go_through_the_socket(
    server: ScriptedServer, relay: Relay, path: Path, asked: Ask
) -> None:
    chat = model(url_of(path))
    assert [asked(chat, prompt) for prompt in "ab"] == [said("a"), said("b")]
    assert server.requests[0].headers["host"] == "localhost"
    assert "authorization" not in server.requests[0].headers
    assert relay.connections in {1, 2}  # one for each event loop


async def test_models_on_one_socket_share_connections(relay: Relay, path: Path) -> None:
    for prompt in "ab":
        assert ask(model(url_of(path)), prompt) == said(prompt)
    assert relay.connections == 1
    for prompt in "cd":
        assert await aask(model(url_of(path)), prompt) == said(prompt)
    assert relay.connections == 2


def test_the_environment_is_left_aside(
    server: ScriptedServer,
    relay: Relay,
    path: Path,
    asked: Ask,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    del relay
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "socks5://nobody.invalid:1")
    monkeypatch.setenv("OPENAI_API_KEY", "of-openai")
    assert asked(model(url_of(path)), "Hello") == said("Hello")
    assert "authorization" not in server.requests[0].headers


def test_a_key_that_is_passed_is_sent(
    server: ScriptedServer, relay: Relay, path: Path, asked: Ask
) -> None:
    del relay
    asked(model(url_of(path), provider="vllm", api_key="my-key"), "Hello")
    assert server.requests[0].headers["authorization"] == "Bearer my-key"


def test_a_pickled_model_finds_the_socket(relay: Relay, path: Path, asked: Ask) -> None:
    del relay
    copy = pickle.loads(pickle.dumps(model(url_of(path))))  # noqa: S301 - made here
    assert asked(copy, "Hello") == said("Hello")


def test_errors_name_the_socket(
    server: ScriptedServer, relay: Relay, path: Path, asked: Ask
) -> None:
    del relay
    server.script(Reply.status(404, error="no such model"))
    with pytest.raises(NotFoundError) as caught:
        asked(model(url_of(path)), "Hello")
    assert f"http://unix:{path}:/v1/chat/completions" in str(caught.value)


# httpcore 1.0 leaves the closing of a blocking socket that could not connect to the
# collector.
@pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")
def test_a_socket_that_nobody_listens_on_is_named(path: Path, asked: Ask) -> None:
    words = ""
    try:
        asked(model(url_of(path)), "Hello")
    except ConnectionFailedError as error:
        words = str(error)
    gc.collect()
    assert f"Could not connect to http://unix:{path}:/v1/chat/completions" in words


def test_tokens_are_got_from_their_own_address(path: Path) -> None:
    with ScriptedGigaChat() as sber, Relay(sber.url, path=path) as relay:
        fields = {**sber.settings, "base_url": url_of(path)}
        chat = GigaChat(**fields, max_retries=0)
        try:
            assert chat.invoke("Hello").text
        finally:
            chat.close()
        assert len({each.connection for each in sber.requests}) == 2
        assert relay.connections == 1


def test_a_client_of_ones_own_needs_a_transport(path: Path) -> None:
    with httpx.Client() as mine:
        chat = model(url_of(path), http_client=mine)
        with pytest.raises(ConfigurationError, match="HTTPTransport"):
            ask(chat, "Hello")


def test_the_example_without_the_field_works_too(relay: Relay, path: Path) -> None:
    del relay
    transport = httpx.HTTPTransport(uds=str(path))
    with httpx.Client(transport=transport) as mine:
        chat = ChatSSE(model="echo", base_url="http://localhost/v1", http_client=mine)
        assert ask(chat, "Hello") == said("Hello")
