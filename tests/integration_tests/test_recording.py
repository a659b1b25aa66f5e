"""A recording over real sockets plays back the same, and is recorded the same."""

from __future__ import annotations

import asyncio
import importlib.util
import json
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from langchain_sse_chat import ChatSSE, NotFoundError, SSEChatError
from langchain_sse_chat.gigachat import GigaChat
from langchain_sse_chat.testing import Reply, ScriptedGigaChat, ScriptedServer
from langchain_sse_chat.testing.recordings import Recording, read_recording

FIELDS: dict[str, Any] = {
    "model": "echo",
    "api_key": "secret-key-1234",
    "max_retries": 1,
}
# Short only where a clock must run out: a busy machine may take its time elsewhere.
SHORT = {"first_token_timeout": 0.5, "stream_chunk_timeout": 0.5}
ERROR_IN_STREAM = b"""\
data: {"choices": [{"index": 0, "delta": {"content": "Once upon"}}]}

data: {"error": {"message": "The server is overloaded", "code": 502}}

"""
NOW = {"retry-after": "0"}
CALL = {"name": "add", "arguments": {"a": 1, "b": [2, 3]}, "id": "call_1"}

SCRIPTS: dict[str, list[Reply]] = {
    "whole answer": [Reply.text("Привет, world! 👋 And more")],
    "byte by byte": [Reply.text("Привет 👋", write_size=1)],
    "one packet": [Reply.text("all of it together", merge=True)],
    "reasoning": [Reply.text("4", reasoning="2 and 2 make")],
    "tool calls": [Reply.text(tool_calls=[CALL, {**CALL, "id": "call_2"}])],
    "cut tool call": [Reply.text(tool_calls=[CALL], cut_after=2)],
    "error in the stream": [Reply.sse(ERROR_IN_STREAM)],
    "429, then an answer": [
        Reply.status(429, error="slow down", headers=NOW),
        Reply.text("Hello world"),
    ],
    "500 twice": [Reply.status(500, headers=NOW)] * 2,
    "401": [Reply.status(401, error="wrong key secret-key-1234")],
    "cut between events": [Reply.text("one two three", cut_after=2)],
    "cut in an event": [Reply.text("one two three", truncate_after=2)],
    "reset": [Reply.text("one two three", reset_after=2)],
    "reset before an answer": [
        Reply.text("one", reset_after=0, headless=True, headers=NOW)
    ]
    * 2,
    "closed before an answer": [Reply.text("one", truncate_after=0, headless=True)] * 2,
    "silent before an answer": [Reply.text("one", stall_after=0, headless=True)] * 2,
    "stalled": [Reply.text("one two three", stall_after=2)],
    "stalled from the start": [Reply.text("one two three", stall_after=0)] * 2,
    "held after the end": [Reply.text("one two", hang_after_done=True)],
    "no [DONE]": [Reply.text("one two", done=False)],
    "reset after the finish reason": [Reply.text(["a", "b"], reset_after=3)],
    "not a stream": [Reply.json({"choices": [{"message": {"content": "whole"}}]})],
    "an error of status 200": [Reply.json({"error": {"message": "no such model"}})],
    "page": [Reply.html("<h1>Welcome</h1>")],
    "page of a proxy": [Reply.html("<h1>Bad gateway</h1>", 502, headers=NOW)] * 2,
    "nothing": [Reply.sse(b"")] * 2,
    "not JSON": [Reply.sse(b"data: {broken\n\n")],
}

# aiohttp gives all that has come since the last read; httpx gives chunk by chunk.
JOINS_CHUNKS = importlib.util.find_spec("httpx_aiohttp") is not None


@dataclass
class Seen:
    """The result of a call for its caller, without the parts that vary between runs."""

    chunks: list[str]
    error: str | None = None
    partial: str | None = None


def sync_call(chat: ChatSSE) -> Seen:
    seen = Seen([])
    try:
        for chunk in chat.stream("Hello"):
            seen.chunks.append(comparable(chunk))
    except SSEChatError as error:
        note(seen, error)
    return seen


def async_call(chat: ChatSSE) -> Seen:
    async def run() -> Seen:
        seen = Seen([])
        try:
            async for chunk in chat.astream("Hello"):
                seen.chunks.append(comparable(chunk))
        except SSEChatError as error:
            note(seen, error)
        return seen

    return asyncio.run(run())


def note(seen: Seen, error: SSEChatError) -> None:
    seen.error = type(error).__name__
    seen.partial = None if error.partial is None else comparable(error.partial)


