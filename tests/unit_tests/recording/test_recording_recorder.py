"""Recorded attempts, and recorders that cannot write."""

from __future__ import annotations

import json
import logging
import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from langchain_sse_chat.errors import ConfigurationError, ServerError
from langchain_sse_chat.recording import Recorder
from langchain_sse_chat.transport.clients import HTTPClients
from langchain_sse_chat.transport.observer import Ending, HowEnded
from langchain_sse_chat.transport.protocols import RequestSpec, ResponseHead

KEY = "secret-key-1234"
URL = (
    "https://user:pass-word@api.example.com:8000/v1/chat/completions?v=1&key=query-key"
)
SPEC = RequestSpec(
    URL,
    {"Authorization": f"Bearer {KEY}", "Accept": "text/event-stream"},
    json.dumps({"model": "m", "messages": [{"content": "Привет"}]}).encode(),
    HTTPClients(),
)


def head(status: int = 200, **headers: str) -> ResponseHead:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return ResponseHead(status, named, URL)


def ending(how: HowEnded = "done", **fields: Any) -> Ending:
    return Ending(how, 3.5, 2, 0.25, **fields)


def lines(folder: Path, number: int = 1) -> list[dict[str, Any]]:
    [log] = folder.glob(f"{number:04}-*.jsonl")
    return [json.loads(line) for line in log.read_text("utf-8").split("\n") if line]


def body(folder: Path, number: int = 1) -> bytes:
    [path] = folder.glob(f"{number:04}-*.body")
    return path.read_bytes()


def test_an_exchange_is_written_line_by_line(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path)
    recorder.on_request(SPEC)
    recorder.on_response(head(content_type="text/event-stream"), 0.1)
    recorder.on_bytes(b"data: 1\n\n", 0.2)
    recorder.on_bytes(b"data: 22\n\n", 0.3000004)
    recorder.on_end(ending())

    first, *rest = lines(tmp_path)
    assert first["recording"] == 1
    assert first["request"] == {
        "method": "POST",
        "url": "https://api.example.com:8000/v1/chat/completions",
        "query": {"v": "***", "key": "***"},
        "headers": {"Authorization": "***", "Accept": "text/event-stream"},
        "body": {"model": "m", "messages": [{"content": "Привет"}]},
    }
    assert rest == [
        {
            "response": {
                "status": 200,
                "headers": {"content-type": "text/event-stream"},
            },
            "time": 0.1,
        },
        {"read": 9, "time": 0.2},
        {"read": 10, "time": 0.3},
        {"end": "done", "time": 3.5},
    ]
    assert body(tmp_path) == b"data: 1\n\ndata: 22\n\n"


def test_what_came_is_there_while_the_rest_is_still_to_come(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path)
    recorder.on_request(SPEC)
    assert [*lines(tmp_path)[0]] == ["recording", "by", "at", "request"]
    recorder.on_response(head(), 0.1)
    recorder.on_bytes(b"data: 1\n\n", 0.2)

    assert lines(tmp_path, 1)[-1] == {"read": 9, "time": 0.2}
    assert body(tmp_path) == b"data: 1\n\n"
    recorder.on_end(ending())


def test_each_attempt_has_files_of_its_own_and_says_what_followed(
    tmp_path: Path,
) -> None:
    recorder = Recorder(tmp_path)
    for pause in (0.5, None):
        recorder.on_request(SPEC)
        recorder.on_response(head(503), 0.1)
        error = ServerError(f"it says {KEY}")
        recorder.on_end(ending("error", error=error, pause=pause))

    for number, pause in enumerate((0.5, None), 1):
        assert lines(tmp_path, number)[-1] == {
            "end": "error",
            "time": 3.5,
            "error": "ServerError",
            "message": "it says ***",
            "next_attempt_in": pause,
        }


def test_secrets_that_a_server_repeats_are_stars_of_their_length(
    tmp_path: Path,
) -> None:
    recorder = Recorder(tmp_path)
    recorder.on_request(SPEC)
    recorder.on_response(
        head(401, x_request_id=f"of-{KEY}", set_cookie="a", x_own="b"), 0.1
    )
    recorder.on_bytes(b"Wrong key: secret-", 0.2)
    recorder.on_bytes(b"key-1234. pass-word, query-key: se", 0.3)
    recorder.on_end(ending("error"))

    assert lines(tmp_path)[1]["response"]["headers"] == {
        "x-request-id": "of-***",
        "set-cookie": "***",
        "x-own": "***",
    }
    assert body(tmp_path) == (b"Wrong key: ***************. *********, *********: se")
    assert [line.get("read") for line in lines(tmp_path)[2:4]] == [18, 34]


