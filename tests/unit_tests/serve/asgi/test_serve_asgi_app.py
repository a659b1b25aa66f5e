"""The routes of the application."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest
from langchain_core.prompts import ChatPromptTemplate
from starlette.applications import Starlette
from starlette.routing import Mount

from langchain_sse_chat.serve import Served
from tests.unit_tests.serve.asgi_calls import MESSAGES, Client, chat, get
from tests.unit_tests.serve.served import TARGETS, application, echo

PREFIXES = pytest.mark.parametrize("prefix", ["", "/v1"])
TEXT = "You said: Hello"


@PREFIXES
async def test_a_chat_completion_is_streamed(prefix: str) -> None:
    client = chat(application(), "echo", path=f"{prefix}/chat/completions")
    reply = await client.whole()
    assert reply.status == 200
    assert reply.contents() == TEXT
    assert reply.events()[-1] == "[DONE]"
    assert reply.events()[0]["model"] == "echo"
    assert reply.headers["x-request-id"].startswith("req_")


@PREFIXES
async def test_a_chat_completion_is_sent_whole(prefix: str) -> None:
    path = f"{prefix}/chat/completions"
    reply = await chat(application(), "echo", path=path, stream=False).whole()
    assert reply.json()["choices"][0]["message"]["content"] == TEXT
    assert reply.json()["model"] == "echo"


@PREFIXES
async def test_models_are_listed(prefix: str) -> None:
    reply = await get(application(), f"{prefix}/models")
    assert reply.json()["object"] == "list"
    rows = reply.json()["data"]
    assert [row["id"] for row in rows] == list(TARGETS)
    assert {row["object"] for row in rows} == {"model"}
    assert all(type(row["created"]) is int and row["owned_by"] for row in rows)


@PREFIXES
async def test_a_model_is_shown(prefix: str) -> None:
    reply = await get(application(), f"{prefix}/models/org/fails")
    assert reply.json()["id"] == "org/fails"
    missing = await get(application(), f"{prefix}/models/none")
    assert missing.status == 404
    assert missing.error["code"] == "model_not_found"


@PREFIXES
async def test_the_health_is_shown(prefix: str) -> None:
    reply = await get(application(), f"{prefix}/health")
    assert (reply.status, reply.json()) == (200, {"status": "ok"})


@PREFIXES
async def test_metrics_are_shown(prefix: str) -> None:
    app = application()
    await chat(app, "echo").whole()
    await chat(app, "none").whole()
    reply = await get(app, f"{prefix}/metrics")
    assert reply.headers["content-type"].startswith("text/plain")
    assert 'answers_total{ending="complete",model="echo"} 1.0' in reply.text
    assert 'answers_total{ending="failed:model_not_found",model="-"} 1.0' in reply.text
    assert "open_answers 0.0" in reply.text


async def test_without_the_package_there_are_no_metrics(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "prometheus_client", None)
    app = application()
    assert (await chat(app, "echo").whole()).contents() == TEXT
    assert (await get(app, "/metrics")).status == 404


@PREFIXES
async def test_a_browser_reads_plain_events(prefix: str) -> None:
    reply = await get(application(), f"{prefix}/events", "message=Hello")
    assert reply.headers["content-type"] == "text/event-stream; charset=utf-8"
    assert reply.text.startswith("id: ")
    assert reply.text.endswith(
        f"data: You said: \n\ndata: Hello\n\nevent: end\ndata: {TEXT}\n\n"
    )


async def test_a_page_may_name_the_model() -> None:
    app = application()
    reply = await get(app, "/events", "message=Hello&model=echo")
    assert reply.text.endswith(f"event: end\ndata: {TEXT}\n\n")
    assert (await get(app, "/events", "message=Hello&model=none")).status == 404
    assert (await get(app, "/events")).error["param"] == "message"


@PREFIXES
async def test_a_page_may_post_its_question(prefix: str) -> None:
    for body, kind in (
        (json.dumps({"message": "Hello"}).encode(), "application/json"),
        (json.dumps({"messages": MESSAGES}).encode(), "application/json"),
        (b"Hello", "text/plain"),
        (b"message=Hello", "application/x-www-form-urlencoded"),
    ):
        path, headers = f"{prefix}/events", {"content-type": kind}
        client = Client(application(), "POST", path, body=body, headers=headers)
        assert (await client.whole()).text.endswith(f"data: {TEXT}\n\n")


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_browser_that_connects_again_gets_no_second_answer(method: str) -> None:
    app = application()
    first = await get(app, "/events", "message=Hello")
    [last_id] = [x[4:] for x in first.text.splitlines() if x.startswith("id: ")]
    again = Client(
        app, method, "/events", query="message=x", headers={"Last-Event-ID": last_id}
    )
    reply = await again.whole()
    assert (reply.status, reply.body, reply.is_complete) == (204, b"", True)
    assert "content-length" not in reply.headers


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("GET", "/v1/chat/completions", "POST"),
        ("OPTIONS", "/v1/chat/completions", "POST"),
        ("HEAD", "/events", "GET, POST"),
        ("PUT", "/events", "GET, POST"),
        ("POST", "/models", "GET, HEAD"),
        ("DELETE", "/models/echo", "GET, HEAD"),
        ("POST", "/health", "GET, HEAD"),
    ],
)
async def test_a_method_that_there_is_not(method: str, path: str, allow: str) -> None:
    reply = await Client(application(), method, path).whole()
    assert reply.status == 405
    assert reply.headers["allow"] == allow
    assert reply.error["type"] == "invalid_request_error"


@pytest.mark.parametrize("path", ["/", "/v1", "/docs", "/v1/embeddings", "/v2/models"])
async def test_a_path_that_there_is_not(path: str) -> None:
    reply = await get(application(), path)
    assert reply.status == 404
    assert reply.error["code"] == "not_found"
    assert reply.headers["x-request-id"]


async def test_a_head_has_no_body() -> None:
    reply = await Client(application(), "HEAD", "/health").whole()
    assert (reply.status, reply.body) == (200, b"")


async def test_it_may_be_mounted() -> None:
    outer = Starlette(routes=[Mount("/ai", application(echo))])
    assert (
        await chat(outer, path="/ai/v1/chat/completions").whole()
    ).contents() == TEXT
    assert (await get(outer, "/ai/models")).json()["data"][0]["id"] == "default"
    assert (await get(outer, "/ai/none")).error["code"] == "not_found"


async def test_a_proxy_may_take_the_prefix_off() -> None:
    reply = await get(application(), "/models", root_path="/ai")
    assert reply.status == 200


async def test_a_websocket_is_closed() -> None:
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    await application()({"type": "websocket"}, None, send)  # type: ignore[arg-type]
    assert sent == [{"type": "websocket.close", "code": 1000}]


async def test_fields_without_effect_are_named() -> None:
    reply = await chat(application(), "echo", store=True, thinking=1).whole()
    assert reply.status == 200
    assert "thinking" in reply.headers["x-ignored-parameters"]


async def test_a_failure_has_its_status_and_the_request_id(
    caplog: pytest.LogCaptureFixture,
) -> None:
    headers = {"x-request-id": "mine"}
    reply = await chat(application(), "org/fails", headers=headers).whole()
    assert reply.status == 500
    assert reply.headers["x-request-id"] == "mine"
    assert reply.headers["x-should-retry"] == "false"
    assert "mine" in reply.error["message"]
    assert "secret" not in reply.text
    assert "id=mine" in caplog.text
    assert "RuntimeError: secret" in caplog.text


class Broken(dict[str, Any]):
    def __getitem__(self, name: str) -> Any:
        msg = f"secret of {name}"
        raise RuntimeError(msg)


async def test_a_mapping_that_fails_shows_nothing(
    caplog: pytest.LogCaptureFixture,
) -> None:
    reply = await chat(application(Broken()), "echo").whole()
    assert reply.status == 500
    assert "secret" not in reply.text
    assert reply.headers["x-request-id"] in reply.text
    assert "RuntimeError: secret of echo" in caplog.text


async def test_one_line_is_logged_for_each_request_for_an_answer(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO, "langchain_sse_chat.serve")
    app = application()
    await chat(app, "echo").whole()
    await chat(app, "none\nwith a line").whole()
    await get(app, "/models")
    await get(app, "/health")
    first, second = caplog.messages
    assert "model=echo status=200" in first
    assert "model=- status=404" in second
    assert "ending=failed:model_not_found" in second
    assert "\n" not in caplog.messages[1]
    assert "Hello" not in caplog.text


async def test_an_answer_that_cannot_begin_is_a_failure_like_any_other(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def lacks(request: Any) -> Any:
        return {"topic": request.options["topic"]}

    chain = ChatPromptTemplate.from_template("About {topic}")
    app = application({"poet": Served(chain, input=lacks)})
    with caplog.at_level(logging.INFO, "langchain_sse_chat.serve"):
        reply = await chat(app, "poet").whole()
    assert reply.status == 500
    assert reply.headers["x-should-retry"] == "false"
    assert reply.headers["x-request-id"] in reply.error["message"]
    assert "model=poet status=500" in caplog.messages[-1]
    assert 'ending="failed:internal_error"' in (await get(app, "/metrics")).text
