"""The server as its users hold it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

import langchain_sse_chat.testing
from langchain_sse_chat import ChatSSE, ServerError
from langchain_sse_chat.testing import Reply, Request, Scripted, ScriptedServer

pytestmark = pytest.mark.enable_socket

HELLO = {"model": "echo", "messages": [{"role": "user", "content": "Hello"}]}


@pytest.fixture
def client() -> Iterator[httpx.Client]:
    with httpx.Client(timeout=300, trust_env=False) as http_client:
        yield http_client


def post(
    client: httpx.Client, server: ScriptedServer, body: Any = HELLO, **headers: str
) -> httpx.Response:
    url = f"{server.base_url}/chat/completions"
    return client.post(url, json=body, headers=headers)


def test_public_names() -> None:
    assert langchain_sse_chat.testing.__all__ == [
        "Reply",
        "Request",
        "Scripted",
        "ScriptedGigaChat",
        "ScriptedServer",
    ]


def test_answers_without_a_script(client: httpx.Client) -> None:
    with ScriptedServer() as server:
        answer = post(client, server).json()
    assert answer["choices"][0]["message"]["content"] == "You said: Hello"


def test_uses_each_reply_once_and_then_the_echo_model(client: httpx.Client) -> None:
    with ScriptedServer([Reply.text("a")]) as server:
        server.script(Reply.status(429), lambda request: Reply.html(request.method))
        answers = [post(client, server) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 429, 200, 200]
    assert answers[2].text == "POST"
    assert "You said" in answers[3].text


def test_uses_the_default_when_the_script_is_used_up(client: httpx.Client) -> None:
    with ScriptedServer([Reply.text("a")], default=Reply.html("d")) as server:
        assert "d" not in post(client, server).json()["choices"][0]["message"].values()
        assert post(client, server).text == "d"
        assert post(client, server).text == "d"


def test_records_requests(client: httpx.Client) -> None:
    with ScriptedServer() as server:
        url = f"{server.base_url}/chat/completions?a=1&b=2"
        client.post(url, json=HELLO, headers={"X-Custom": "yes"})
        client.post(url, json=HELLO)
    first, second = server.requests
    assert (first.method, first.path) == ("POST", "/v1/chat/completions")
    assert first.query == "a=1&b=2"
    assert first.headers["x-custom"] == "yes"
    assert first.json() == HELLO
    assert first.time <= second.time
    assert first.connection == second.connection == 1
    assert first.outcome == "completed"


def test_keeps_headers_out_of_what_is_printed(client: httpx.Client) -> None:
    with ScriptedServer() as server:
        post(client, server, Authorization="Bearer secret")
    assert server.requests[0].headers["authorization"] == "Bearer secret"
    assert "secret" not in repr(server.requests)


@pytest.mark.parametrize("path", ["/v1/chat/completions", "/chat/completions"])
def test_serves_chat_with_and_without_the_version(
    client: httpx.Client, path: str
) -> None:
    with ScriptedServer() as server:
        assert client.post(server.url + path, json=HELLO).status_code == 200


@pytest.mark.parametrize("path", ["/v1/models", "/models"])
def test_lists_the_echo_model(client: httpx.Client, path: str) -> None:
    with ScriptedServer() as server:
        models = client.get(server.url + path).json()
    assert [model["id"] for model in models["data"]] == ["echo"]


def test_refuses_other_paths_and_methods_and_keeps_the_script(
    client: httpx.Client,
) -> None:
    with ScriptedServer([Reply.html("scripted")]) as server:
        wrong = client.post(f"{server.url}/v2/chat/completions", json=HELLO)
        assert wrong.status_code == 404
        assert "/v2/chat/completions" in wrong.json()["error"]["message"]
        refused = client.get(f"{server.base_url}/chat/completions")
        assert (refused.status_code, refused.headers["allow"]) == (405, "POST")
        refused = client.post(f"{server.base_url}/models")
        assert (refused.status_code, refused.headers["allow"]) == (405, "GET")
        assert client.head(f"{server.base_url}/nothing").status_code == 404
        assert post(client, server).text == "scripted"


def test_asks_for_the_key(client: httpx.Client) -> None:
    with ScriptedServer(api_key="right") as server:
        assert post(client, server, Authorization="Bearer right").status_code == 200
        for headers in ({}, {"Authorization": "Bearer wrong"}):
            refused = post(client, server, **headers)
            assert refused.status_code == 401
            assert refused.json()["error"]["code"] == "invalid_api_key"


def test_serves_further_paths(client: httpx.Client) -> None:
    routes: dict[str, Scripted] = {
        "/oauth": Reply.json({"access_token": "t"}),
        "/who": lambda request: Reply.html(request.query),
    }
    with ScriptedServer(routes=routes, api_key="k") as server:
        for _ in range(2):
            assert client.post(f"{server.url}/oauth").json() == {"access_token": "t"}
        assert client.get(f"{server.url}/who?me").text == "me"


def test_tells_the_client_what_a_function_raised(client: httpx.Client) -> None:
    def refuse(request: Request) -> Reply:
        assert request.settings()["temperature"] == 0, "temperature"
        return Reply.text()

    with ScriptedServer([refuse]) as server:
        answer = post(client, server, {"temperature": 1})
    assert answer.status_code == 500
    assert "AssertionError: temperature" in answer.json()["error"]["message"]


def test_has_no_address_before_it_runs() -> None:
    with pytest.raises(RuntimeError, match="no address before its `with` block"):
        _ = ScriptedServer().base_url


def test_listens_on_the_port_it_is_given(client: httpx.Client) -> None:
    with ScriptedServer() as server:
        port = int(server.url.rpartition(":")[2])
        with (
            pytest.raises(OSError, match="in use"),
            ScriptedServer(port=port) as second,
        ):
            assert second.url == server.url


def test_waits_for_requests() -> None:
    with ScriptedServer() as server:
        assert not server.wait_for_requests(timeout=0)
        with httpx.Client(trust_env=False) as client:
            thread = threading.Thread(target=post, args=(client, server))
            thread.start()
            assert server.wait_for_requests()
            thread.join()
        assert not server.wait_for_requests(2, timeout=0)


def test_a_client_that_reads_to_the_end_does_not_disconnect(
    client: httpx.Client,
) -> None:
    with ScriptedServer() as server:
        post(client, server)
        client.close()
        assert not server.wait_for_disconnect(timeout=0)


def test_sees_a_client_leave() -> None:
    with ScriptedServer([Reply.text("a b", stall_after=1)] * 2) as server:
        for count in (1, 2):
            with (
                httpx.Client(trust_env=False) as client,
                client.stream("POST", f"{server.base_url}/chat/completions"),
            ):
                assert server.disconnects == count - 1
            assert server.wait_for_disconnect(count=count)
            assert server.disconnects == count


async def test_serves_many_clients_at_once() -> None:
    gate = threading.Semaphore(0)
    reply = Reply.text("a b c", gate=gate)
    limits = httpx.Limits(max_connections=None)
    with ScriptedServer(default=reply) as server:
        async with httpx.AsyncClient(
            limits=limits, timeout=300, trust_env=False
        ) as client:
            url = f"{server.base_url}/chat/completions"
            body = {**HELLO, "stream": True}
            posts = [
                asyncio.create_task(client.post(url, json=body)) for _ in range(100)
            ]
            assert await asyncio.to_thread(server.wait_for_requests, 100, 20.0)
            gate.release(100 * 5)
            answers = await asyncio.gather(*posts)
    assert server.connections == 100
    assert all(answer.text.endswith("data: [DONE]\n\n") for answer in answers)


def test_stops_under_a_stalled_client(client: httpx.Client) -> None:
    with ScriptedServer([Reply.text("a", stall_after=0)]) as server:
        url = f"{server.base_url}/chat/completions"
        response = client.send(client.build_request("POST", url), stream=True)
    assert server.requests[0].outcome == "server closed"
    with pytest.raises(httpx.RemoteProtocolError):
        response.read()
    assert not any(thread.name == "ScriptedServer" for thread in threading.enumerate())


def test_can_be_used_again_after_it_stopped(client: httpx.Client) -> None:
    server = ScriptedServer([Reply.html("1"), Reply.html("2")])
    with server:
        assert post(client, server).text == "1"
    with server:
        assert post(client, server).text == "2"


@pytest.mark.parametrize("reply", ["text", 5, {"choices": []}])
@pytest.mark.parametrize(
    "use",
    [
        pytest.param(lambda reply: ScriptedServer([reply]), id="constructor"),
        pytest.param(lambda reply: ScriptedServer(default=reply), id="default"),
        pytest.param(lambda reply: ScriptedServer(routes={"/x": reply}), id="routes"),
        pytest.param(lambda reply: ScriptedServer().script(reply), id="script"),
    ],
)
def test_what_is_no_reply_is_refused_where_it_is_passed(
    reply: Any, use: Callable[[Any], object]
) -> None:
    with pytest.raises(TypeError, match=r"Reply\.text"):
        use(reply)


def test_a_function_that_returns_no_reply_is_told_and_not_asked_again() -> None:
    functions: list[Any] = [lambda _: None, lambda _: "text"]
    with (
        ScriptedServer(functions) as server,
        ChatSSE(model="m", base_url=server.base_url, max_retries=2) as chat,
    ):
        for kind in ("NoneType", "str"):
            with pytest.raises(ServerError, match=f"returned {kind}, not a Reply"):
                chat.invoke("Hello")
        assert len(server.requests) == 2
