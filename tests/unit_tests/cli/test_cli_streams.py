from __future__ import annotations

import io
import sys

import pytest

from langchain_sse_chat.cli.streams import prepare_streams


def test_closed_streams_are_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("stdin", "stdout", "stderr"):
        monkeypatch.setattr(sys, name, None)
    prepare_streams()
    with sys.stdin, sys.stderr:
        assert sys.stdin.read() == ""
        sys.stderr.write("lost")
    sys.stdout.write("lost")
    with pytest.raises(OSError, match="Bad file descriptor"):
        sys.stdout.close()


def test_open_streams_stay_as_they_are() -> None:
    before = (sys.stdin, sys.stdout, sys.stderr)
    prepare_streams()
    assert (sys.stdin, sys.stdout, sys.stderr) == before


def test_characters_that_cannot_be_written_are_replaced(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    written = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(written, "ascii"))
    prepare_streams()
    sys.stdout.write("é\ud800")
    sys.stdout.flush()
    assert written.getvalue() == b"??"
