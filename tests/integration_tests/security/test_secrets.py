"""Keys, headers and requests stand nowhere but on the wire, whatever happens."""

from __future__ import annotations

import asyncio
import gzip
import json
import logging
import pickle
import socket
import threading
from collections.abc import Callable
from typing import Any

import pytest
from langchain_core.load import dumpd, dumps
from langchain_core.messages import HumanMessage, SystemMessage
from langchain_core.runnables import RunnableConfig
from langchain_core.tracers.run_collector import RunCollectorCallbackHandler
from pydantic import SecretStr

from langchain_sse_chat import ChatSSE, SSEChatError, errors
from tests.integration_tests.security.shown import Recorder, leaks, texts_of
from tests.integration_tests.transport_wire import (
    CHUNKED,
    END,
    Behavior,
    Server,
    Wire,
    chunk,
)

KEY = "mark-key-0123456789"
HEADER = "mark-header-0123456789"
CALL_HEADER = "mark-call-header-0123456789"
QUERY = "mark-query-0123456789"
CALL_QUERY = "mark-call-query-0123456789"
PROXY = "mark-proxy-0123456789"
BODY = "mark-body-0123456789"
PROMPT = "mark-prompt-0123456789"
SYSTEM = "mark-system-0123456789"

SECRETS = (KEY, HEADER, CALL_HEADER, QUERY, CALL_QUERY, PROXY)
REQUEST = (BODY, PROMPT, SYSTEM)
"""Texts of the body, which this package does not add to errors and logs."""

GIVEN = ("messages: ", "input: ")
"""Variables that hold what the caller passed, in LangChain's frames as in the ones of
the methods that LangChain calls."""

ECHO = " ".join(
    [KEY, f"Bearer {KEY}", HEADER, CALL_HEADER, f"/v1?key={QUERY}&call={CALL_QUERY}"]
)
"""The parts of the request, except the body, that a server sends back."""

MESSAGES = [SystemMessage(SYSTEM), HumanMessage(PROMPT)]


async def async_key() -> str:
    return KEY


KEYS: dict[str, Any] = {
    "text": KEY,
    "secret": SecretStr(KEY),
    "function": lambda: KEY,
    "async function": async_key,
}


def model(server_url: str, **fields: Any) -> ChatSSE:
    given: dict[str, Any] = {
        "model": "m",
        "base_url": server_url.removesuffix("/chat/completions"),
        "api_key": KEY,
        "default_headers": {"X-Auth": HEADER},
        "default_query": {"key": QUERY},
        "extra_body": {"mark": BODY},
        "max_retries": 0,
        **fields,
    }
    return ChatSSE(**given)


CALL: dict[str, Any] = {
    "extra_headers": {"X-Call": CALL_HEADER},
    "extra_query": {"call": CALL_QUERY},
}

Use = Callable[[ChatSSE, RunnableConfig], Any]


def events_of(chat: ChatSSE, config: RunnableConfig) -> Any:
    async def run() -> list[str]:
        events = chat.astream_events(MESSAGES, config, version="v2", **CALL)
        return [repr(event) async for event in events]

    return asyncio.run(run())


def protocol_events_of(chat: ChatSSE, config: RunnableConfig) -> Any:
    return list(chat.stream_events(MESSAGES, config, version="v3", **CALL))


def astreamed(chat: ChatSSE, config: RunnableConfig) -> Any:
    async def run() -> list[Any]:
        return [part async for part in chat.astream(MESSAGES, config, **CALL)]

    return asyncio.run(run())


def logged(chat: ChatSSE, config: RunnableConfig) -> Any:
    async def run() -> list[str]:
        patches = chat.astream_log(MESSAGES, config, **CALL)
        return [repr(patch) async for patch in patches]

    return asyncio.run(run())


SYNC_USES: dict[str, Use] = {
    "invoke": lambda chat, config: chat.invoke(MESSAGES, config, **CALL),
    "stream": lambda chat, config: list(chat.stream(MESSAGES, config, **CALL)),
    "call": lambda chat, config: chat(MESSAGES, None, config["callbacks"], **CALL),
    "stream_events": protocol_events_of,
}
ASYNC_USES: dict[str, Use] = {
    "ainvoke": lambda chat, config: asyncio.run(chat.ainvoke(MESSAGES, config, **CALL)),
    "astream": astreamed,
    "astream_events": events_of,
    "astream_log": logged,
}
USES = SYNC_USES | ASYNC_USES


def answer(status: str, body: str, *headers: str) -> Behavior:
    def behavior(wire: Wire) -> None:
        head = "\r\n".join([f"HTTP/1.1 {status}", *headers])
        data = body.encode()
        wire.send(f"{head}\r\ncontent-length: {len(data)}\r\n\r\n".encode(), data)

    return behavior


