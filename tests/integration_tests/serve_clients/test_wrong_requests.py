"""Wrong requests as bytes: each gets a status and an error that names its fault."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from langchain_sse_chat import ChatSSE
from langchain_sse_chat.serve import create_app
from langchain_sse_chat.testing import ScriptedServer
from tests.integration_tests.serve_clients.raw import answer_in, exchange, post
from tests.integration_tests.serve_clients.relay import MESSAGES
from tests.integration_tests.serve_clients.served import eventually, running

DEEP = b"[" * 100_000 + b"]" * 100_000
INVALID, TYPE, VALUE, MISSING = (
    "invalid_body",
    "invalid_type",
    "invalid_value",
    "missing_required_parameter",
)


def asking(**fields: Any) -> bytes:
    """Return a request that is right except for these fields."""
    return post(json.dumps({"model": "m", "messages": MESSAGES, **fields}).encode())


def saying(*messages: Any) -> bytes:
    return asking(messages=messages)


def showing(url: str) -> bytes:
    part = {"type": "image_url", "image_url": {"url": url}}
    return saying({"role": "user", "content": [part]})


def getting(path: str, method: str = "GET", **headers: str) -> bytes:
    return post(b"", path=path, method=method, headers=headers)


RIGHT = json.dumps({"model": "m", "messages": MESSAGES}).encode()
ROWS: dict[str, tuple[bytes, int, str, str | None]] = {
    "no body": (post(b""), 400, INVALID, None),
    "broken JSON": (post(b'{"model"'), 400, INVALID, None),
    "UTF-16": (post('{"model": "m"}'.encode("utf-16")), 400, INVALID, None),
    "broken UTF-8": (post(b'{"model": "m\xff"}'), 400, INVALID, None),
    "compressed": (
        post(b"\x1f\x8b\x08", headers={"Content-Encoding": "gzip"}),
        415,
        "unsupported_content_encoding",
        None,
    ),
    "a list": (post(b"[]"), 400, TYPE, None),
    "null": (post(b"null"), 400, TYPE, None),
    "NaN": (post(b'{"temperature": NaN}'), 400, INVALID, None),
    "infinite": (post(b'{"temperature": 1e999}'), 400, INVALID, None),
    "5000 digits": (post(b'{"seed": ' + b"9" * 5000 + b"}"), 400, INVALID, None),
    "nested": (post(DEEP), 400, INVALID, None),
    "nested field": (post(b'{"messages": ' + DEEP + b"}"), 400, INVALID, None),
    "no messages": (post(b'{"model": "m"}'), 400, MISSING, "messages"),
    "messages as object": (asking(messages={}), 400, TYPE, "messages"),
    "empty messages": (saying(), 400, VALUE, "messages"),
    "2001 messages": (saying(*MESSAGES * 2001), 400, VALUE, "messages"),
    "message as text": (saying("Hello"), 400, TYPE, "messages[0]"),
    "no role": (saying({"content": "Hello"}), 400, VALUE, "messages[0]"),
    "role as number": (saying({"role": 1}), 400, VALUE, "messages[0]"),
    "content as number": (
        saying(*MESSAGES, {"role": "user", "content": 1}),
        400,
        TYPE,
        "messages[1]",
    ),
    "unknown part": (
        saying({"role": "user", "content": [{"type": "hologram"}]}),
        400,
        VALUE,
        "messages[0].content[0]",
    ),
    "local file": (showing("file:///etc/passwd"), 400, VALUE, "messages[0].content[0]"),
    "plain HTTP": (
        showing("http://169.254.169.254/"),
        400,
        VALUE,
        "messages[0].content[0]",
    ),
    "tool result without ID": (
        saying(*MESSAGES, {"role": "tool", "content": "x"}),
        400,
        MISSING,
        "messages[1]",
    ),
    "calls as text": (
        saying({"role": "assistant", "tool_calls": "x"}),
        400,
        TYPE,
        "messages[0]",
    ),
    "boolean count": (asking(max_tokens=True), 400, TYPE, "max_tokens"),
    "negative count": (asking(max_tokens=-1), 400, VALUE, "max_tokens"),
    "temperature as list": (asking(temperature=[1]), 400, TYPE, "temperature"),
    "many stops": (asking(stop=["x"] * 5000), 400, VALUE, "stop"),
    "no answers": (asking(n=0), 400, VALUE, "n"),
    "many answers": (asking(n=10**9), 400, VALUE, "n"),
    "stream as text": (asking(stream="yes"), 400, TYPE, "stream"),
    "options without stream": (
        asking(stream_options={"include_usage": True}),
        400,
        VALUE,
        "stream_options",
    ),
    "tools as object": (asking(tools={}), 400, TYPE, "tools"),
    "choice without tools": (
        asking(tool_choice="required"),
        400,
        VALUE,
        "tool_choice",
    ),
    "format as text": (
        asking(response_format="json"),
        400,
        TYPE,
        "response_format",
    ),
    "unknown format": (
        asking(response_format={"type": "xml"}),
        400,
        VALUE,
        "response_format",
    ),
    "model as number": (asking(model=5), 400, TYPE, "model"),
    "long model": (asking(model="x" * 100_000), 400, VALUE, "model"),
    "line break in model": (
        asking(model="a\r\nset-cookie: x"),
        404,
        "model_not_found",
        "model",
    ),
    "text": (
        post(RIGHT, headers={"Content-Type": "text/plain"}),
        415,
        "unsupported_content_type",
        None,
    ),
    "form": (
        post(b"a=b", headers={"Content-Type": "application/x-www-form-urlencoded"}),
        415,
        "unsupported_content_type",
        None,
    ),
    "said to be large": (
        post(b"", headers={"Content-Length": str(10**12)}),
        413,
        "request_too_large",
        None,
    ),
    "10 MB": (asking(x="y" * 10_000_000), 413, "request_too_large", None),
    "GET": (getting("/v1/chat/completions"), 405, "method_not_allowed", None),
    "DELETE": (getting("/v1/models/m", "DELETE"), 405, "method_not_allowed", None),
    "unknown path": (getting("/v1/completions"), 404, "not_found", None),
    "path upwards": (
        getting("/v1/models/../../etc/passwd"),
        404,
        "model_not_found",
        "model",
    ),
    "other host": (
        post(RIGHT, headers={"Host": "evil.example"}),
        403,
        "host_not_allowed",
        None,
    ),
    "other site": (
        post(RIGHT, headers={"Sec-Fetch-Site": "cross-site"}),
        403,
        "origin_not_allowed",
        None,
    ),
    "no question": (getting("/events"), 400, MISSING, "message"),
    "two questions": (
        getting("/events?message=a&message=b"),
        400,
        VALUE,
        "message",
    ),
    "question that is not text": (getting("/events?message=%ff"), 400, INVALID, None),
    "question for no model": (
        getting("/events?message=a&model=n"),
        404,
        "model_not_found",
        "model",
    ),
}
UNREADABLE = {
    "not HTTP": b"\x16\x03\x01\x02\x00\x01" + bytes(100),
    "HTTP 0.9": b"GET /\r\n\r\n",
    "two lengths": post(b"{}", headers={"Content-Length": "2\r\nContent-Length: 3"}),
    "negative length": post(b"x", headers={"Content-Length": "-5"}),
    "broken chunk": b"POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\n"
    b"Transfer-Encoding: chunked\r\n\r\nzz\r\n\r\n",
    "long header": post(RIGHT, headers={"X-Long": "a" * 200_000}),
}


class Watch:
    """Counts what the server of an application holds."""

    def __init__(self, app: Any) -> None:
        self._app = app
        self._loop: asyncio.AbstractEventLoop | None = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self._loop = asyncio.get_running_loop()
        await self._app(scope, receive, send)

    def tasks(self) -> int:
        return len(asyncio.all_tasks(self._loop)) if self._loop else 0

    @staticmethod
    def sockets() -> int:
        files = Path("/proc/self/fd").iterdir()
        return sum("socket:" in _target(file) for file in files)


def _target(file: Path) -> str:
    try:
        return str(file.readlink())
    except OSError:  # what listed the folder is closed by now
        return ""


@pytest.fixture(scope="module")
def upstream() -> Iterator[ScriptedServer]:
    with ScriptedServer() as server:
        yield server


@pytest.fixture(scope="module")
def watch(upstream: ScriptedServer) -> Watch:
    chat = ChatSSE(model="behind", base_url=upstream.base_url, max_retries=0)
    return Watch(create_app({"m": chat}))


@pytest.fixture(scope="module")
def url(watch: Watch) -> Iterator[str]:
    with running(watch) as url:
        yield url


@pytest.mark.parametrize(
    ("request_bytes", "status", "code", "param"), ROWS.values(), ids=ROWS.keys()
)
def test_a_wrong_request_is_refused_in_the_form_of_openai(
    url: str,
    upstream: ScriptedServer,
    *,
    request_bytes: bytes,
    status: int,
    code: str,
    param: str | None,
) -> None:
    answer = answer_in(exchange(url, request_bytes))

    assert (answer.status, answer.error["code"]) == (status, code)
    assert answer.error["param"] == param
    assert answer.error["type"] == "invalid_request_error"
    assert answer.error["message"].endswith((".", "…"))
    assert answer.headers["x-should-retry"] == "false"
    assert answer.headers["x-request-id"].startswith("req_")
    assert "set-cookie" not in answer.headers
    assert not upstream.requests


@pytest.mark.parametrize("request_bytes", UNREADABLE.values(), ids=UNREADABLE.keys())
def test_what_is_not_http_is_refused_by_the_server(
    url: str, request_bytes: bytes
) -> None:
    assert answer_in(exchange(url, request_bytes)).status == 400


@pytest.mark.parametrize("cut", [5, 40, 150, -1], ids=["line", "head", "body", "end"])
def test_half_a_request_is_dropped(
    url: str, upstream: ScriptedServer, cut: int
) -> None:
    assert not exchange(url, post(RIGHT)[:cut], ends=True)
    assert not upstream.requests


def test_wrong_requests_leave_nothing_behind(url: str, watch: Watch) -> None:
    exchange(url, getting("/health"))
    before = watch.tasks(), watch.sockets()

    for request_bytes, *_ in ROWS.values():
        exchange(url, request_bytes)
    for request_bytes in UNREADABLE.values():
        exchange(url, request_bytes)

    tasks, sockets = before
    assert eventually(lambda: watch.tasks() <= tasks and watch.sockets() <= sockets)
