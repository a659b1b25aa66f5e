"""The cost of serving: CPU time of a relay for a token, and how late it is.

A relay is `create_app` around a `ChatSSE` that reads from the server of the benchmarks,
served by uvicorn in a process of its own. Its CPU time is compared with the sum of two
floors in the same run: a plain ASGI application that sends bytes that are ready, and a
process that reads the same streams with `ChatSSE` and does nothing with them. `over` is
what the relay takes more than both. An agent is a LangGraph graph with one node; the
peers are langgraph-openai-serve with that graph, and LangServe with the model. `events`
is the plain event stream, `kept` the same for clients that may come back: kept in the
memory, or with a copy in Redis too.

- `burst`: one stream that comes as fast as it is read, with so many events in a write.
- `paced`: streams of 50 tokens a second. The lag is the time from the write of the
  server of the benchmarks to the bytes in the client's hand; `direct` is that of the
  same client without a relay, so that the difference is what a relay adds.

    python -m benchmarks.relay [--streams 100] [--seconds 10] [--rounds 3] [--short]
        [--way events --way kept]
"""

from __future__ import annotations

import argparse
import asyncio
import importlib.util
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

import httpx
import uvicorn
from langchain_core.language_models import BaseChatModel

from benchmarks.peers import OURS_AIOHTTP
from benchmarks.processes import in_new_process
from benchmarks.redis_server import SERVER, redis_running
from benchmarks.server import TOKENS_A_SECOND, running
from benchmarks.tables import Table
from langchain_sse_chat.serve import create_app

BURST = 20_000
DIRECT = "direct"
LANGSERVE = "LangServe"
OPENAI_SERVE = "langgraph-openai-serve, agent"
EVENTS = "events"
KEPT = "events, kept"
KEPT_IN_REDIS = "events, kept in Redis"
_PLAIN = (EVENTS, KEPT, KEPT_IN_REDIS)
_REDIS = "BENCH_REDIS"
"""The variable with the address of the Redis."""
_NEEDS = {LANGSERVE: "langserve", OPENAI_SERVE: "langgraph_openai_serve"}
_EVENT = (
    b'data: {"id":"chatcmpl-0","object":"chat.completion.chunk","created":1750000000,'
    b'"model":"m","choices":[{"index":0,"delta":{"content":" word"},'
    b'"finish_reason":null}]}\n\n'
)
_START = {
    "type": "http.response.start",
    "status": 200,
    "headers": [(b"content-type", b"text/event-stream; charset=utf-8")],
}


async def _body(receive: Any) -> dict[str, Any]:
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    read: dict[str, Any] = json.loads(body)
    return read