def comparable(message: Any) -> str:
    """Return a message as text, without the id that LangChain gives each run."""
    return json.dumps(message.model_dump(exclude={"id"}), default=str, sort_keys=True)


Call = Callable[[ChatSSE], Seen]


@pytest.fixture(params=[sync_call, async_call], ids=["sync", "async"])
def call(request: pytest.FixtureRequest) -> Call:
    """Return a function that streams an answer, sync or async."""
    run: Call = request.param
    return run


def play(replies: list[Reply], folder: Path, call: Call) -> Seen:
    """Return the results of scripted replies, and record them."""
    stalls = any(reply.stall_after is not None for reply in replies)
    fields = {**FIELDS, **(SHORT if stalls else {})}
    with ScriptedServer(replies) as server:
        chat = ChatSSE(base_url=server.base_url, record=folder, **fields)
        seen = call(chat)
        assert len(server.requests) == len(replies)
    return seen


def recordings(folder: Path) -> list[Recording]:
    return [read_recording(path) for path in sorted(folder.glob("*.jsonl"))]


def pieces(folder: Path) -> list[list[bytes]]:
    return [[data for _, data in found.reads] for found in recordings(folder)]


def joined(answers: list[list[bytes]]) -> list[list[bytes]]:
    return [[b"".join(answer)] for answer in answers]


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_recording_plays_back_the_same(name: str, call: Call, tmp_path: Path) -> None:
    first = play(SCRIPTS[name], tmp_path / "1", call)
    second = play(Reply.recorded_folder(tmp_path / "1"), tmp_path / "2", call)

    assert second == first
    read, read_again = (pieces(tmp_path / folder) for folder in "12")
    if call is async_call and JOINS_CHUNKS:
        read, read_again = joined(read), joined(read_again)
    assert read_again == read
    kept = [(r.status, r.end) for r in recordings(tmp_path / "1")]
    assert [(r.status, r.end) for r in recordings(tmp_path / "2")] == kept
    for path in sorted(tmp_path.rglob("0*")):
        assert b"secret-key" not in path.read_bytes()


@pytest.mark.parametrize(
    ("name", "ends"),
    [
        ("whole answer", [(200, "done")]),
        ("429, then an answer", [(429, "error"), (200, "done")]),
        ("error in the stream", [(200, "error")]),
        ("cut between events", [(200, "error")]),
        ("cut in an event", [(200, "cut")]),
        ("reset", [(200, "reset")]),
        ("stalled", [(200, "timeout")]),
        ("reset before an answer", [(None, "reset")] * 2),
        ("closed before an answer", [(None, "cut")] * 2),
        ("silent before an answer", [(None, "timeout")] * 2),
    ],
)
def test_a_recording_says_how_it_ended(
    name: str, ends: list[Any], call: Call, tmp_path: Path
) -> None:
    play(SCRIPTS[name], tmp_path, call)

    assert [(r.status, r.end) for r in recordings(tmp_path)] == ends


def test_a_recording_has_what_the_server_sent_in_its_pieces(
    call: Call, tmp_path: Path
) -> None:
    events = [b'data: {"choices":[{"delta":{"content":"%d"}}]}\n\n' % n for n in (1, 2)]
    events.append(b"data: [DONE]\n\n")

    play([Reply.sse(events, delay=0.01)], tmp_path, call)

    assert pieces(tmp_path) == [events]


def test_the_recorded_pace_is_kept(call: Call, tmp_path: Path) -> None:
    slow = Reply.text("one two", head_delay=0.1, first_delay=0.05, delay=0.05)
    play([slow], tmp_path / "1", call)
    play(Reply.recorded_folder(tmp_path / "1", pace=True), tmp_path / "2", call)

    [again] = recordings(tmp_path / "2")
    assert again.opened >= 0.09
    times = [time for time, _ in again.reads]
    assert times[0] >= 0.13
    assert times[-1] >= 0.25


def test_a_caller_who_leaves_is_recorded_and_can_leave_again(tmp_path: Path) -> None:
    def leave(chat: ChatSSE) -> str:
        for chunk in chat.stream("Hello"):
            return chunk.text
        return ""

    replies = [Reply.text(["a", "b", "c"], stall_after=2)]
    for number in (1, 2):
        folder = tmp_path / str(number)
        with ScriptedServer(replies) as server:
            chat = ChatSSE(base_url=server.base_url, record=folder, **FIELDS)
            assert leave(chat) == "a"
            assert server.wait_for_disconnect()
        [found] = recordings(folder)
        assert found.end == "closed"
        replies = Reply.recorded_folder(folder)


