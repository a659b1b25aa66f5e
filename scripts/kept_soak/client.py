"""Readers that leave, come back, reload and stop, as their plan says."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from langchain_sse_chat.sse import ServerSentEvent, SSEDecoder
from scripts.kept_soak.plan import Plan

_PATIENCE = 90.0
"""The longest time for one answer, in seconds."""
_ENDS = ("end", "finish", "abort", "stop", "failure", "error")
_OK, _NO_CONTENT = 200, 204
_NOT_RUNNING = 404


class Refused(Exception):  # noqa: N818  the name says what happened
    """A reader was told that it cannot read."""


class Wrong(Exception):  # noqa: N818  it is a finding, not an error
    """Something else came than should have come."""


@dataclass
class Read:
    """The part of an answer that a reader has."""

    wire: str
    place: str = ""
    """The ID of the last event."""
    text: str = ""
    kinds: list[str] = field(default_factory=list)

    def take(self, event: ServerSentEvent) -> None:
        """Take an event."""
        if self.ending in _ENDS and event.data != "[DONE]" and not self.has_failed:
            msg = f"{event} after the end"
            raise Wrong(msg)
        if event.id == self.place:
            msg = f"the ID {event.id} is repeated"
            raise Wrong(msg)
        self.place = event.id
        if self.wire == "plain":
            self.kinds.append(event.event)
            self.text += event.data if event.event == "message" else ""
        elif event.data != "[DONE]":
            part: dict[str, Any] = json.loads(event.data)
            self.kinds.append(part["type"])
            self.text += part.get("delta", "")

    @property
    def answer(self) -> str:
        """The ID of the answer."""
        return self.place.partition(".")[0]

    @property
    def has_failed(self) -> bool:
        """Whether it ended with an error."""
        return any(kind in ("failure", "error") for kind in self.kinds)

    @property
    def ending(self) -> str:
        """The kind of the last event."""
        return self.kinds[-1] if self.kinds else ""


class Reader:
    """The readers of one answer.

    Args:
        plan: The plan.
        ports: The ports of the workers.
        is_shaken: Whether the Redis restarts now and then, and loses its data. An
            answer may then be lost to other workers, but has no gap.
    """

    def __init__(
        self, plan: Plan, ports: list[int], *, is_shaken: bool = False
    ) -> None:
        self._plan = plan
        self._ports = ports
        self._is_shaken = is_shaken

    async def check(self) -> None:
        """Do what the plan says.

        Raises:
            Wrong: Something is wrong.
        """
        try:
            async with asyncio.timeout(_PATIENCE):
                await self._check()
        except TimeoutError:
            msg = f"no end within {_PATIENCE:.0f} seconds"
            raise Wrong(msg) from None
        except Refused as refused:
            if not self._is_shaken:
                raise Wrong(str(refused)) from None

    async def _check(self) -> None:
        plan = self._plan
        read = await self._begin(plan.visits[0].events if plan.visits else 5)
        if not plan.has_witness:
            await self._follow(read)
            return
        witness = asyncio.ensure_future(self._to_the_end(Read(plan.wire), read))
        try:
            await self._follow(read)
            self._compare(await witness)
        finally:
            witness.cancel()
            await asyncio.gather(witness, return_exceptions=True)

    async def _follow(self, read: Read) -> None:
        plan = self._plan
        for visit in plan.visits:
            await asyncio.sleep(visit.pause)
            if visit.is_reload:
                read = await self._reload(read, visit.worker, visit.events)
            else:
                await self._go_on(read, visit.worker, visit.events)
        if plan.ending == "stop":
            await self._stop(read)
        if plan.ending != "leave":
            self._compare(await self._to_the_end(read, read))

    async def _begin(self, count: int) -> Read:
        """Ask, and read at least one event, by which the answer can be found."""
        plan = self._plan
        read = Read(plan.wire)
        fields: dict[str, Any]
        if plan.wire == "plain":
            path, fields = "/events", {"message": plan.question}
        else:
            part = {"type": "text", "text": plan.question}
            message = {"id": "1", "role": "user", "parts": [part]}
            path, fields = "/chat", {"id": self._chat, "messages": [message]}
        body = json.dumps(fields).encode()
        await self._visit(0, "POST", path, read, body=body, most=max(1, count))
        return read

    @property
    def _chat(self) -> str:
        return self._plan.question.replace(" ", "-")

    async def _go_on(self, read: Read, worker: int, most: int | None = None) -> None:
        """Read on where the reader was."""
        path = f"/chat/{self._chat}/stream"
        if read.wire == "plain":
            path = "/events?message=none"
        await self._visit(worker, "GET", path, read, last=read.place, most=most)

    async def _reload(self, before: Read, worker: int, most: int | None = None) -> Read:
        """Read from the beginning, as a page does that was loaded again."""
        read = Read(before.wire)
        if before.wire == "ui":
            path = f"/chat/{self._chat}/stream"
            if await self._visit(worker, "GET", path, read, most=most) == _OK:
                return read
        # The answer has ended.
        read.place = f"{before.answer}.0"
        await self._go_on(read, worker, most)
        return read

    async def _to_the_end(self, read: Read, before: Read) -> Read:
        if not read.place:
            read.place = f"{before.answer}.0"
        await self._go_on(read, self._plan.last_worker)
        return read

    async def _stop(self, read: Read) -> None:
        path = f"/chat/{self._chat}/stop"
        if read.wire == "plain":
            path = f"/events/{read.place}/stop"
        status = await self._visit(self._plan.last_worker, "POST", path, Read("plain"))
        if status not in (_NO_CONTENT, _NOT_RUNNING):
            msg = f"the stop has the status {status}"
            raise Refused(msg)

    def _compare(self, read: Read) -> None:
        plan = self._plan
        whole = plan.text
        if read.has_failed and self._is_shaken:
            if not whole.startswith(read.text):
                msg = f"{read.text!r} does not begin {whole!r}"
                raise Wrong(msg)
        elif read.ending in ("end", "finish"):
            if read.text != whole:
                msg = f"{read.text!r} is not {whole!r}"
                raise Wrong(msg)
        elif plan.ending == "read" or read.ending not in ("stop", "abort", "failure"):
            msg = f"it ends with {read.ending!r}: {read.text[-80:]!r}"
            raise Wrong(msg)
        elif not whole.startswith(read.text):
            msg = f"{read.text!r} does not begin {whole!r}"
            raise Wrong(msg)

    async def _visit(
        self,
        worker: int,
        method: str,
        path: str,
        read: Read,
        *,
        body: bytes = b"",
        last: str | None = None,
        most: int | None = None,
    ) -> int:
        """Read events, so many at most; return the status."""
        head = [f"{method} {path} HTTP/1.0", "Host: localhost"]
        head += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
        if last is not None:
            head.append(f"Last-Event-ID: {last}")
        port = self._ports[worker % len(self._ports)]
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            writer.write("\r\n".join([*head, "", ""]).encode() + body)
            status = int((await reader.readuntil(b"\r\n\r\n")).split(b" ", 2)[1])
            if status != _OK:
                if status not in (_NO_CONTENT, _NOT_RUNNING) or last is not None:
                    await self._refused(status, reader, read)
                return status
            await self._events(reader, read.take, most)
            return status
        finally:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    @staticmethod
    async def _refused(status: int, reader: asyncio.StreamReader, read: Read) -> None:
        # Nothing: the reader has all events.
        if status != _NO_CONTENT or read.ending not in _ENDS:
            words = (await reader.read()).decode()
            msg = f"the status is {status} after {read.place}: {words}"
            raise Refused(msg)

    @staticmethod
    async def _events(
        reader: asyncio.StreamReader,
        take: Callable[[ServerSentEvent], None],
        most: int | None,
    ) -> None:
        decoder, count = SSEDecoder(), 0
        while data := await reader.read(2**16):
            for event in decoder.feed(data):
                take(event)
                count += 1
                if most is not None and count >= most:
                    # The rest of what came is lost with the connection.
                    return
