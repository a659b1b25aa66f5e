"""Deliver one run over ASGI: the status, the bytes, and what ends it early."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from langchain_sse_chat.serve.asgi.access_log import Answered
from langchain_sse_chat.serve.asgi.heads import (
    Headers,
    body_headers,
    encoded,
    stream_headers,
)
from langchain_sse_chat.serve.ending import COMPLETE, CUT
from langchain_sse_chat.serve.failure.failure import Failure, draining
from langchain_sse_chat.serve.run import Run
from langchain_sse_chat.serve.wires.openai import encode, to_json

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

JSON = "application/json"
TEXT = "text/plain; charset=utf-8"
_FAREWELL_SECONDS = 1.0


async def send_body(
    send: Send,
    status: int,
    body: bytes,
    headers: Headers,
    *,
    media_type: str = JSON,
) -> None:
    """Send a response that is complete."""
    head = body_headers(media_type, body, headers)
    await send({"type": "http.response.start", "status": status, "headers": head})
    await send({"type": "http.response.body", "body": body})


async def send_failure(
    send: Send, failure: Failure, headers: Headers, *, as_text: bool = False
) -> None:
    """Send a failure as the response.

    Args:
        send: ASGI's sink.
        failure: The failure.
        headers: More headers.
        as_text: Whether the body is the sentence alone, for a client that shows it to
            the user as it is; otherwise it is JSON in OpenAI's form.
    """
    body = encode(failure.message if as_text else to_json(failure.body()))
    more = [*headers, *encoded(failure.headers())]
    media_type = TEXT if as_text else JSON
    await send_body(send, failure.status, body, more, media_type=media_type)


async def send_nothing(send: Send, headers: Headers) -> None:
    """Send the status 204, which ends an `EventSource` that connects again.

    https://html.spec.whatwg.org/multipage/server-sent-events.html#the-eventsource-interface
    """
    await send({"type": "http.response.start", "status": 204, "headers": headers})
    await send({"type": "http.response.body", "body": b""})


async def left(receive: Receive) -> None:
    """Wait until the client leaves."""
    # An error of the server means that the connection is of no more use.
    with contextlib.suppress(Exception):
        while (await receive())["type"] != "http.disconnect":
            pass


class Delivery:
    """Sends the answer of a run to the client, and stops it when the client leaves.

    Args:
        run: A run that has been started.
        answered: Gets the status and the ending.
        media_type: The Content-Type of the answer.
        headers: More headers of the response.
        stream_headers: More headers of a response that is not a failure.
        text_failures: Whether a failure is sent as its sentence alone.
    """

    def __init__(
        self,
        run: Run,
        answered: Answered,
        *,
        media_type: str,
        headers: Headers,
        stream_headers: Headers | None = None,
        text_failures: bool = False,
    ) -> None:
        self._run = run
        self._answered = answered
        self._media_type = media_type
        self._headers = headers
        self._stream_headers = [*headers, *(stream_headers or [])]
        self._text_failures = text_failures
        self._writer: asyncio.Task[None] | None = None
        self._is_cut = False
        self._is_sent = False

    async def send(self, receive: Receive, send: Send) -> None:
        """Send the answer, until it is complete or the client has left.

        The client is watched in a task of its own, for answers that are not streamed
        too: a server reports that it left only to those who ask.
        """
        loop = asyncio.get_running_loop()
        writer = self._writer = loop.create_task(self._write(send))
        watch = loop.create_task(left(receive))
        try:
            await asyncio.wait((writer, watch), return_when=asyncio.FIRST_COMPLETED)
        except asyncio.CancelledError:
            # The server shuts down without patience: a last event may still get out.
            self._run.stop(draining())
            await asyncio.wait((writer,), timeout=_FAREWELL_SECONDS)
            raise
        finally:
            self._set_ending()
            writer.cancel()
            watch.cancel()
            await self._run.close()
            await asyncio.wait((writer, watch))
        if not writer.cancelled() and (error := writer.exception()):
            raise error

    def cut(self) -> None:
        """Stop sending: the client reads too slowly."""
        self._is_cut = True
        if self._writer is not None:
            self._writer.cancel()

    def _set_ending(self) -> None:
        run, answered = self._run, self._answered
        now = asyncio.get_running_loop().time()
        answered.set_times(run.started_at, run.first_bytes_at, now)
        if self._is_cut:
            answered.ending = CUT
        elif self._is_sent or run.ending != COMPLETE:
            answered.ending = run.ending

    async def _write(self, send: Send) -> None:
        # A server may say by `OSError` that the client has left.
        with contextlib.suppress(OSError):
            await self._write_all(send)

    async def _write_all(self, send: Send) -> None:
        run = self._run
        failure = await run.wait_for_start()
        if failure is not None:
            self._answered.status = failure.status
            as_text = self._text_failures
            await send_failure(send, failure, self._headers, as_text=as_text)
            return
        self._answered.status = 200
        if self._media_type == JSON:
            await send_body(send, 200, await run.read(), self._headers)
            self._is_sent = True
            return
        head = stream_headers(self._media_type, self._stream_headers)
        await send({"type": "http.response.start", "status": 200, "headers": head})
        # A run that was stopped without a reason has no last bytes, and the response
        # no end: it must not look complete.
        while data := await run.read():
            more = not run.is_read
            await send({"type": "http.response.body", "body": data, "more_body": more})
            if not more:
                self._is_sent = True
                return
