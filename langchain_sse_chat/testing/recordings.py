"""Read recorded exchanges from the files that `ChatSSE(record=…)` writes."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from os import PathLike, fspath
from pathlib import Path
from typing import Any

from langchain_sse_chat.testing.completions import Body

_FORMAT = 1
_LOG, _BODY = ".jsonl", ".body"
_NAME = re.compile(r"(\d+)-.+\.jsonl")
_CHAT_PATH = "/chat/completions"
_HIDDEN = "***"

# The embedded server does its own framing, and bodies are recorded decompressed.
_NOT_PLAYED = frozenset(
    {
        "connection",
        "content-encoding",
        "content-length",
        "keep-alive",
        "transfer-encoding",
    }
)

_ENDINGS: Mapping[str, str] = {
    "done": "cut_after",
    "error": "cut_after",
    "cut": "truncate_after",
    "reset": "reset_after",
    # It is not known what came next, so nothing does.
    "timeout": "stall_after",
    "closed": "stall_after",
}
"""The option of a reply for each way an exchange can end."""


@dataclass(frozen=True, slots=True)
class Recording:
    """One exchange: the response, and how it ended."""

    url: str
    """The URL of the request."""
    asked: Mapping[str, Any] | None
    """The body of the request; `None` if it is missing or not a JSON object."""
    status: int | None
    """`None` without a response."""
    headers: Mapping[str, str]
    opened: float
    """Seconds from the request to the response headers."""
    reads: tuple[tuple[float, bytes], ...]
    """The bytes of each read, with the seconds since the request."""
    end: str
    """How it ended; `closed` if the recording is incomplete."""
    ended: float
    """Seconds from the request to the end."""

    @property
    def is_chat(self) -> bool:
        """Whether the request was for chat completions and not for a token."""
        return self.url.endswith(_CHAT_PATH)

    @property
    def body(self) -> Body:
        """The body in the pieces in which it was read."""
        parts = tuple(data for _, data in self.reads)
        return Body("text/event-stream", parts, chunked=True)

    @property
    def played_headers(self) -> dict[str, str | None]:
        """The headers to send, in addition to the server's own."""
        headers: dict[str, str | None] = {"content-type": None, "x-request-id": None}
        for name, value in self.headers.items():
            if name not in _NOT_PLAYED and _HIDDEN not in value:
                # Servers send UTF-8 here, which may not fit into Latin-1.
                headers[name] = value.encode("latin-1", "replace").decode("latin-1")
        return headers

    def pauses(self) -> dict[str, Any]:
        """Return the options of a reply for the recorded pace."""
        first = self.opened if self.status is not None else self.ended
        times = [first, *(time for time, _ in self.reads)]
        if self.end != "done":
            times.append(max(self.ended, times[-1]))
        delays = [later - earlier for earlier, later in itertools.pairwise(times)]
        return {"head_delay": first, "delays": tuple(delays)}

    def ending(self) -> dict[str, Any]:
        """Return the options of a reply for the recorded end."""
        option = _ENDINGS.get(self.end, "stall_after")
        if self.status is None:
            # An error without an answer, such as a request that could not be sent, has
            # nothing that could be played but a connection that is closed.
            option = "truncate_after" if option == "cut_after" else option
            return {option: 0, "headless": True}
        return {option: len(self.reads)}


def read_recording(path: str | PathLike[str]) -> Recording:
    """Return the recording in a pair of files.

    Args:
        path: Of either file.

    Raises:
        OSError: One of the files cannot be read.
        ValueError: The file is not a recording, or has a later format.
    """
    recording = _read(fspath(path).removesuffix(_LOG).removesuffix(_BODY))
    if recording is None:
        msg = f"{fspath(path)} is not a recording: its first line is incomplete"
        raise ValueError(msg)
    return recording


def _read(stem: str) -> Recording | None:
    """Return a recording, `None` if it stopped before its first line."""
    lines = list(_lines(Path(f"{stem}{_LOG}")))
    if not lines:
        return None
    first = lines[0]
    if first.get("recording") != _FORMAT:
        msg = (
            f"{stem}{_LOG} is not a recording in format {_FORMAT}: its first line says "
            f"{first.get('recording')!r}"
        )
        raise ValueError(msg)
    head = next((line for line in lines if "response" in line), {})
    last = next((line for line in lines if "end" in line), {})
    answer = head.get("response", {})
    opened = head.get("time", 0.0)
    reads = tuple(_reads(lines, Path(f"{stem}{_BODY}").read_bytes()))
    return Recording(
        url=first["request"]["url"],
        asked=body if isinstance(body := first["request"].get("body"), dict) else None,
        status=answer.get("status"),
        headers=answer.get("headers", {}),
        opened=opened,
        reads=reads,
        end=last.get("end", "closed"),
        ended=last.get("time", reads[-1][0] if reads else opened),
    )


def _reads(
    lines: Iterable[Mapping[str, Any]], body: bytes
) -> Iterator[tuple[float, bytes]]:
    """Yield the time and the bytes of each read, as far as the body goes."""
    start = 0
    for line in lines:
        data = body[start : start + line.get("read", 0)]
        start += len(data)
        if data:
            yield line["time"], data


def read_folder(folder: str | PathLike[str]) -> list[Recording]:
    """Return the recorded chats of a folder, in the order in which they began.

    Raises:
        OSError: A file cannot be read.
        ValueError: The folder has no recorded chat, or one in a later format.
    """
    numbered = [
        (int(match[1]), path.name, path)
        for path in Path(folder).iterdir()
        if (match := _NAME.fullmatch(path.name))
    ]
    stems = [str(path).removesuffix(_LOG) for _, _, path in sorted(numbered)]
    chats = [read for stem in stems if (read := _read(stem)) and read.is_chat]
    if not chats:
        msg = f"there is no recorded chat in {fspath(folder)}"
        raise ValueError(msg)
    return chats


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the lines of a log, up to the first incomplete one."""
    # Not `splitlines`, which also splits at other characters of a prompt.
    for line in path.read_text("utf-8", "replace").split("\n"):
        try:
            entry = json.loads(line)
        except ValueError:
            return
        if not isinstance(entry, dict):
            return
        yield entry