async def test_twenty_calls_at_once_get_their_own_answers_again(tmp_path: Path) -> None:
    questions = [f"question {number}" for number in range(20)]

    async def ask_all(base_url: str, **fields: Any) -> list[str]:
        chat = ChatSSE(model="m", base_url=base_url, **fields)
        answers = await asyncio.gather(*map(chat.ainvoke, questions))
        return [answer.text for answer in answers]

    with ScriptedServer() as server:
        first = await ask_all(server.base_url, record=tmp_path)
    questions.reverse()
    with ScriptedServer(Reply.recorded_folder(tmp_path)) as server:
        again = await ask_all(server.base_url)
        chat = ChatSSE(model="m", base_url=server.base_url)
        with pytest.raises(NotFoundError, match="No exchange was recorded"):
            await chat.ainvoke("another question")

    assert again == first[::-1]
    assert len(set(again)) == 20


def test_fifty_streams_at_once_are_recorded_apart(tmp_path: Path) -> None:
    def answer(request: Any) -> Reply:
        return Reply.text(request.json()["messages"][0]["content"].split(), delay=0.001)

    def ask_sync(chat: ChatSSE, number: int) -> None:
        list(chat.stream(f"of {number} threads " * 5))

    async def ask_async(chat: ChatSSE) -> None:
        async def one(number: int) -> None:
            async for _ in chat.astream(f"of {number} tasks " * 5):
                pass

        await asyncio.gather(*map(one, range(50)))

    with ScriptedServer(default=answer) as server:
        chat = ChatSSE(base_url=server.base_url, record=tmp_path, **FIELDS)
        with ThreadPoolExecutor(50) as pool:
            list(pool.map(ask_sync, [chat] * 50, range(50)))
        asyncio.run(ask_async(chat))

    found = sorted(tmp_path.glob("*.jsonl"))
    assert len(found) == 100
    for path in found:
        first = json.loads(path.read_text("utf-8").split("\n")[0])
        words = first["request"]["body"]["messages"][0]["content"].split()
        body = b"".join(data for _, data in read_recording(path).reads)
        events = [json.loads(e[6:]) for e in body.split(b"\n\n") if b"content" in e]
        assert [e["choices"][0]["delta"]["content"] for e in events] == words


PROCESS = """
import sys
from langchain_sse_chat import ChatSSE

chat = ChatSSE(model="echo", base_url=sys.argv[1], record=sys.argv[2])
for chunk in chat.stream("Hello"):
    print(chunk.text, flush=True)
"""


@pytest.fixture
def killed(tmp_path: Path) -> Path:
    """Record in a process that is killed after its first token."""
    gate = threading.Semaphore(2)
    with ScriptedServer([Reply.text(["a", "b", "c"], gate=gate)]) as server:
        arguments = [sys.executable, "-c", PROCESS, server.base_url, str(tmp_path)]
        with subprocess.Popen(arguments, stdout=subprocess.PIPE) as process:  # noqa: S603
            assert process.stdout is not None
            assert process.stdout.readline().strip() == b"a"
            assert process.stdout.readline().strip() == b"b"
            process.kill()
    return tmp_path


def test_a_process_that_is_killed_leaves_what_it_got(killed: Path) -> None:
    [reply] = Reply.recorded_folder(killed)
    with ScriptedServer([reply]) as server:
        seen = sync_call(ChatSSE(base_url=server.base_url, **FIELDS, **SHORT))

    texts = [json.loads(chunk)["content"] for chunk in seen.chunks]
    assert texts == ["a", "b"]
    assert seen.error == "TimedOutError"


def test_gigachat_is_recorded_without_its_token(call: Call, tmp_path: Path) -> None:
    with ScriptedGigaChat(credentials="a2V5LW9mLXRoZS10ZXN0") as server:
        first = call(GigaChat(record=tmp_path, **server.settings))

    files = sorted(tmp_path.iterdir())
    assert len(files) == 4
    for path in files:
        assert b"token-" not in path.read_bytes()
        assert b"a2V5LW9mLXRoZS10ZXN0" not in path.read_bytes()

    with ScriptedGigaChat(Reply.recorded_folder(tmp_path)) as server:
        assert call(GigaChat(**server.settings)) == first

    oauth = Reply.recorded(tmp_path / "0001-127.0.0.1.jsonl")
    routes = {"/api/v2/oauth": oauth}
    with ScriptedServer(Reply.recorded_folder(tmp_path), routes=routes) as played:
        chat = GigaChat(
            credentials="another-key",
            base_url=played.base_url,
            auth_url=f"{played.url}/api/v2/oauth",
        )
        assert call(chat) == first