def stream(*parts: str, end: bytes = END) -> Behavior:
    def behavior(wire: Wire) -> None:
        wire.send(CHUNKED, *(chunk(part.encode()) for part in parts), end)
        if not end:
            wire.hang_up()

    return behavior


def event(**fields: Any) -> str:
    return f"data: {json.dumps(fields)}\n\n"


TOKEN = event(choices=[{"index": 0, "delta": {"content": "Hi"}}])
LAST = event(choices=[{"index": 0, "delta": {}, "finish_reason": "stop"}])


def fine(wire: Wire) -> None:
    stream(TOKEN, LAST, "data: [DONE]\n\n")(wire)


def compressed_bomb(wire: Wire) -> None:
    data = gzip.compress(b"data: " + bytes(40 * 1024 * 1024))
    wire.send(CHUNKED[:-2], b"content-encoding: gzip\r\n\r\n", chunk(data), END)


def bad_header(wire: Wire) -> None:
    wire.send(b"HTTP/1.1 200 OK\r\nbad header ", ECHO.encode(), b"\r\n\r\n")


def bad_encoding(wire: Wire) -> None:
    wire.send(CHUNKED[:-2], b"content-encoding: gzip\r\n\r\n")
    wire.send(chunk(ECHO.encode()), END)


def refusal(status: int, text: str = ECHO) -> Behavior:
    body = json.dumps({"error": {"message": text, "code": text[:40], "param": text}})
    return answer(f"{status} No", body, f"x-request-id: {text}", f"x-echo: {text}")


FAILURES: dict[str, tuple[Behavior, str]] = {
    "400": (refusal(400), "InvalidRequestError"),
    "400 length": (
        refusal(400, f"context_length_exceeded {ECHO}"),
        "ContextLengthError",
    ),
    "401": (refusal(401), "AuthenticationError"),
    "403": (refusal(403), "PermissionDeniedError"),
    "404": (refusal(404), "NotFoundError"),
    "429": (refusal(429), "RateLimitError"),
    "500": (refusal(500), "ServerError"),
    "500 cut": (answer("500 No", "x" * (64 * 1024 - 12) + ECHO), "ServerError"),
    "500 shown to 200": (answer("500 No", "x" * 188 + ECHO), "ServerError"),
    "redirect": (
        answer(
            "307 Go", "", f"location: https://u:{KEY}@other.test/{HEADER}?q={QUERY}"
        ),
        "StatusError",
    ),
    "error event": (
        stream(TOKEN, event(error={"message": ECHO, "code": ECHO, ECHO: [ECHO]})),
        "StreamError",
    ),
    "page": (
        answer("200 OK", f"<html>{ECHO}", "content-type: text/html"),
        "NotAnEventStreamError",
    ),
    "cut page": (answer("200 OK", f"<html>{'x' * 180}{ECHO}"), "NotAnEventStreamError"),
    "malformed": (stream(TOKEN, f"data: {{{ECHO}\n\n"), "MalformedChunkError"),
    "cut malformed": (
        stream(TOKEN, f"data: {{{'x' * 187}{ECHO}\n\n"),
        "MalformedChunkError",
    ),
    "too large": (compressed_bomb, "EventTooLargeError"),
    "truncated": (stream(TOKEN), "StreamTruncatedError"),
    "broken": (stream(TOKEN, end=b""), "ConnectionFailedError"),
    "bad header": (bad_header, "ConnectionFailedError"),
    "bad encoding": (bad_encoding, "ProtocolError"),
    "silent": (Wire.wait_for_close, "TimedOutError"),
    "empty": (answer("200 OK", ""), "StreamTruncatedError"),
}


@pytest.fixture
def logs(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    """All records but those in which httpx and httpcore say what is on the wire."""
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.WARNING, "httpx")
    caplog.set_level(logging.WARNING, "httpcore")
    return caplog


