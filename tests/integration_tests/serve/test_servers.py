"""Real servers: who leaves stops the model, and nothing stays behind."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from langchain_sse_chat import ChatSSE
from langchain_sse_chat.testing import Reply, ScriptedServer
from tests.integration_tests.serve.servers import LONG, RawClient, Running, ask

FORMS = pytest.mark.parametrize("stream", [True, False], ids=["stream", "whole"])


def test_an_answer_goes_through(server: Running, upstream: ScriptedServer) -> None:
    upstream.script(Reply.text(["Hello", " ", "you"]))
    model = ChatSSE(model="chat", base_url=f"{server.url}/v1", max_retries=0)
    assert "".join(chunk.text for chunk in model.stream("Hi")) == "Hello you"


@FORMS
def test_leaving_in_silence(
    server: Running, upstream: ScriptedServer, stream: bool
) -> None:
    before = upstream.disconnects
    asked = len(upstream.requests)
    upstream.script(Reply.text("a", stall_after=0))
    with RawClient(server.port) as client:
        client.ask("chat", stream=stream)
        assert upstream.wait_for_requests(asked + 1, LONG)
    assert upstream.wait_for_disconnect(LONG, before + 1)


@FORMS
def test_leaving_in_mid_token(
    server: Running, upstream: ScriptedServer, stream: bool
) -> None:
    before = upstream.disconnects
    asked = len(upstream.requests)
    upstream.script(Reply.text(["Well", "b"], stall_after=2))
    with RawClient(server.port) as client:
        client.ask("chat", stream=stream)
        assert upstream.wait_for_requests(asked + 1, LONG)
        if stream:
            client.read_until(b"Well")
    assert upstream.wait_for_disconnect(LONG, before + 1)


@FORMS
@pytest.mark.parametrize("model", ["silent", "begins"])
def test_leaving_a_function(server: Running, model: str, stream: bool) -> None:
    with RawClient(server.port) as client:
        client.ask(model, stream=stream)
        server.wait_for_open()
    server.wait_until(open=0)


def test_a_client_that_does_not_read_makes_the_model_wait_and_is_cut_off(
    server: Running,
) -> None:
    with RawClient(server.port, buffer=4096) as client:
        client.ask("flood")
        client.read_until(b"xxx")
        server.wait_until(open=0)
        # What buffers hold: of the run, the server and the kernel.
        assert server.state()["given"] < 10_000
        assert b"[DONE]" not in client.received


def test_a_client_that_reads_gets_more_than_the_buffers_hold(server: Running) -> None:
    with RawClient(server.port) as client:
        client.ask("flood")
        for _ in range(500):
            assert client.socket.recv(65536)
    server.wait_until(open=0)


def test_a_request_that_is_only_half_sent(server: Running) -> None:
    with RawClient(server.port) as client:
        client.send_post(b'{"model": "words", ', length=1000)
        client.read_until(b"}}")
        assert client.status == 408
        assert b"request_timeout" in client.received
        assert b"x-should-retry: true" in client.received.lower()


def test_leaving_in_the_request(server: Running) -> None:
    before = server.state()["tasks"]
    for _ in range(20):
        with RawClient(server.port) as client:
            client.send_post(b'{"model": "words", ', length=1000)
    server.wait_until(tasks=before + 5)


def test_a_body_of_ten_megabytes(server: Running) -> None:
    reply = ask(server, "words", "x" * 10 * 2**20)
    assert reply.status_code == httpx.codes.REQUEST_ENTITY_TOO_LARGE
    assert reply.json()["error"]["code"] == "request_too_large"
    assert ask(server, "words", "a b").text.count("data: ") == 5


def test_a_body_of_ten_megabytes_without_a_size(server: Running) -> None:
    url = f"{server.url}/v1/chat/completions"
    headers = {"content-type": "application/json"}
    pieces = (b"x" * 2**16 for _ in range(160))
    reply = httpx.post(url, content=pieces, headers=headers, timeout=LONG)
    assert reply.status_code == httpx.codes.REQUEST_ENTITY_TOO_LARGE


def test_header_injection(server: Running) -> None:
    fields = {
        "model": "words",
        "messages": [{"role": "user", "content": "a"}],
        "a\r\nx-bad: 1": 1,
        "a\nx-bad: 1": 1,
        "fine": 1,
    }
    with RawClient(server.port) as client:
        body = json.dumps(fields).encode()
        client.send_post(body, more=b"X-Request-Id: a b; x-bad: 1\r\n")
        client.read_until(b'"finish_reason"')
        head = client.received.partition(b"\r\n\r\n")[0].lower()
        assert client.status == 200
        assert b"x-ignored-parameters: fine" in head
        assert b"x-bad" not in head


def test_errors_have_the_form_of_openai(server: Running) -> None:
    assert ask(server, "none").json()["error"]["code"] == "model_not_found"
    reply = httpx.post(f"{server.url}/v1/chat/completions", content=b"{")
    assert reply.status_code == httpx.codes.UNSUPPORTED_MEDIA_TYPE
    assert httpx.get(f"{server.url}/none").json()["error"]["code"] == "not_found"
    reply = httpx.get(f"{server.url}/models", headers={"host": "evil.example"})
    assert reply.status_code == httpx.codes.FORBIDDEN
    head = httpx.head(f"{server.url}/v1/models")
    assert (head.status_code, head.content) == (200, b"")


def test_a_browser_that_connects_again(server: Running) -> None:
    url = f"{server.url}/events?message=a+b&model=words"
    first = httpx.get(url)
    assert first.text.endswith("event: end\ndata: a b \n\n")
    again = httpx.get(url, headers={"last-event-id": "x"})
    assert (again.status_code, again.content) == (204, b"")


def test_a_connection_is_used_again(server: Running) -> None:
    with httpx.Client() as client:
        for _ in range(20):
            url = f"{server.url}/events?message=a+b&model=words"
            assert "event: end" in client.get(url).text
            assert client.get(f"{server.url}/none").status_code == 404


def test_nothing_stays_behind_many_streams(server: Running) -> None:
    def read_some(number: int) -> None:
        with RawClient(server.port) as client:
            if number % 3 == 0:
                client.ask("begins")
                client.read_until(b"Well")
            elif number % 3 == 1:
                client.ask("words", "a b c")
                client.read_until(b"[DONE]")
            else:
                client.ask("silent", stream=False)

    def read_many(count: int) -> None:
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(read_some, range(count)))

    read_many(30)
    server.wait_until(open=0)
    before = server.state()
    read_many(300)
    # Some are connections that wait for another request.
    few = {name: before[name] + 20 for name in ("tasks", "files")}
    server.wait_until(open=0, threads=before["threads"], **few)
