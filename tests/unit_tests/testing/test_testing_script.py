"""Recorded replies go to requests like their own."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from langchain_sse_chat import ChatSSE
from langchain_sse_chat.testing import Reply, Request
from langchain_sse_chat.testing.gigachat import ScriptedGigaChat
from langchain_sse_chat.testing.routing import Router

KEY = "sk-a-secret-of-some-length"


def ask(router: Router, body: Any, path: str = "/v1/chat/completions") -> str:
    request = Request(
        number=1,
        connection=1,
        method="POST",
        path=path,
        query="",
        headers={},
        body=json.dumps(body).encode(),
        time=0.0,
    )
    _, response = router.answer(request)
    return b"".join(response.parts).decode()


def recorded(folder: Path, call: Callable[[ChatSSE], Any]) -> list[dict[str, Any]]:
    """Run calls with a server that repeats what it is told; return their requests."""
    requests: list[dict[str, Any]] = []

    def answer(request: httpx.Request) -> httpx.Response:
        requests.append(json.loads(request.content))
        text = f"{len(requests)}: {requests[-1]['messages'][-1]['content']}"
        message = {"role": "assistant", "content": text}
        choice = {"index": 0, "message": message, "finish_reason": "stop"}
        return httpx.Response(200, json={"choices": [choice], "model": "m"})

    call(
        ChatSSE(
            model="m",
            base_url="http://test/v1",
            api_key=KEY,
            record=folder,
            http_client=httpx.Client(transport=httpx.MockTransport(answer)),
        )
    )
    return requests


def player(folder: Path, **options: Any) -> Router:
    given = {"default": None, "routes": {}, "api_key": None, **options}
    return Router(Reply.recorded_folder(folder), **given)


def test_calls_in_any_order_get_their_own_answers(tmp_path: Path) -> None:
    requests = recorded(
        tmp_path, lambda chat: [chat.invoke(f"question {n}") for n in range(20)]
    )
    router = player(tmp_path)

    for body in requests[::-1]:
        question = body["messages"][0]["content"]
        assert f": {question}" in ask(router, body)


def test_equal_requests_get_their_answers_in_order(tmp_path: Path) -> None:
    requests = recorded(tmp_path, lambda chat: [chat.invoke("Hi"), chat.invoke("Hi")])
    router = player(tmp_path)

    assert "1: Hi" in ask(router, requests[0])
    assert "2: Hi" in ask(router, requests[0])
    assert "not_recorded" in ask(router, requests[1])


def test_the_settings_of_a_request_choose_among_equal_questions(tmp_path: Path) -> None:
    requests = recorded(
        tmp_path, lambda chat: [chat.invoke("Hi", seed=1), chat.invoke("Hi", seed=2)]
    )
    router = player(tmp_path)

    assert "2: Hi" in ask(router, requests[1])
    assert "1: Hi" in ask(router, {**requests[0], "temperature": 0.5})


def test_hidden_secrets_are_no_difference(tmp_path: Path) -> None:
    mcp = {"type": "mcp", "headers": {"X": KEY}, "authorization": KEY}
    [body] = recorded(
        tmp_path, lambda chat: chat.invoke(f"My key is {KEY}.", tools=[mcp])
    )
    body["messages"][0]["content"] = "My key is another."
    body["tools"][0]["authorization"] = "another"

    assert "1: My key" in ask(player(tmp_path), body)


@pytest.mark.parametrize("played_before", [False, True])
def test_what_was_never_recorded_is_an_error(
    tmp_path: Path, *, played_before: bool
) -> None:
    [body] = recorded(tmp_path, lambda chat: chat.invoke("Hi"))
    router = player(tmp_path)
    if played_before:
        ask(router, body)
    other = {**body, "messages": [{"role": "user", "content": "Bye"}], "seed": 1}

    answer = json.loads(ask(router, other))

    assert answer["error"]["code"] == "not_recorded"
    words = "have been played" if played_before else "differs in messages, seed"
    assert words in answer["error"]["message"]


def test_replies_that_were_written_keep_their_order(tmp_path: Path) -> None:
    [body] = recorded(tmp_path, lambda chat: chat.invoke("Hi"))
    router = player(tmp_path, default=Reply.text("by default"))
    router.script.extend([Reply.text("written")])

    assert "not_recorded" in ask(router, {**body, "messages": []})
    assert "1: Hi" in ask(router, body)
    assert "written" in ask(router, body)
    assert "by default" in ask(router, body)


def test_a_recording_whose_request_is_hidden_answers_any(tmp_path: Path) -> None:
    recorded(tmp_path, lambda chat: chat.invoke("Hi"))
    [log] = tmp_path.glob("*.jsonl")
    lines = log.read_text("utf-8").splitlines()
    first = json.loads(lines[0])
    first["request"]["body"] = "***"
    log.write_text("\n".join([json.dumps(first), *lines[1:]]) + "\n", "utf-8")

    assert "1: Hi" in ask(player(tmp_path), {"messages": []})


def test_gigachats_server_plays_back_too(tmp_path: Path) -> None:
    [body] = recorded(tmp_path, lambda chat: chat.invoke("Hi"))
    server = ScriptedGigaChat(Reply.recorded_folder(tmp_path))

    token = json.loads(ask_token(server))["access_token"]
    assert "1: Hi" in chat_with(server, token, body)
    assert "not_recorded" in chat_with(server, token, body)


def ask_token(server: ScriptedGigaChat) -> str:
    headers = {
        "authorization": "Basic a2V5",
        "rquid": "6f0b1291-c7f3-43c6-bb2e-9f3efb2dc98e",
    }
    return sent(server, "/api/v2/oauth", headers, b"scope=GIGACHAT_API_PERS")


def chat_with(server: ScriptedGigaChat, token: str, body: dict[str, Any]) -> str:
    headers = {"authorization": f"Bearer {token}"}
    return sent(server, "/v1/chat/completions", headers, json.dumps(body).encode())


def sent(
    server: ScriptedGigaChat, path: str, headers: dict[str, str], body: bytes
) -> str:
    request = Request(
        number=1,
        connection=1,
        method="POST",
        path=path,
        query="",
        headers=headers,
        body=body,
        time=0.0,
    )
    _, response = server._router.answer(request)
    return b"".join(response.parts).decode()
