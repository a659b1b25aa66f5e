"""Send events of a kept answer again: they are bytes already."""

from __future__ import annotations

from langchain_sse_chat.serve.encoder import Encoder, PlainEncoder, UIMessageEncoder
from langchain_sse_chat.serve.failure.failure import Failure, failure_of
from langchain_sse_chat.serve.kept.answer import KeptWire
from langchain_sse_chat.serve.kept.event_ids import EventId


class ReplayEncoder:
    """An encoder whose items are the bytes of whole events.

    Args:
        answer_id: The ID of the answer.
        after: The number of the last event that the reader has.
        wire: The wire of the events, `plain` or `ui`.
    """

    def __init__(self, answer_id: str, after: int, wire: KeptWire) -> None:
        self._place = EventId(answer_id, after)
        form: Encoder = PlainEncoder() if wire == "plain" else UIMessageEncoder()
        self._form = form
        self.media_type = form.media_type
        """The Content-Type of the response."""
        self.headers = form.headers
        """More headers of the response."""

    def open(self) -> bytes:
        """Return the place of the reader as an event without data.

        A reader that loses the connection before the first event can come back.
        """
        return f"id: {self._place}\n\n".encode()

    def feed(self, item: object) -> bytes:
        """Return the bytes of events."""
        assert isinstance(item, bytes)  # noqa: S101  only those of an event log come
        return item

    def keep_alive(self) -> bytes:
        """Return a comment."""
        return self._form.keep_alive()

    def close(self) -> bytes:
        """Return a comment: the end of the answer is among its events."""
        return self._form.keep_alive()

    def abort(self) -> bytes:
        """Return a comment."""
        return self._form.keep_alive()

    def fail(self, error: BaseException | Failure) -> bytes:
        """Return an error event, after which the reader must not come back."""
        failure = error if isinstance(error, Failure) else failure_of(error)
        place = EventId.end(self._place.answer)
        return f"id: {place}\n".encode() + self._form.fail(failure)