def texts_of_logs(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [f"{record.getMessage()} {record.__dict__}" for record in caplog.records]


@pytest.mark.filterwarnings("ignore:astream_log is deprecated")
@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("use", USES)
def test_nothing_is_shown_when_all_goes_well(
    logs: pytest.LogCaptureFixture, key: str, use: str
) -> None:
    if key == "async function" and use in SYNC_USES:
        pytest.skip("an async function serves the async methods only")
    recorder, runs = Recorder(), RunCollectorCallbackHandler()

    with Server(fine) as server:
        chat = model(server.url, api_key=KEYS[key])
        outputs = USES[use](chat, {"callbacks": [recorder, runs]})
        assert KEY.encode() in server.requests[0]

    texts = [*recorder.seen, repr(outputs), *texts_of_logs(logs)]
    texts += [run.model_dump_json(exclude={"child_runs"}) for run in runs.traced_runs]
    texts += [repr(run) for run in runs.traced_runs]
    assert len(recorder.seen) > 1
    assert leaks(texts, SECRETS) == []
    assert leaks(texts_of_logs(logs), REQUEST) == []


@pytest.mark.parametrize("key", KEYS)
def test_nothing_is_shown_by_the_model_itself(key: str) -> None:
    proxy = f"http://user:{PROXY}@localhost:1"
    chat = model("http://test/v1", api_key=KEYS[key], proxy=proxy)
    texts = [
        *(repr(chat), str(chat), dumps(chat), repr(dumpd(chat))),
        *(repr(chat.model_dump()), chat.model_dump_json(exclude={"api_key"})),
        *(repr(chat._identifying_params), repr(chat._get_ls_params(**CALL))),
        *(chat._get_llm_string(**CALL), repr(chat._get_invocation_params(**CALL))),
        *(repr(chat.to_json()), repr(chat.get_lc_namespace()), chat.lc_id()[-1]),
        *(repr(chat.lc_secrets), repr(chat.lc_attributes), repr(chat._clients)),
    ]
    if key in {"text", "secret"}:
        texts.append(repr(pickle.loads(pickle.dumps(chat))))  # noqa: S301  our own

    assert leaks(texts, SECRETS) == []


def failed(chat: ChatSSE, use: str) -> tuple[SSEChatError, list[str]]:
    recorder, runs = Recorder(), RunCollectorCallbackHandler()
    with pytest.raises(SSEChatError) as caught:
        USES[use](chat, {"callbacks": [recorder, runs]})
    traced = [run.model_dump_json(exclude={"child_runs"}) for run in runs.traced_runs]
    return caught.value, [*recorder.seen, *traced]


@pytest.mark.parametrize("use", ["invoke", "stream", "ainvoke", "astream"])
@pytest.mark.parametrize("failure", FAILURES)
def test_nothing_is_shown_by_an_error(
    logs: pytest.LogCaptureFixture, failure: str, use: str
) -> None:
    behavior, expected = FAILURES[failure]
    patience = 0.3 if failure == "silent" else 30.0
    streams = {"streaming": True, "first_token_timeout": patience}

    with Server(behavior) as server:
        error, traced = failed(model(server.url, **streams), use)

    assert type(error).__name__ == expected
    texts = [*texts_of(error), *texts_of_logs(logs)]
    assert leaks([*texts, *traced], SECRETS) == []
    assert leaks([t for t in texts if not t.startswith(GIVEN)], REQUEST) == []


def answer_plain(listener: socket.socket) -> None:
    connection, _ = listener.accept()
    with connection:
        connection.sendall(b"HTTP/1.1 400 Speak plainly\r\n\r\n")


BAD: dict[str, tuple[dict[str, Any], str]] = {
    "a line break in the key": ({"api_key": f"{KEY}\n{KEY}"}, "ConfigurationError"),
    "a key outside Latin-1": ({"api_key": f"{KEY}ключ"}, "ConfigurationError"),
    "a key in bytes": ({"api_key": KEY.encode}, "ConfigurationError"),
    "a body that is not JSON": (
        {"extra_body": {"mark": BODY, "x": object()}},
        "ConfigurationError",
    ),
    "a proxy that is not there": (
        {"proxy": f"http://user:{PROXY}@localhost:1"},
        "ConnectionFailedError",
    ),
    "a server without TLS": ({"tls": True}, "ConnectionFailedError"),
    "a server that is not there": ({}, "ConnectionFailedError"),
}


@pytest.mark.parametrize("use", ["invoke", "stream", "ainvoke", "astream"])
@pytest.mark.parametrize("name", BAD)
def test_nothing_is_shown_when_nothing_can_be_sent(
    logs: pytest.LogCaptureFixture, name: str, use: str
) -> None:
    fields, expected = dict(BAD[name][0]), BAD[name][1]

    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/v1"
        if fields.pop("tls", None):
            url = url.replace("http:", "https:")
            threading.Thread(target=answer_plain, args=(listener,), daemon=True).start()
        else:
            listener.close()
        error, traced = failed(model(url, **fields), use)

    assert type(error).__name__ == expected
    texts = [*texts_of(error), *texts_of_logs(logs)]
    assert leaks([*texts, *traced], SECRETS) == []
    assert leaks([t for t in texts if not t.startswith(GIVEN)], REQUEST) == []


@pytest.mark.parametrize(
    "fields",
    [
        {"temperature": "hot"},
        {"max_retries": -1},
        {"provider": "none such"},
        {"default_headers": {"X": [HEADER]}},
        {"default_query": HEADER},
        {"default_headers": {"X": f"{HEADER}\r\nY: {HEADER}"}},
        {"proxy": f"ftp://user:{PROXY}@localhost:1"},
        {"proxy": f"http://user:{PROXY}/x@localhost:1"},
    ],
)
def test_nothing_is_shown_when_no_model_can_be_made(fields: dict[str, Any]) -> None:
    with pytest.raises(errors.ConfigurationError) as caught:
        model("http://test/v1", **fields)

    assert leaks(texts_of(caught.value), (*SECRETS, *REQUEST)) == []
