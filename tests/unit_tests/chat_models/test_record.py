"""`record`: in the model, in a call, and what is in the files."""

from __future__ import annotations

import contextlib
import gzip
import json
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from langchain_core.load import dumps

from langchain_sse_chat import (
    ChatSSE,
    ConfigurationError,
    SSEChatError,
    StreamTruncatedError,
)
from langchain_sse_chat.testing import Reply, Request
from tests.unit_tests.chat_models.scripted import (
    Scripted,
    completion,
    streamed,
    text_stream,
)
from tests.unit_tests.gigachat.gigachat_scripts import Sber, ask_async, ask_sync

MakeChat = Callable[..., ChatSSE]

RECORDING = "langchain_sse_chat.recording"

HELLO = text_stream("Hello", " world")


async def by_stream(chat: ChatSSE, **kwargs: Any) -> str:
    return "".join(c.text for c in chat.stream("Hello", **kwargs))


async def by_astream(chat: ChatSSE, **kwargs: Any) -> str:
    return "".join([c.text async for c in chat.astream("Hello", **kwargs)])


async def by_invoke(chat: ChatSSE, **kwargs: Any) -> str:
    return chat.invoke("Hello", **kwargs).text


async def by_ainvoke(chat: ChatSSE, **kwargs: Any) -> str:
    return (await chat.ainvoke("Hello", **kwargs)).text


ALL = pytest.mark.parametrize("way", [by_stream, by_astream, by_invoke, by_ainvoke])
STREAMS = pytest.mark.parametrize("way", [by_stream, by_astream])


def hello(way: Any) -> httpx.Response:
    if way in {by_invoke, by_ainvoke}:
        return httpx.Response(200, json=completion({"content": "Hello world"}))
    return streamed(HELLO, 100)


def parts_of(path: Path) -> tuple[bytes, ...]:
    """Return the bytes that the embedded server sends for a recording."""
    request = Request(
        number=1,
        connection=1,
        method="POST",
        path="/",
        query="",
        headers={},
        body=b"",
        time=0.0,
    )
    return Reply.recorded(path).render(request).parts


def everything(folder: Path) -> list[Path]:
    return sorted(folder.iterdir())


