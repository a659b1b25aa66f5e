"""Define the replies of the server: content, pace and faults."""

from __future__ import annotations

import http
import itertools
import json
import re
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from os import PathLike
from typing import Any, Protocol, TypeAlias, Unpack

from langchain_sse_chat.testing.completions import (
    Body,
    Completion,
    SendUsage,
    ToolCall,
    dump_json,
    split_tokens,
)
from langchain_sse_chat.testing.options import Ending, ReplyOptions
from langchain_sse_chat.testing.recordings import (
    Recording,
    read_folder,
    read_recording,
)
from langchain_sse_chat.testing.request import Request

_EVENT_END = re.compile(rb"\r\n\r\n|\n\n|\r\r")
_SERVER_ERROR = 500
_BODILESS = frozenset({http.HTTPStatus.NO_CONTENT, http.HTTPStatus.NOT_MODIFIED})


class Content(Protocol):
    """The content of a reply."""

    def render(self, request: Request) -> Body:
        """Return the body that answers `request`."""
        ...


@dataclass(frozen=True, slots=True)
class Fixed:
    """The same body for every request."""

    body: Body

    def render(self, request: Request) -> Body:  # noqa: ARG002  # the protocol has it
        """Return the body."""
        return self.body


@dataclass(frozen=True, slots=True)
class Response:
    """A reply rendered for one request."""

    head: bytes
    """Status line and headers with the blank line after them."""
    parts: tuple[bytes, ...]
    """The events that are sent entirely."""
    rest: bytes
    """The event that is truncated in the middle; may be empty."""
    chunked: bool
    ending: Ending


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One answer of the server; create it with one of the class methods.

    The fields after `asked` are those of `ReplyOptions`.

    Raises:
        ValueError: `write_size` is not positive, two endings are given, or `headless`
            has none that goes with it.
    """

    content: Content
    status_code: int = 200
    asked: Mapping[str, Any] | None = field(default=None, repr=False)
    """The body of the recorded request; `None` to answer any request."""
    headers: Mapping[str, str | None] = field(default_factory=dict)
    head_delay: float = 0.0
    first_delay: float = 0.0
    delay: float = 0.0
    delays: Sequence[float] = ()
    gate: threading.Semaphore | None = None
    keepalive: float | None = None
    write_size: int | None = None
    merge: bool = False
    cut_after: int | None = None
    reset_after: int | None = None
    truncate_after: int | None = None
    stall_after: int | None = None
    hang_after_done: bool = False
    headless: bool = False
    close: bool = False

    def __post_init__(self) -> None:
        if self.write_size is not None and self.write_size < 1:
            msg = f"write_size must be positive, not {self.write_size}"
            raise ValueError(msg)
        if len(self._endings()) > 1:
            msg = "a reply ends in one way only; give one of " + ", ".join(
                sorted(self._endings())
            )
            raise ValueError(msg)
        if self.headless and self._ending()[0] == "end":
            msg = "a headless reply needs reset_after, truncate_after or stall_after"
            raise ValueError(msg)

    @classmethod
    def text(
        cls,
        text: str | Iterable[str] = "",
        *,
        reasoning: str | Iterable[str] = "",
        reasoning_key: str = "reasoning_content",
        tool_calls: Iterable[Mapping[str, Any]] = (),
        finish_reason: str | None = "auto",
        model: str | None = None,
        usage: Mapping[str, Any] | None = None,
        send_usage: SendUsage = "asked",
        extra: Mapping[str, Any] | None = None,
        done: bool = True,
        **options: Unpack[ReplyOptions],
    ) -> Reply:
        """Return a chat answer, streamed if the request asks for it.

        A stream has one event for each token, two or more for each tool call, one for
        the finish reason, one for the usage when it is sent, and `[DONE]`.

        Args:
            text: The tokens; a string is split into words.
            reasoning: The tokens of the reasoning, which comes before the text.
            reasoning_key: The field of the delta that carries the reasoning.
            tool_calls: Mappings with `name`, `arguments` (a JSON value, or a string
                that is sent as it is; default `{}`), `id` (default: one of the
                server's own) and any additional keys, sent next to them.
            finish_reason: `"auto"` is `tool_calls` when there are any, else `stop`;
                `None` sends none.
            model: The model that answers; `None` for the one that was asked for.
            usage: The token counts; `None` to count the tokens sent.
            send_usage: Whether a stream carries usage when `stream_options` ask for
                it, always or never; a JSON answer carries it unless `never`.
            extra: Additional keys of every chunk and of the JSON answer.
            done: Whether a stream ends with `[DONE]`.
            **options: Pace and faults.

        Raises:
            KeyError: A tool call has no name.
            ValueError: The options contradict each other.
        """
        completion = Completion(
            tokens=_tokens(text),
            reasoning=_tokens(reasoning),
            reasoning_key=reasoning_key,
            tool_calls=tuple(map(_tool_call, tool_calls)),
            finish_reason=finish_reason,
            model=model,
            usage=usage,
            send_usage=send_usage,
            extra=extra or {},
            done=done,
        )
        return cls(content=completion, **options)

    @classmethod
    def json(
        cls, value: Any, status: int = 200, **options: Unpack[ReplyOptions]
    ) -> Reply:
        """Return a JSON document, regardless of the request.

        Raises:
            TypeError: `value` cannot be written as JSON.
            ValueError: The options contradict each other.
        """
        body = Body("application/json", (dump_json(value),), chunked=False)
        return cls(content=Fixed(body), status_code=status, **options)

    @classmethod
    def status(
        cls,
        code: int,
        *,
        error: str | Mapping[str, Any] | None = None,
        **options: Unpack[ReplyOptions],
    ) -> Reply:
        """Return an error answer: `{"error": {"message": …, "type": …, …}}`.

        Args:
            code: The HTTP status.
            error: The message, or the whole error object; `None` for the reason
                phrase of the status.
            **options: Pace and faults.

        Raises:
            ValueError: The options contradict each other.
        """
        if not isinstance(error, Mapping):
            kind = "invalid_request_error" if code < _SERVER_ERROR else "server_error"
            message = _phrase(code) if error is None else error
            error = {"message": message, "type": kind, "param": None, "code": None}
        return cls.json({"error": error}, code, **options)

    @classmethod
    def sse(
        cls, data: bytes | Iterable[bytes], **options: Unpack[ReplyOptions]
    ) -> Reply:
        """Return an event stream with exactly the given bytes.

        Args:
            data: The body; it is split after each blank line to count its events.
                An iterable of bytes is already split.
            **options: Pace and faults.

        Raises:
            ValueError: The options contradict each other.
        """
        events = _split_events(data) if isinstance(data, bytes) else data
        parts = tuple(event for event in events if event)
        body = Body("text/event-stream", parts, chunked=True)
        return cls(content=Fixed(body), **options)

    @classmethod
    def html(
        cls, text: str, status: int = 200, **options: Unpack[ReplyOptions]
    ) -> Reply:
        """Return an HTML page, as proxies and wrong addresses send it.

        Raises:
            ValueError: The options contradict each other.
        """
        body = Body("text/html; charset=utf-8", (text.encode(),), chunked=False)
        return cls(content=Fixed(body), status_code=status, **options)

    @classmethod
    def recorded(
        cls,
        path: str | PathLike[str],
        *,
        pace: bool = False,
        **options: Unpack[ReplyOptions],
    ) -> Reply:
        """Return the answer of an exchange recorded by `ChatSSE(record=…)`.

        It has the same status, headers and bytes in the same pieces, and ends as the
        exchange did.

        Args:
            path: One of the exchange's two files.
            pace: Whether to keep the recorded times, or send everything immediately.
            **options: Pace and faults of your own.

        Raises:
            OSError: One of the files cannot be read.
            ValueError: The file is not a recording or has a later format, or options
                contradict each other or the recorded end.
        """
        return cls._played(read_recording(path), pace=pace, options=options)

    @classmethod
    def recorded_folder(
        cls, folder: str | PathLike[str], *, pace: bool = False
    ) -> list[Reply]:
        """Return the answers of all chats in a folder, in order of their requests.

        Each answers a request like its own; other requests get an error with status
        404. Requests for access tokens are left out.

        Args:
            folder: The folder passed to `ChatSSE(record=…)`.
            pace: Whether to keep the recorded times, or send everything immediately.

        Raises:
            OSError: A file cannot be read.
            ValueError: The folder has no recorded chat, or one in a later format.
        """
        return [
            replace(
                cls._played(recording, pace=pace, options={}), asked=recording.asked
            )
            for recording in read_folder(folder)
        ]

    @classmethod
    def _played(
        cls, recording: Recording, *, pace: bool, options: ReplyOptions
    ) -> Reply:
        status = recording.status or 0
        played = recording.ending() | (recording.pauses() if pace else {})
        headers = {**recording.played_headers, **options.pop("headers", {})}
        content = Fixed(recording.body)
        given = {**played, **options, "headers": headers}
        return cls(content=content, status_code=status, **given)

    def render(self, request: Request) -> Response:
        """Return the response to `request`."""
        body = self.content.render(request)
        ending, limit = self._ending()
        if self.headless:
            return Response(b"", (), b"", chunked=False, ending=ending)
        parts = body.parts[:limit]
        rest = b""
        if ending == "truncate":
            rest = b"".join(body.parts[len(parts) : len(parts) + 1])
        if self.merge and parts:
            parts = (b"".join(parts),)
        framing = ("transfer-encoding", "chunked")
        if not body.chunked:
            sent = body.parts if ending != "end" else parts
            framing = ("content-length", str(sum(map(len, sent))))
        if self.status_code in _BODILESS or request.method == "HEAD":
            parts, rest, chunked = (), b"", False
        else:
            chunked = body.chunked
        head = self._head(request, body.content_type, framing)
        return Response(head, parts, rest, chunked, ending)

    def _head(
        self, request: Request, content_type: str, framing: tuple[str, str]
    ) -> bytes:
        headers: dict[str, str | None] = {
            "content-type": content_type,
            framing[0]: framing[1],
            "x-request-id": f"req_{request.number}",
        }
        if self.close:
            headers["connection"] = "close"
        headers |= {name.lower(): value for name, value in self.headers.items()}
        lines = [f"HTTP/1.1 {self.status_code} {_phrase(self.status_code)}"]
        lines += [
            f"{name}: {value}" for name, value in headers.items() if value is not None
        ]
        return "\r\n".join([*lines, "", ""]).encode("latin-1")

    def _ending(self) -> tuple[Ending, int | None]:
        """Return the end of the reply and the events before it (`None` for all)."""
        for ending, limit in self._endings().values():
            return ending, limit
        return "end", None

    def _endings(self) -> dict[str, tuple[Ending, int | None]]:
        endings: dict[str, tuple[Ending, int | None]] = {
            "cut_after": ("end", self.cut_after),
            "reset_after": ("reset", self.reset_after),
            "truncate_after": ("truncate", self.truncate_after),
            "stall_after": ("stall", self.stall_after),
        }
        given = {name: end for name, end in endings.items() if end[1] is not None}
        if self.hang_after_done:
            given["hang_after_done"] = ("stall", None)
        return given


Scripted: TypeAlias = Reply | Callable[[Request], Reply]
"""A reply, or a function that makes one from the request.

The function runs in the server's thread and must not block. An exception in it is
answered with status 500, with its message.
"""


def _tokens(text: str | Iterable[str]) -> tuple[str, ...]:
    return split_tokens(text) if isinstance(text, str) else tuple(text)


def _tool_call(call: Mapping[str, Any]) -> ToolCall:
    extra = dict(call)
    name, call_id = extra.pop("name"), extra.pop("id", None)
    arguments = extra.pop("arguments", {})
    if not isinstance(arguments, str):
        arguments = json.dumps(arguments, ensure_ascii=False)
    return ToolCall(name, arguments, call_id, extra)


def _split_events(data: bytes) -> list[bytes]:
    cuts = [0, *(match.end() for match in _EVENT_END.finditer(data)), len(data)]
    return [data[start:end] for start, end in itertools.pairwise(cuts)]


def _phrase(status: int) -> str:
    try:
        return http.HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"  # servers and proxies use unregistered statuses: 520, 529, …
