"""Write the attempts of one call to files, without secrets."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from langchain_sse_chat._version import __version__
from langchain_sse_chat.recording.files import RecordingFiles
from langchain_sse_chat.secrets import MASK, Secrets, query_names, shown_headers
from langchain_sse_chat.secrets.stream_redactor import AllStrings, StreamRedactor
from langchain_sse_chat.transport.observer import Ending, cannot_record
from langchain_sse_chat.transport.protocols import RequestSpec, ResponseHead
from langchain_sse_chat.transport.url import safe_url

logger = logging.getLogger("langchain_sse_chat")

FORMAT = 1
"""The version of the file format. Readers reject versions that they do not know."""

_SUCCESS = range(200, 300)

_SHOWN_HEADERS = frozenset(
    {
        "age",
        "cache-control",
        "cf-cache-status",
        "cf-ray",
        "connection",
        "content-encoding",
        "content-language",
        "content-length",
        "content-type",
        "date",
        "keep-alive",
        "mistral-correlation-id",
        "openai-model",
        "openai-processing-ms",
        "openai-version",
        "retry-after",
        "retry-after-ms",
        "server",
        "strict-transport-security",
        "transfer-encoding",
        "vary",
        "via",
        "x-accel-buffering",
        "x-cache",
        "x-generation-id",
        "x-powered-by",
        "x-should-retry",
    }
)
_SHOWN_PARTS = ("request-id", "ratelimit", "rate-limit")
"""Headers of a response that may be shown. All others are treated as secrets, because
servers put sessions, accounts and keys into headers of their own."""


class Recorder:
    """An observer that writes each attempt to two files of its own."""

    def __init__(self, folder: Path) -> None:
        """Store the folder; nothing is created before the first attempt.

        Args:
            folder: The folder for the files; created if it does not exist.
        """
        self._folder = folder
        self._secrets = Secrets()
        self._files: RecordingFiles | None = None
        self._redactor: StreamRedactor
        self._answer_is_secret = False
        self._has_begun = False
        self._has_warned = False

    def on_request(self, spec: RequestSpec) -> None:
        """Create the files and write the request.

        Raises:
            ConfigurationError: The files of the first attempt cannot be written. At a
                later attempt the call continues without recording.
        """
        self._secrets.learn(spec.url, spec.headers, spec.body)
        self._answer_is_secret = spec.answer_is_secret
        self._redactor = self._secrets.redactor()
        try:
            self._files = RecordingFiles(
                self._folder, urlsplit(spec.url).hostname or ""
            )
            self._files.write_line(self._request(spec))
        except OSError as exc:
            if not self._has_begun:
                self._stop()
                raise cannot_record(self._folder, exc) from exc
            self._give_up(exc)
        self._has_begun = True

    def _request(self, spec: RequestSpec) -> dict[str, Any]:
        return {
            "recording": FORMAT,
            "by": f"langchain-sse-chat/{__version__}",
            "at": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "request": {
                "method": spec.method,
                "url": self._secrets.redact(safe_url(spec.url)),
                "query": dict.fromkeys(query_names(spec.url), MASK),
                "headers": shown_headers(spec.headers),
                "body": self._secrets.redacted_body(spec.body),
            },
        }

    def on_response(self, head: ResponseHead, at: float) -> None:
        """Write the status and headers of the response."""
        if self._answer_is_secret and head.status_code in _SUCCESS:
            self._redactor = AllStrings()
        headers = {
            name: self._secrets.redact(value) if _may_be_shown(name) else MASK
            for name, value in head.headers.items()
        }
        answer = {"status": head.status_code, "headers": headers}
        self._write({"response": answer, "time": round(at, 6)})

    def on_bytes(self, data: bytes, at: float) -> None:
        """Write the next bytes of the body."""
        self._write(
            {"read": len(data), "time": round(at, 6)}, self._redactor.feed(data)
        )

    def on_end(self, ending: Ending) -> None:
        """Write how the attempt ended, and close the files."""
        entry: dict[str, Any] = {"end": ending.how, "time": round(ending.at, 6)}
        if ending.error is not None:
            entry["error"] = type(ending.error).__name__
            entry["message"] = self._secrets.redact(str(ending.error))
            entry["next_attempt_in"] = ending.pause
        self._write(entry, self._redactor.close())
        self._stop()

    def _write(self, entry: Mapping[str, Any], body: bytes = b"") -> None:
        """Write the bytes first, so that no line refers to missing bytes."""
        if self._files is None:
            return
        try:
            if body:
                self._files.write_body(body)
            self._files.write_line(entry)
        except OSError as exc:
            self._give_up(exc)

    def _give_up(self, exc: OSError) -> None:
        """Stop recording; the answer matters more."""
        self._stop()
        if not self._has_warned:
            self._has_warned = True
            logger.warning(
                "Recording in %s stopped: %s. The call continues without it.",
                self._folder,
                exc.strerror,
            )

    def _stop(self) -> None:
        files, self._files = self._files, None
        if files is not None:
            with contextlib.suppress(OSError):
                files.close()


def _may_be_shown(name: str) -> bool:
    return name in _SHOWN_HEADERS or any(part in name for part in _SHOWN_PARTS)
