"""HTTP/2: answers that arrive before the whole request was sent.

Should happen: a client that waits for room to send more of a request reads the answer
that has arrived. A server that refuses a large request answers without reading the rest
(RFC 9113, section 8.1).

Happens instead: httpcore waits until the server makes room (section 5.2), although the
answer is there. It takes a reset of the stream, or the end of the connection, after the
answer for a failure.

Upstream: no upstream issue is known.

Verified: 2026-11-28, httpcore 1.0.9, h2 4.4.1.

Without this file: over HTTP/2, a 413 to a large request is reported as a timeout of the
first token, or as a broken connection, and the large request is sent again.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from langchain_sse_chat.transport.workarounds.http2 import as_httpx
from langchain_sse_chat.transport.workarounds.leaked_connections import (
    Client,
    connections_of,
)

_BEGINS = "http2.send_request_body.started"
"""The event of httpcore's request extension `trace` before a body is sent."""

_PRIVATE = (
    "_wait_for_outgoing_flow",
    "_receive_events",
    "_send_request_body",
    "_h2_state",
    "_events",
    "_used_all_stream_ids",
)
"""Attributes of a connection that are used; a connection without them is left alone."""


# Not covered: a server that takes no more bytes from the socket. The write then blocks
# until its timeout, because httpcore does not read while it writes.


class _AnsweredError(Exception):
    """The server has answered; the rest of the request is not sent."""


def notice_early_answers(event: str, client: Client) -> None:
    """Have requests over HTTP/2 end when they are answered.

    Args:
        event: An event of httpcore's request extension `trace`.
        client: The client that sends the request.
    """
    if event != _BEGINS:
        return
    for connection in connections_of(client):
        kind: Any = type(connection)
        if all(hasattr(connection, name) for name in _PRIVATE):
            is_async = hasattr(connection, "aclose")
            noticing = _async_noticing(kind) if is_async else _noticing(kind)
            # No replaced methods: they would make a cycle with the connection, and its
            # socket would outlive the client.
            connection.__class__ = noticing


@lru_cache(maxsize=4)
def _noticing(kind: Any) -> Any:
    if issubclass(kind, _Notices):
        return kind

    class Noticing(_Notices, kind):  # type: ignore[misc]
        def _wait_for_outgoing_flow(self, request: Any, stream_id: int) -> Any:
            while self._has_to_wait(stream_id):
                self._receive_events(request, self._unless_pending(stream_id))
            return super()._wait_for_outgoing_flow(request, stream_id)

        def _send_request_body(self, request: Any, stream_id: int) -> None:
            try:
                super()._send_request_body(request, stream_id)
            except Exception as exc:  # noqa: BLE001 - looked at there
                self._stop_sending(exc, stream_id)

    return Noticing


@lru_cache(maxsize=4)
def _async_noticing(kind: Any) -> Any:
    if issubclass(kind, _Notices):
        return kind

    class Noticing(_Notices, kind):  # type: ignore[misc]
        async def _wait_for_outgoing_flow(self, request: Any, stream_id: int) -> Any:
            while self._has_to_wait(stream_id):
                await self._receive_events(request, self._unless_pending(stream_id))
            return await super()._wait_for_outgoing_flow(request, stream_id)

        async def _send_request_body(self, request: Any, stream_id: int) -> None:
            try:
                await super()._send_request_body(request, stream_id)
            except Exception as exc:  # noqa: BLE001 - looked at there
                self._stop_sending(exc, stream_id)

    return Noticing


class _Notices:
    """The decisions of both kinds of connection."""

    _h2_state: Any
    _events: dict[int, list[Any]]
    _used_all_stream_ids: bool

    def _has_to_wait(self, stream_id: int) -> bool:
        """Return whether the server has no room for more of a request.

        Raises:
            _AnsweredError: It has refused the request, or has ended its answer.
        """
        if any(map(_is_final, self._events.get(stream_id, ()))):
            raise _AnsweredError
        return bool(self._h2_state.local_flow_control_window(stream_id) <= 0)

    def _unless_pending(self, stream_id: int) -> int | None:
        """Return the stream for which httpcore reads, `None` to read for all.

        For a stream with events, it would return immediately. Without one, it would
        read on although another task has just received the answer.
        """
        return None if self._events.get(stream_id) else stream_id

    def _stop_sending(self, exc: Exception, stream_id: int) -> None:
        """Have httpcore read an answer that has arrived; else raise the exception."""
        if not any(map(_is_final, self._events.get(stream_id, ()))):
            raise as_httpx(exc)
        # The server may never make room again for what it has not read. No other
        # request uses the connection, and it is closed when its streams have ended.
        self._used_all_stream_ids = True


def _is_final(event: Any) -> bool:
    """Whether a server that has sent this event needs no more of the request."""
    status = dict(getattr(event, "headers", None) or ()).get(b":status", b"2")
    return type(event).__name__ in {"StreamEnded", "StreamReset"} or status[:1] > b"2"