def _ready(kind: str, group: int) -> Any:
    """Return an application that sends ready events, as many as the prompt says."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        del scope
        asked = await _body(receive)
        left = int(asked["messages"][-1]["content"])
        await send(_START)
        due = time.monotonic()
        while left:
            if kind == "paced":
                due += 1 / TOKENS_A_SECOND
                await asyncio.sleep(due - time.monotonic())
            events = min(group, left)
            left -= events
            event = {"type": "http.response.body", "body": _EVENT * events}
            await send({**event, "more_body": True})
        await send({"type": "http.response.body", "body": b"data: [DONE]\n\n"})

    return app


def _agent(chat: BaseChatModel) -> Any:
    # The only way that needs LangGraph.
    from langgraph.graph import END, START, MessagesState, StateGraph  # noqa: PLC0415

    async def answer(state: MessagesState) -> dict[str, Any]:
        return {"messages": [await chat.ainvoke(state["messages"])]}

    graph = StateGraph(MessagesState)
    graph.add_node("answer", answer)
    graph.add_edge(START, "answer")
    graph.add_edge("answer", END)
    return graph.compile()


def _with_clock(app: Any) -> Any:
    """Return an application that says at `/cpu` what its process has taken."""

    async def clocked(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http" and scope["path"] == "/cpu":
            await send({"type": "http.response.start", "status": 200, "headers": []})
            body = str(time.process_time()).encode()
            await send({"type": "http.response.body", "body": body})
            return
        await app(scope, receive, send)

    return clocked


def _openai_serve(graph: Any) -> Any:
    import langgraph_openai_serve as peer  # noqa: PLC0415  may be missing

    config = peer.GraphConfig(graph=graph, description="m")
    served = peer.LanggraphOpenaiServe(peer.GraphRegistry(graphs={"m": config}))
    return served.bind_openai_api("/v1").app


def _langserve(chat: BaseChatModel) -> Any:
    from fastapi import FastAPI  # noqa: PLC0415  may be missing
    from langserve import add_routes  # noqa: PLC0415  may be missing

    app = FastAPI()
    add_routes(app, chat, path="/m")
    return app


def _application(way: str, kind: str, group: int, upstream: str) -> Any:
    if way == "ready bytes":
        return _ready(kind, group)
    chat = OURS_AIOHTTP.make(f"{upstream}/{_source(kind)}/0/{group}")
    if way == LANGSERVE:
        return _langserve(chat)
    if way == OPENAI_SERVE:
        return _openai_serve(_agent(chat))
    target = _agent(chat) if way == "agent" else chat
    keep = {KEPT: "memory://", KEPT_IN_REDIS: os.environ.get(_REDIS)}.get(way)
    return create_app({"m": target}, max_streams=10_000, keep=keep)


def _source(kind: str) -> str:
    """Return the kind of answer of the server of the benchmarks."""
    return "paced" if kind == "paced" else "text"


def _serve(app: Any) -> None:
    """Serve until the process is killed; print the port first."""
    config = uvicorn.Config(
        _with_clock(app), port=0, log_level="warning", lifespan="auto", http="httptools"
    )

    class Server(uvicorn.Server):
        async def startup(self, sockets: Any = None) -> None:
            await super().startup(sockets)
            port = self.servers[0].sockets[0].getsockname()[1]
            print(port, flush=True)

    Server(config).run()


@contextmanager
def _serving(*args: object) -> Iterator[str]:
    process = subprocess.Popen(  # noqa: S603  our own module
        [sys.executable, "-W", "ignore", "-m", __spec__.name, "--serve"]
        + [str(arg) for arg in args],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        # LangServe prints a banner first.
        lines = map(str.strip, process.stdout or sys.stdin)
        yield f"http://127.0.0.1:{next(filter(str.isdigit, lines), '')}"
    finally:
        process.kill()
        process.communicate()


class _Lags:
    """The times between the writes of the server and their arrival here."""

    def __init__(self) -> None:
        self.taken: list[int] = []
        self._rest = b""

    def take(self, data: bytes) -> int:
        """Take the times in some bytes; return the number of events with text."""
        now = time.monotonic_ns()
        data = (self._rest + data).replace(b"\r\n", b"\n")
        whole, _, self._rest = data.rpartition(b"\n\n")
        if b"\ndata:  " in b"\n" + whole:
            # A plain event stream, whose end has the whole text once more.
            whole = (b"\n" + whole).partition(b"\nevent: end")[0]
            whole = whole.replace(b"\ndata:  ", b'"content":" ').replace(b"\n", b'"')
        # Some have a space behind a colon, and some CRLF as line ends.
        pieces = whole.replace(b'": "', b'":"').split(b'"content":" ')[1:]
        for piece in pieces:
            written = piece.partition(b'"')[0]
            if written.isdigit():
                self.taken.append(now - int(written))
        return len(pieces)


def _asked(way: str, url: str, tokens: int) -> dict[str, Any]:
    """Return the address and the body of a request for so many tokens."""
    if way == LANGSERVE:
        body: dict[str, Any] = {"input": [{"type": "human", "content": str(tokens)}]}
        return {"url": f"{url}/m/stream", "json": body}
    if way in _PLAIN:
        return {"url": f"{url}/events", "json": {"message": str(tokens)}}
    message = {"role": "user", "content": str(tokens)}
    body = {"model": "m", "stream": True, "messages": [message]}
    if way == DIRECT:
        body["stream_options"] = {"include_usage": True}
        return {"url": f"{url}/chat/completions", "json": body}
    return {"url": f"{url}/v1/chat/completions", "json": body}


async def _read(
    client: httpx.AsyncClient, asked: Any, tokens: int, lags: _Lags
) -> None:
    came = 0
    async with client.stream("POST", **asked) as response:
        response.raise_for_status()
        async for data in response.aiter_raw():
            came += lags.take(data)
    if came < tokens:
        msg = f"loses the text: {came} tokens of {tokens}"
        raise AssertionError(msg)


async def _ask(url: str, streams: int, tokens: int, way: str) -> dict[str, Any]:
    """Read streams from a server; return its CPU time for a token, and the lags."""
    lags = _Lags()
    limits = httpx.Limits(max_connections=None)
    async with httpx.AsyncClient(limits=limits, timeout=120) as client:
        await _read(client, _asked(way, url, 10), 10, _Lags())
        before = await _cpu(client, way, url)
        asked = _asked(way, url, tokens)
        reads = (_read(client, asked, tokens, lags) for _ in range(streams))
        await asyncio.gather(*reads)
        cpu = await _cpu(client, way, url) - before
    figures: dict[str, Any] = {"us": cpu / (streams * tokens) * 1e6}
    if lags.taken:
        percentiles = statistics.quantiles(lags.taken, n=100)
        figures |= {"p50": percentiles[49] / 1e6, "p99": percentiles[98] / 1e6}
    return figures


async def _cpu(client: httpx.AsyncClient, way: str, url: str) -> float:
    """Return the CPU time that a relay has taken; there is none without a relay."""
    return 0.0 if way == DIRECT else float((await client.get(f"{url}/cpu")).text)


async def _read_alone(url: str, streams: int, tokens: int) -> dict[str, Any]:
    """Read streams with `ChatSSE` in this process, and do nothing with them."""
    chat = OURS_AIOHTTP.make(url)

    async def read(count: int) -> None:
        async for _ in chat.astream(str(count)):
            pass

    await read(10)
    before = time.process_time()
    await asyncio.gather(*(read(tokens) for _ in range(streams)))
    return {"us": (time.process_time() - before) / (streams * tokens) * 1e6}


def _measure(way: str, kind: str, group: int, args: Any) -> dict[str, Any]:
    streams = args.streams if kind == "paced" else 1
    tokens = int(args.seconds * TOKENS_A_SECOND) if kind == "paced" else args.tokens
    with running() as upstream:
        url = f"{upstream}/{_source(kind)}/0/{group}"
        if way == DIRECT:
            return in_new_process(__spec__.name, "--ask", url, streams, tokens, way)
        if way == "reading":
            return in_new_process(__spec__.name, "--read", url, streams, tokens)
        redis = redis_running() if way == KEPT_IN_REDIS else nullcontext("")
        with redis as os.environ[_REDIS], _serving(way, kind, group, upstream) as url:
            return in_new_process(__spec__.name, "--ask", url, streams, tokens, way)


FLOORS = ("ready bytes", "reading")
WAYS = (*FLOORS, DIRECT, "relay", *_PLAIN, "agent", OPENAI_SERVE, LANGSERVE)


def _is_installed(way: str) -> bool:
    if way == KEPT_IN_REDIS:
        return SERVER is not None
    return way not in _NEEDS or importlib.util.find_spec(_NEEDS[way]) is not None


KINDS = (("burst", 1), ("burst", 16), ("paced", 1))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--streams", type=int, default=100)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--tokens", type=int, default=BURST, help="of a burst")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--short", action="store_true", help="the paced streams only")
    parser.add_argument("--way", action="append", help="these ways only")
    one = parser.add_mutually_exclusive_group()
    one.add_argument("--serve", nargs=4, help="way, kind, group and URL; one process")
    one.add_argument("--ask", nargs=4, help="URL, streams, tokens, way; one process")
    one.add_argument("--read", nargs=3, help="URL, streams and tokens; one process")
    return parser


def _one_process(args: argparse.Namespace) -> bool:
    """Do the part of one process, if this is one."""
    if args.serve:
        way, kind, group, upstream = args.serve
        _serve(_application(way, kind, int(group), upstream))
        return True
    if args.ask:
        url, streams, tokens, way = args.ask
        print(json.dumps(asyncio.run(_ask(url, int(streams), int(tokens), way))))
    if args.read:
        url, streams, tokens = args.read
        print(json.dumps(asyncio.run(_read_alone(url, int(streams), int(tokens)))))
    return bool(args.ask or args.read)


def main() -> None:
    """Print the table."""
    args = _parser().parse_args()
    if _one_process(args):
        return
    table = Table(
        "relay",
        f"CPU time of a relay for a token ({args.rounds} rounds; paced: "
        f"{args.streams} streams of {args.seconds:g} s)",
        *("shape", "way", "µs a token", "over both floors, µs"),
        *("lag p50, ms", "lag p99, ms", "note"),
    )
    for kind, group in KINDS[-1:] if args.short else KINDS:
        shape = f"{kind}, {group} a write" if kind == "burst" else kind
        # Without lags there is nothing to see of the direct way.
        shown = WAYS if kind == "paced" else [way for way in WAYS if way != DIRECT]
        asked = args.way or shown
        ways = [way for way in shown if way in asked and _is_installed(way)]
        found: dict[str, list[dict[str, Any]]] = {way: [] for way in ways}
        for _ in range(args.rounds):
            for way in ways:
                found[way].append(_measure(way, kind, group, args))
        floor = 0.0
        for way, rounds in found.items():
            failures = [one["failure"] for one in rounds if "failure" in one]
            if failures:
                table.add(shape, way, *(None,) * 4, failures[0])
                if way not in _NEEDS:
                    table.fault("ChatSSE", f"{shape}, {way}: {failures[0]}")
                continue
            middle = {
                key: statistics.median(one[key] for one in rounds) for key in rounds[0]
            }
            is_floor = way in FLOORS
            over = None if is_floor or way == DIRECT else middle["us"] - floor
            floor += middle["us"] if is_floor else 0.0
            lags = (middle.get("p50"), middle.get("p99"))
            cpu = None if way == DIRECT else middle["us"]
            table.add(shape, way, cpu, over, *lags, "")
    table.end()


if __name__ == "__main__":
    main()
