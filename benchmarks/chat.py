"""CPU per token of streams, against the floor below any chat model.

The floor is httpx that delivers the bytes and LangChain's own loop over chunks, with
nothing in between: no decoding, no JSON. Protocol events (`events`, `aevents`) are
compared with the same floor, the one of chunks; `events floor` is httpx and LangChain's
loop over events that are there already. The server is another process, so that its work
is not counted; the ways take turns in this one.

    python benchmarks/chat.py [--tokens 2000] [--rounds 5]
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import importlib.util
import json
import multiprocessing
import statistics
import time
import warnings
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from functools import partial
from multiprocessing.connection import Connection
from typing import Any

import httpx
from langchain_core._api.beta_decorator import LangChainBetaWarning
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessageChunk
from langchain_core.outputs import ChatGenerationChunk, ChatResult

from langchain_sse_chat import ChatSSE

EVENTS_A_WRITE = (1, 16)

Run = Callable[[BaseChatModel], int]


def _body(tokens: int) -> list[bytes]:
    head = {
        "id": "chatcmpl-1",
        "object": "chat.completion.chunk",
        "created": 1750000000,
        "model": "bench-model",
        "system_fingerprint": "fp_1",
    }

    def event(delta: dict[str, Any], reason: str | None = None) -> bytes:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": reason}
        return b"data: " + json.dumps({**head, "choices": [choice]}).encode() + b"\n\n"

    middle = [event({"content": f" word{i % 100}"}) for i in range(tokens)]
    first = event({"role": "assistant", "content": ""})
    return [first, *middle, event({}, "stop"), b"data: [DONE]\n\n"]


async def _serve(pipe: Connection, tokens: int) -> None:
    events = _body(tokens)

    async def answer(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        while True:
            try:
                head = await reader.readuntil(b"\r\n\r\n")
            except asyncio.IncompleteReadError:
                break  # the client is gone
            lines = head.decode("latin-1").lower().split("\r\n")
            size = next(int(x[15:]) for x in lines if x.startswith("content-length:"))
            await reader.readexactly(size)
            group = int(lines[0].split("/")[1].split(" ")[0] or 1)
            writer.write(
                b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n"
                b"transfer-encoding: chunked\r\n\r\n"
            )
            for i in range(0, len(events), group):
                data = b"".join(events[i : i + group])
                writer.write(b"%x\r\n%b\r\n" % (len(data), data))
                await writer.drain()
                # Lets the client read each write by itself.
                await asyncio.sleep(0)
            writer.write(b"0\r\n\r\n")
            await writer.drain()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    pipe.send(server.sockets[0].getsockname()[1])
    async with server:
        await server.serve_forever()


def serve(pipe: Connection, tokens: int) -> None:
    """Run the server; tell its port through the pipe."""
    asyncio.run(_serve(pipe, tokens))


class Floor(BaseChatModel):
    """Reads the bytes and yields a chunk for each event, without looking at it."""

    url: str
    client: Any
    aclient: Any

    @property
    def _llm_type(self) -> str:
        return "floor"

    def _generate(self, *_: Any, **__: Any) -> ChatResult:
        raise NotImplementedError

    def _stream(self, *_: Any, **__: Any) -> Iterator[ChatGenerationChunk]:
        with self.client.stream("POST", self.url, content=b"{}") as response:
            for data in response.iter_raw():
                for _event in range(data.count(b"\n\n")):
                    yield ChatGenerationChunk(message=AIMessageChunk(content=" word"))

    async def _astream(self, *_: Any, **__: Any) -> AsyncIterator[ChatGenerationChunk]:
        async with self.aclient.stream("POST", self.url, content=b"{}") as response:
            async for data in response.aiter_raw():
                for _event in range(data.count(b"\n\n")):
                    yield ChatGenerationChunk(message=AIMessageChunk(content=" word"))


class EventsFloor(Floor):
    """Reads the bytes and yields an event for each, without looking at it."""

    def _stream_chat_model_events(self, *_: Any, **__: Any) -> Iterator[dict[str, Any]]:
        with self.client.stream("POST", self.url, content=b"{}") as response:
            for data in response.iter_raw():
                for _event in range(data.count(b"\n\n")):
                    yield _event_of(" word")

    async def _astream_chat_model_events(
        self, *_: Any, **__: Any
    ) -> AsyncIterator[dict[str, Any]]:
        async with self.aclient.stream("POST", self.url, content=b"{}") as response:
            async for data in response.aiter_raw():
                for _event in range(data.count(b"\n\n")):
                    yield _event_of(" word")


def _event_of(text: str) -> dict[str, Any]:
    delta = {"type": "text-delta", "text": text}
    return {"event": "content-block-delta", "index": 0, "delta": delta}


def models(url: str, group: int) -> dict[str, BaseChatModel]:
    """Return the models that take turns, ours and the floor and peers that are here."""
    address = f"{url}/{group}"
    clients: Any = {"client": httpx.Client(), "aclient": httpx.AsyncClient()}
    ways: dict[str, BaseChatModel] = {
        "floor": Floor(url=address, **clients),
        "events floor": EventsFloor(url=address, **clients),
        "ChatSSE": ChatSSE(model="m", base_url=address, api_key="k"),
    }
    if importlib.util.find_spec("langchain_openai"):
        peer = importlib.import_module("langchain_openai").ChatOpenAI
        ways["ChatOpenAI"] = peer(model="m", base_url=address, api_key="k")
    return ways


def _stream(model: BaseChatModel) -> int:
    return sum(1 for _ in model.stream("Hello"))


async def _astream(model: BaseChatModel) -> int:
    return len([chunk async for chunk in model.astream("Hello")])


def _events(model: BaseChatModel) -> int:
    return sum(1 for _ in model.stream_events("Hello", version="v3"))


async def _aevents(model: BaseChatModel) -> int:
    stream = await model.astream_events("Hello", version="v3")
    return len([event async for event in stream])


async def _await(run: Awaitable[int]) -> int:
    return await run


def measure(run: Callable[[], int], tokens: int) -> float:
    """Return the CPU time of a run in microseconds a token."""
    gc.collect()
    start = time.process_time()
    count = run()
    took = time.process_time() - start
    if count < tokens:
        msg = f"only {count} of {tokens} tokens came"
        raise RuntimeError(msg)
    return took / tokens * 1e6


def main() -> None:
    """Print a Markdown table."""
    warnings.simplefilter("ignore", LangChainBetaWarning)
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tokens", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=5)
    args = parser.parse_args()
    ours, theirs = multiprocessing.Pipe()
    context = multiprocessing.get_context("spawn")
    server = context.Process(target=serve, args=(theirs, args.tokens), daemon=True)
    server.start()
    url = f"http://127.0.0.1:{ours.recv()}"
    print("| way | events a write | model | µs a token | to the floor |")
    print("| --- | --- | --- | --- | --- |")
    with asyncio.Runner() as runner:

        def in_loop(run: Callable[[BaseChatModel], Awaitable[int]]) -> Run:
            return lambda model: runner.run(_await(run(model)))

        for group in EVENTS_A_WRITE:
            ways = models(url, group)
            runs: dict[str, tuple[Run, Run]] = {
                "stream": (_stream, _stream),
                "astream": (in_loop(_astream), in_loop(_astream)),
                "events": (_stream, _events),
                "aevents": (in_loop(_astream), in_loop(_aevents)),
            }
            for way, (floor, run) in runs.items():
                chosen = {
                    name: model
                    for name, model in ways.items()
                    if "events" in way or name != "events floor"
                }
                times: dict[str, list[float]] = {name: [] for name in chosen}
                for _ in range(args.rounds + 1):
                    for name, model in chosen.items():
                        taken = partial(floor if name == "floor" else run, model)
                        times[name].append(measure(taken, args.tokens))
                middle = {n: statistics.median(t[1:]) for n, t in times.items()}
                for name, took in middle.items():
                    ratio = took / middle["floor"]
                    print(f"| {way} | {group} | {name} | {took:.1f} | {ratio:.2f} |")
    server.terminate()


if __name__ == "__main__":
    main()
