"""The stand-in for GigaChat."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from langchain_sse_chat.testing import Reply, ScriptedGigaChat

pytestmark = pytest.mark.enable_socket

USER = {"role": "user", "content": "Hello"}
WEATHER = {
    "name": "get_weather",
    "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
}


@pytest.fixture
def server() -> Iterator[ScriptedGigaChat]:
    with ScriptedGigaChat(credentials="key") as server:
        yield server


@pytest.fixture
def client() -> Iterator[httpx.Client]:
    with httpx.Client(timeout=300, trust_env=False) as http_client:
        yield http_client


def token(
    client: httpx.Client,
    server: ScriptedGigaChat,
    *,
    key: str = "key",
    request_id: str | None = None,
    scope: str = "GIGACHAT_API_PERS",
) -> httpx.Response:
    headers = {
        "authorization": f"Basic {key}".strip(),
        "rquid": str(uuid.uuid4()) if request_id is None else request_id,
    }
    return client.post(server.auth_url, headers=headers, data={"scope": scope})


def chat(
    client: httpx.Client, server: ScriptedGigaChat, **fields: Any
) -> httpx.Response:
    given = token(client, server).json()["access_token"]
    body = {"model": "GigaChat", "messages": [USER], **fields}
    return client.post(
        f"{server.base_url}/chat/completions",
        json=body,
        headers={"authorization": f"Bearer {given}"},
    )


def test_a_token_is_given_for_the_key(
    client: httpx.Client, server: ScriptedGigaChat
) -> None:
    answer = token(client, server)
    assert answer.status_code == 200
    assert answer.json().keys() == {"access_token", "expires_at"}
    assert answer.json()["expires_at"] > 1e12, "in milliseconds"
    assert server.settings == {
        "credentials": "key",
        "base_url": server.base_url,
        "auth_url": server.auth_url,
    }


@pytest.mark.parametrize(
    ("given", "status", "code"),
    [
        ({"key": "other"}, 401, 6),
        ({"key": ""}, 401, 6),
        ({"request_id": ""}, 400, 1),
        ({"request_id": str(uuid.UUID(int=1))}, 400, 1),
        ({"scope": ""}, 400, 5),
    ],
)
def test_a_wrong_token_request_is_refused(
    client: httpx.Client,
    server: ScriptedGigaChat,
    given: dict[str, str],
    status: int,
    code: int,
) -> None:
    answer = token(client, server, **given)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


@pytest.mark.parametrize("header", ["", "Bearer unknown"])
def test_a_chat_without_a_token_is_refused(
    client: httpx.Client, server: ScriptedGigaChat, header: str
) -> None:
    answer = client.post(
        f"{server.base_url}/chat/completions",
        json={"model": "m", "messages": [USER]},
        headers={"authorization": header},
    )
    assert answer.status_code == 401
    assert answer.json()["status"] == 401


def test_an_old_token_is_refused(client: httpx.Client) -> None:
    with ScriptedGigaChat(token_lasts=-1.0) as server:
        assert chat(client, server).json()["message"] == "Token has expired"
        assert server.settings["credentials"]


def test_tokens_may_be_made_old(client: httpx.Client, server: ScriptedGigaChat) -> None:
    given = token(client, server).json()["access_token"]
    server.expire_tokens()
    answer = client.post(
        f"{server.base_url}/chat/completions",
        json={"model": "m", "messages": [USER]},
        headers={"authorization": f"Bearer {given}"},
    )
    assert answer.status_code == 401


CALL = {"role": "assistant", "content": "", "function_call": {"name": "f"}}


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"tools": []}, id="tools"),
        pytest.param({"stream_options": {}}, id="stream_options"),
        pytest.param({"temperature": 0}, id="temperature 0"),
        pytest.param(
            {"messages": [USER, {"role": "system", "content": "s"}]},
            id="system message last",
        ),
        pytest.param(
            {
                "messages": [
                    {"role": "user", "content": [{"type": "text", "text": "a"}]}
                ]
            },
            id="content parts",
        ),
        pytest.param(
            {"messages": [{"role": "function", "name": "f", "content": "sunny"}]},
            id="result not JSON",
        ),
        pytest.param(
            {"messages": [{"role": "function", "name": "f", "content": "[1]"}]},
            id="result not an object",
        ),
        pytest.param(
            {"messages": [{"role": "function", "name": "f", "content": '{"a": NaN}'}]},
            id="result with a number that is not JSON",
        ),
        pytest.param(
            {"messages": [{"role": "function", "content": "{}"}]},
            id="result without a name",
        ),
        pytest.param(
            {"messages": [{**CALL, "function_call": {"arguments": "{}"}}]},
            id="call without a name",
        ),
    ],
)
def test_another_form_is_refused(
    client: httpx.Client, server: ScriptedGigaChat, fields: dict[str, Any]
) -> None:
    answer = chat(client, server, **fields)
    assert answer.status_code == 422
    assert answer.json()["message"].startswith("Invalid params: ")


def test_the_echo_model_answers_in_gigachats_form(
    client: httpx.Client, server: ScriptedGigaChat
) -> None:
    assert chat(client, server).json() == {
        "choices": [
            {
                "message": {"content": "You said: Hello", "role": "assistant"},
                "index": 0,
                "finish_reason": "stop",
            }
        ],
        "created": 1_750_000_000,
        "model": "GigaChat:1.0",
        "object": "chat.completion",
        "usage": {
            "prompt_tokens": 10,
            "completion_tokens": 3,
            "total_tokens": 13,
            "precached_prompt_tokens": 2,
        },
    }


def events(answer: httpx.Response) -> list[dict[str, Any]]:
    lines = answer.text.strip().split("\n\n")
    assert lines[-1] == "data: [DONE]"
    return [json.loads(line.removeprefix("data: ")) for line in lines[:-1]]


def test_a_stream_has_usage_beside_the_finish_reason(
    client: httpx.Client, server: ScriptedGigaChat
) -> None:
    chunks = events(chat(client, server, stream=True))
    deltas = [chunk["choices"][0]["delta"] for chunk in chunks]
    assert deltas == [
        {"content": "You", "role": "assistant"},
        {"content": " said:"},
        {"content": " Hello"},
        {"content": ""},
    ]
    assert chunks[-1]["choices"][0]["finish_reason"] == "stop"
    assert chunks[-1]["usage"]["completion_tokens"] == 3
    assert "id" not in chunks[0]


@pytest.mark.parametrize("choice", ["auto", {"name": "get_weather"}, None])
def test_a_function_is_called_whole(
    client: httpx.Client, server: ScriptedGigaChat, choice: Any
) -> None:
    asks = {"role": "user", "content": 'The weather in "Moscow"?'}
    fields = {"messages": [asks], "functions": [WEATHER], "stream": True}
    if choice is not None:
        fields["function_call"] = choice
    first, last = events(chat(client, server, **fields))
    delta = first["choices"][0]["delta"]
    assert delta["function_call"] == {
        "name": "get_weather",
        "arguments": {"city": "Moscow"},
    }
    assert delta["functions_state_id"]
    assert last["choices"][0]["finish_reason"] == "function_call"


def test_a_schema_is_answered_with_json(
    client: httpx.Client, server: ScriptedGigaChat
) -> None:
    schema = {"type": "object", "properties": {"n": {"type": "integer"}}}
    wanted = {"type": "json_schema", "schema": schema}
    answer = chat(client, server, response_format=wanted)
    content = json.loads(answer.json()["choices"][0]["message"]["content"])
    assert content.keys() == {"n"}


def test_json_of_any_shape_may_be_asked_for(
    client: httpx.Client, server: ScriptedGigaChat
) -> None:
    answer = chat(client, server, response_format={"type": "json_object"})
    assert json.loads(answer.json()["choices"][0]["message"]["content"]) is not None


def test_scripted_replies_come_first(
    client: httpx.Client, server: ScriptedGigaChat
) -> None:
    usage = {"prompt_tokens": 1}
    server.script(
        Reply.text("Привет", usage=usage, finish_reason="blacklist"),
        lambda request: Reply.json({"status": 500, "message": request.path}, 500),
    )
    first = chat(client, server).json()
    assert first["choices"][0]["finish_reason"] == "blacklist"
    assert first["usage"] == usage
    assert chat(client, server).json()["message"] == "/v1/chat/completions"


def embed(
    client: httpx.Client, server: ScriptedGigaChat, bearer: str, **fields: Any
) -> httpx.Response:
    return client.post(
        f"{server.base_url}/embeddings",
        json={"model": "Embeddings", "input": ["Hello", "you two"], **fields},
        headers={"authorization": f"Bearer {bearer}"},
    )


def test_embeddings_need_a_token_and_have_a_usage_each(
    client: httpx.Client, server: ScriptedGigaChat
) -> None:
    assert embed(client, server, "wrong").status_code == 401
    given = token(client, server).json()["access_token"]

    answer = embed(client, server, given).json()

    assert answer.keys() == {"object", "data", "model"}
    assert [item["index"] for item in answer["data"]] == [0, 1]
    assert [item["usage"]["prompt_tokens"] for item in answer["data"]] == [1, 2]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        pytest.param({"dimensions": 3}, "unknown field dimensions", id="width"),
        pytest.param({"input": [""]}, "empty string", id="empty"),
    ],
)
def test_embeddings_in_another_form_are_refused(
    client: httpx.Client,
    server: ScriptedGigaChat,
    fields: dict[str, Any],
    words: str,
) -> None:
    given = token(client, server).json()["access_token"]

    answer = embed(client, server, given, **fields)

    assert answer.status_code == 422
    assert words in answer.json()["message"]


def test_a_chat_with_an_unknown_file_is_rejected(
    client: httpx.Client, server: ScriptedGigaChat
) -> None:
    answer = chat(client, server, messages=[{**USER, "attachments": ["nothing"]}])

    assert answer.status_code == 404
    assert answer.json()["message"] == "No such file: nothing"


@pytest.mark.parametrize("path", ["files", "files/f", "models", "tokens/count"])
def test_other_requests_need_a_token(
    client: httpx.Client, server: ScriptedGigaChat, path: str
) -> None:
    assert client.get(f"{server.base_url}/{path}").status_code == 401
