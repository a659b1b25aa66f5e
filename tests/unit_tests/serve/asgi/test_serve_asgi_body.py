"""The body of a request is read within limits of size and time."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any

import pytest

from langchain_sse_chat.serve.asgi.body import ClientLeft, read_body
from langchain_sse_chat.serve.failure.failure import Failure, RequestRefused
from tests.unit_tests.transport.virtual_time import in_virtual_time, virtual_loop


class Sender:
    """A client that sends a body in pieces, with pauses."""

    def __init__(
        self, pieces: Iterable[bytes], pause: float = 0, end: str = ""
    ) -> None:
        self.left = list(pieces)
        self.pause = pause
        self.end = end
        self.taken = 0

    async def receive(self) -> dict[str, Any]:
        await asyncio.sleep(self.pause)
        self.taken += 1
        if not self.left:
            return {"type": "http.disconnect"}
        piece = self.left.pop(0)
        is_last = not self.left and not self.end
        return {"type": "http.request", "body": piece, "more_body": not is_last}


async def read(
    sender: Sender, content_length: str | None = None, limit: int = 10
) -> bytes:
    return await read_body(sender.receive, content_length, limit=limit, seconds=60)


async def refusal(
    sender: Sender, content_length: str | None = None, limit: int = 10
) -> Failure:
    with pytest.raises(RequestRefused) as caught:
        await read(sender, content_length, limit)
    return caught.value.failure


@pytest.mark.parametrize("length", [None, "10", "wrong"], ids=str)
async def test_a_body_is_put_together(length: str | None) -> None:
    assert await read(Sender([b"12345", b"", b"67890"]), length) == b"1234567890"


async def test_a_server_may_leave_out_what_is_empty() -> None:
    async def receive() -> dict[str, Any]:
        return {"type": "http.request"}

    assert await read_body(receive, None, limit=10, seconds=60) == b""


async def test_a_size_above_the_limit_is_refused_before_anything_is_read() -> None:
    sender = Sender([b"1"])
    failure = await refusal(sender, "11")
    assert failure.status == 413
    assert sender.taken == 0


async def test_no_more_is_read_than_shows_that_a_body_is_too_large() -> None:
    sender = Sender([b"123456"] * 100)
    failure = await refusal(sender)
    assert failure.status == 413
    assert sender.taken == 2


@in_virtual_time
async def test_a_body_that_comes_too_slowly_is_refused() -> None:
    before = virtual_loop().time()
    failure = await refusal(Sender([b"1"] * 100, pause=7), limit=1000)
    assert virtual_loop().time() == before + 60
    assert failure.status == 408
    assert failure.retry


async def test_a_client_may_leave_before_the_end() -> None:
    with pytest.raises(ClientLeft):
        await read(Sender([b"1"], end="left"))