def logs(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.jsonl"))


@ALL
@pytest.mark.parametrize("kind", [str, Path])
async def test_a_model_records_what_it_sends_and_gets(
    make_chat: MakeChat, server: Scripted, tmp_path: Path, way: Any, kind: Any
) -> None:
    chat = make_chat(hello(way), record=kind(tmp_path / "new"))

    assert await way(chat) == "Hello world"

    [log] = logs(tmp_path / "new")
    first = json.loads(log.read_text("utf-8").split("\n")[0])
    assert first["request"]["body"] == server.body


@STREAMS
async def test_the_reads_are_recorded_as_they_came(
    make_chat: MakeChat, tmp_path: Path, way: Any
) -> None:
    await way(make_chat(hello(way), record=tmp_path))

    [log] = logs(tmp_path)
    parts = parts_of(log)
    assert b"".join(parts) == HELLO
    assert {len(part) for part in parts[:-1]} == {100}


@STREAMS
async def test_a_compressed_answer_is_recorded_as_it_reads(
    make_chat: MakeChat, tmp_path: Path, way: Any
) -> None:
    compressed = streamed(gzip.compress(HELLO), 40)
    compressed.headers["content-encoding"] = "gzip"

    await way(make_chat(compressed, record=tmp_path))

    [log] = logs(tmp_path)
    assert b"".join(parts_of(log)) == HELLO
    assert '"content-encoding": "gzip"' in log.read_text("utf-8")


@ALL
async def test_a_call_records_by_itself_or_not_at_all(
    make_chat: MakeChat, server: Scripted, tmp_path: Path, way: Any
) -> None:
    plain, recording = make_chat(), make_chat(record=tmp_path / "model")
    server.answers = [hello(way)] * 4

    await way(plain)
    await way(plain, record=tmp_path / "call")
    await way(recording, record=None)
    await way(recording, record="")

    assert everything(tmp_path) == [tmp_path / "call"]
    assert len(logs(tmp_path / "call")) == 1
    assert all("record" not in body for body in server.bodies)


@ALL
async def test_a_folder_that_cannot_be_written_to_is_an_error_before_the_request(
    make_chat: MakeChat, server: Scripted, tmp_path: Path, way: Any
) -> None:
    (tmp_path / "file").write_text("")
    chat = make_chat(hello(way), record=tmp_path / "file")

    with pytest.raises(ConfigurationError, match="Cannot record in"):
        await way(chat)

    assert server.requests == []


@ALL
async def test_a_folder_that_is_no_path_is_an_error(
    make_chat: MakeChat, way: Any
) -> None:
    with pytest.raises(
        ConfigurationError, match="`record` must be the path of a folder, not bool"
    ):
        await way(make_chat(hello(way)), record=True)
    with pytest.raises(ConfigurationError, match="record"):
        make_chat(record=5)


@ALL
async def test_each_attempt_is_recorded(
    make_chat: MakeChat, tmp_path: Path, way: Any
) -> None:
    busy = httpx.Response(429, headers={"retry-after": "0"}, json={"error": "busy"})
    chat = make_chat(busy, hello(way), max_retries=1, record=tmp_path)

    await way(chat)

    ends = [json.loads(log.read_text().split("\n")[-2]) for log in logs(tmp_path)]
    assert [end["end"] for end in ends] == ["error", "done"]
    assert [end.get("next_attempt_in") for end in ends] == [0.0, None]


@STREAMS
async def test_an_error_says_the_same_with_a_recording(
    make_chat: MakeChat, tmp_path: Path, way: Any
) -> None:
    cut = HELLO.rpartition(b"data: {")[0]
    errors = []
    for record in (None, tmp_path):
        with pytest.raises(StreamTruncatedError) as caught:
            await way(make_chat(streamed(cut), record=record))
        errors.append(caught.value)

    plain, recorded = errors
    assert str(plain) == str(recorded)
    assert plain.partial is not None
    assert recorded.partial is not None
    assert plain.partial.content == recorded.partial.content == "Hello world"


def test_where_a_model_records_is_not_written_with_it(
    make_chat: MakeChat, tmp_path: Path
) -> None:
    assert dumps(make_chat(record=tmp_path)) == dumps(make_chat())


PLACES = ("key", "header", "query", "password", "cookie", "body")
MARKERS = [f"marker-of-{place}" for place in PLACES]


@ALL
async def test_no_secret_is_in_any_file(
    make_chat: MakeChat, tmp_path: Path, way: Any
) -> None:
    said = " ".join(MARKERS[:4]) + " " + MARKERS[5]
    cookie = {"set-cookie": f"s={MARKERS[4]}", "x-session": MARKERS[4]}
    echo = {"retry-after": "0", "x-request-id": said, **cookie}
    refusals = [
        httpx.Response(status, headers=echo, json={"error": {"message": said}})
        for status in (429, 503)
    ]
    bad = b"data: " + json.dumps({"error": {"message": said}}).encode() + b"\n\n"
    chat = make_chat(
        *refusals,
        streamed(bad, 7),
        base_url=f"http://user:{MARKERS[3]}@test/v1?key={MARKERS[2]}",
        provider="azure",  # whose key goes in a header of its own
        api_key=MARKERS[0],
        default_query={"api-version": "1"},
        default_headers={"X-Own": MARKERS[1]},
        extra_body={"tools": [{"type": "mcp", "authorization": MARKERS[5]}]},
        max_retries=2,
        record=tmp_path,
    )

    with pytest.raises(SSEChatError):
        await way(chat)

    files = everything(tmp_path)
    assert len(files) == 6
    for path in files:
        assert b"marker" not in path.read_bytes()


@pytest.mark.parametrize("ask", [ask_sync, ask_async])
def test_gigachats_tokens_are_not_recorded(tmp_path: Path, ask: Any) -> None:
    sber = Sber()
    chat = sber.chat(record=tmp_path)

    ask(chat)

    token, answer = logs(tmp_path)
    key = chat.api_key.get_secret_value()  # type: ignore[union-attr]
    for path in everything(tmp_path):
        written = path.read_text("utf-8")
        assert "token-number" not in written
        assert key not in written
    [said] = parts_of(token)
    assert json.loads(said)["access_token"] == "*" * len("token-number-1")
    assert b"".join(parts_of(answer)) != b""
    assert len(Reply.recorded_folder(tmp_path)) == 1


def test_a_process_that_dies_leaves_what_came(
    make_chat: MakeChat, tmp_path: Path
) -> None:
    chat = make_chat(streamed(HELLO, 100), record=tmp_path)
    stream = chat.stream("Hello")
    next(stream)

    # Nothing is closed yet: this is what is on the disk when the process ends here.
    [log] = logs(tmp_path)
    parts = parts_of(log)
    assert parts
    assert HELLO.startswith(b"".join(parts))
    stream.close()
    assert json.loads(log.read_text().split("\n")[-2])["end"] == "closed"


def recordings_in(folder: Path) -> list[Path]:
    return list(folder.iterdir())


@contextlib.contextmanager
def no_descriptor_left(spare: int) -> Iterator[None]:
    resource = pytest.importorskip("resource")  # not on Windows
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    held = [os.open(os.devnull, os.O_RDONLY)]
    resource.setrlimit(resource.RLIMIT_NOFILE, (held[0] + 50, limits[1]))
    try:
        with contextlib.suppress(OSError):
            while True:
                held.append(os.open(os.devnull, os.O_RDONLY))
        for _ in range(spare):
            os.close(held.pop())
        yield
    finally:
        for descriptor in held:
            os.close(descriptor)
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)


@pytest.mark.parametrize("spare", [0, 1])
async def test_without_a_descriptor_left_it_is_an_error_that_says_so(
    make_chat: MakeChat, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, spare: int
) -> None:
    chat = make_chat(
        *[httpx.Response(200, json=completion({"content": "Hi"})) for _ in range(2)]
    )
    chat.invoke("Hello")
    await chat.ainvoke("Hello")
    if not spare:
        # As in a process that has recorded nothing yet.
        for name in [n for n in sys.modules if n.startswith(RECORDING)]:
            monkeypatch.delitem(sys.modules, name)
    errors = []

    with no_descriptor_left(spare):
        try:
            chat.invoke("Hello", record=tmp_path)
        except ConfigurationError as exc:
            errors.append(str(exc))
        try:
            await chat.ainvoke("Hello", record=tmp_path)
        except ConfigurationError as exc:
            errors.append(str(exc))

    assert len(errors) == 2
    for words in errors:
        assert "Too many open files. Allow more open files (`ulimit -n`)" in words
    assert recordings_in(tmp_path) == []