@pytest.mark.parametrize(
    "name",
    [
        "content-type",
        "retry-after",
        "x-request-id",
        "apim-request-id",
        "x-ratelimit-remaining-tokens",
        "anthropic-ratelimit-reset",
    ],
)
def test_harmless_headers_of_an_answer_are_shown(tmp_path: Path, name: str) -> None:
    recorder = Recorder(tmp_path)
    recorder.on_request(SPEC)
    recorder.on_response(ResponseHead(200, {name: "17"}, URL), 0.1)
    recorder.on_end(ending())

    assert lines(tmp_path)[1]["response"]["headers"] == {name: "17"}


TOKEN_SPEC = RequestSpec(
    "https://auth/oauth",
    {"Authorization": "Basic a2V5"},
    b"",
    HTTPClients(),
    answer_is_secret=True,
)


@pytest.mark.parametrize(
    ("status", "said", "written"),
    [
        (200, b'{"access_token":"abc"}', b'{"access_token":"***"}'),
        (401, b'{"message":"no"}', b'{"message":"no"}'),
    ],
)
def test_a_token_is_not_written_but_a_refusal_is(
    tmp_path: Path, status: int, said: bytes, written: bytes
) -> None:
    recorder = Recorder(tmp_path)
    recorder.on_request(TOKEN_SPEC)
    recorder.on_response(head(status), 0.1)
    recorder.on_bytes(said, 0.2)
    recorder.on_end(ending())

    assert body(tmp_path) == written
    assert lines(tmp_path)[0]["request"]["body"] == "***"


def test_a_secret_of_an_earlier_attempt_is_one_of_the_next(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path)
    for headers in ({"api-key": KEY}, {}):
        recorder.on_request(RequestSpec(URL, headers, b"{}", HTTPClients()))
        recorder.on_response(head(), 0.1)
        recorder.on_bytes(KEY.encode(), 0.2)
        recorder.on_end(ending())

    assert body(tmp_path, 2) == b"*" * len(KEY)


def test_a_folder_that_cannot_be_written_to_is_the_callers_mistake(
    tmp_path: Path,
) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(ConfigurationError, match=r"file'.*Pass a writable") as caught:
        Recorder(tmp_path / "file").on_request(SPEC)

    assert isinstance(caught.value.__cause__, OSError)


def fail_from_now(recorder: Recorder) -> None:
    """Let each write of a recorder be an `OSError`: its files are for reading now."""
    assert recorder._files is not None
    nothing = os.open(os.devnull, os.O_RDONLY)
    for file in (recorder._files._log, recorder._files._body):
        os.dup2(nothing, file.fileno())
    os.close(nothing)


def test_writes_that_fail_stop_the_recording_with_one_warning(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    recorder = Recorder(tmp_path)
    recorder.on_request(SPEC)
    recorder.on_response(head(), 0.1)
    recorder.on_bytes(b"data: 1\n\n", 0.2)
    fail_from_now(recorder)
    for _ in range(3):
        recorder.on_bytes(b"data: 2\n\n", 0.3)
    recorder.on_end(ending())
    recorder.on_request(SPEC)
    fail_from_now(recorder)
    recorder.on_end(ending())

    [record] = caplog.records
    assert record.levelno == logging.WARNING
    assert "The call continues without it" in record.message
    assert lines(tmp_path, 1)[-1] == {"read": 9, "time": 0.2}
    assert body(tmp_path) == b"data: 1\n\n"


def test_a_later_attempt_that_cannot_be_recorded_takes_place(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = tmp_path / "folder"
    recorder = Recorder(folder)
    recorder.on_request(SPEC)
    recorder.on_end(ending("cut"))
    shutil.rmtree(folder)
    folder.write_text("in the way")

    recorder.on_request(SPEC)
    recorder.on_response(head(), 0.1)
    recorder.on_end(ending())

    assert [record.levelno for record in caplog.records] == [logging.WARNING]
