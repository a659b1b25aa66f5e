"""Turn recordings into replies; only the pace needs a socket."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from langchain_sse_chat.testing import Reply, Request
from langchain_sse_chat.testing.replies import Response

REQUEST = Request(
    number=7,
    connection=1,
    method="POST",
    path="/v1/chat/completions",
    query="",
    headers={},
    body=b"{}",
    time=0.0,
)
URL = "http://host/v1/chat/completions"
HEADERS = {"content-type": "text/event-stream", "x-request-id": "theirs"}


def write(
    folder: Path,
    name: str,
    *lines: dict[str, Any],
    url: str = URL,
    body: bytes = b"abcde",
    version: int = 1,
) -> Path:
    """Write a recording with these lines after the request."""
    first = {"recording": version, "request": {"url": url}}
    text = "".join(json.dumps(line) + "\n" for line in (first, *lines))
    (folder / f"{name}.jsonl").write_text(text, "utf-8")
    (folder / f"{name}.body").write_bytes(body)
    return folder / f"{name}.jsonl"


def opened(status: int = 200, time: float = 1.0, **headers: str) -> dict[str, Any]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    answer = {"status": status, "headers": {**HEADERS, **named}}
    return {"response": answer, "time": time}


def read(size: int, time: float) -> dict[str, Any]:
    return {"read": size, "time": time}


def ended(how: str = "done", time: float = 9.0) -> dict[str, Any]:
    return {"end": how, "time": time}


def rendered(path: Path, **options: Any) -> Response:
    return Reply.recorded(path, **options).render(REQUEST)


def test_a_recording_is_answered_in_the_recorded_pieces(tmp_path: Path) -> None:
    path = write(tmp_path, "0001-h", opened(), read(2, 2.0), read(3, 3.0), ended())

    response = rendered(path)

    assert response.parts == (b"ab", b"cde")
    assert (response.chunked, response.ending) == (True, "end")
    assert response.head == (
        b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n"
        b"transfer-encoding: chunked\r\nx-request-id: theirs\r\n\r\n"
    )


@pytest.mark.parametrize("end", ["0001-h", "0001-h.body", "0001-h.jsonl"])
def test_a_recording_is_named_by_either_file(tmp_path: Path, end: str) -> None:
    write(tmp_path, "0001-h", opened(), read(5, 2.0), ended())

    assert rendered(tmp_path / end).parts == (b"abcde",)


def test_framing_and_hidden_values_are_not_sent_again(tmp_path: Path) -> None:
    head = opened(
        429,
        content_length="999",
        content_encoding="gzip",
        connection="close",
        set_cookie="***",
        server="of-***",
        retry_after="0",
        x_note="п",
    )
    path = write(tmp_path, "0001-h", head, read(5, 2.0), ended("error"))

    text = rendered(path).head.decode()

    assert text.startswith("HTTP/1.1 429 Too Many Requests\r\n")
    for absent in ("content-length", "gzip", "connection", "set-cookie", "server"):
        assert absent not in text
    assert "retry-after: 0\r\n" in text
    assert "x-note: ?\r\n" in text


def test_headers_that_were_not_there_are_not_made_up(tmp_path: Path) -> None:
    head = {"response": {"status": 200, "headers": {}}, "time": 1.0}
    path = write(tmp_path, "0001-h", head, read(5, 2.0), ended())

    assert rendered(path).head == (
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"
    )


@pytest.mark.parametrize(
    ("how", "ending"),
    [
        ("done", "end"),
        ("error", "end"),
        ("cut", "truncate"),
        ("reset", "reset"),
        ("timeout", "stall"),
        ("closed", "stall"),
        ("in a way of later versions", "stall"),
    ],
)
def test_an_answer_ends_as_it_ended(tmp_path: Path, how: str, ending: str) -> None:
    path = write(tmp_path, "0001-h", opened(), read(5, 2.0), ended(how))

    response = rendered(path)

    assert response.parts == (b"abcde",)
    assert (response.ending, response.rest) == (ending, b"")


@pytest.mark.parametrize(
    ("how", "ending"),
    [
        ("error", "truncate"),
        ("cut", "truncate"),
        ("reset", "reset"),
        ("timeout", "stall"),
        ("closed", "stall"),
    ],
)
def test_what_was_not_answered_is_not_answered(
    tmp_path: Path, how: str, ending: str
) -> None:
    path = write(tmp_path, "0001-h", ended(how), body=b"")

    response = rendered(path)

    assert (response.head, response.parts) == (b"", ())
    assert response.ending == ending


def test_a_recording_that_breaks_off_is_played_as_far_as_it_goes(
    tmp_path: Path,
) -> None:
    path = write(tmp_path, "0001-h", opened(), read(2, 2.0), read(9, 3.0))
    path.write_text(path.read_text() + '{"read": 1, "ti')

    response = rendered(path)
    paced = Reply.recorded(path, pace=True)

    assert response.parts == (b"ab", b"cde")
    assert response.ending == "stall"
    assert paced.delays == (1.0, 1.0, 0.0)


def test_a_last_line_without_its_end_is_one_when_it_is_whole(tmp_path: Path) -> None:
    path = write(tmp_path, "0001-h", opened(), read(5, 2.0), ended())
    path.write_text(path.read_text().rstrip("\n"))

    assert rendered(path).ending == "end"


def test_empty_reads_are_left_out(tmp_path: Path) -> None:
    path = write(
        tmp_path, "0001-h", opened(), read(0, 2.0), read(5, 3.0), read(0, 4.0), ended()
    )

    assert rendered(path).parts == (b"abcde",)
    assert Reply.recorded(path, pace=True).delays == (2.0,)


def test_the_pace_is_that_of_the_recording(tmp_path: Path) -> None:
    path = write(
        tmp_path, "0001-h", opened(), read(2, 2.0), read(3, 5.0), ended("cut", 9.0)
    )

    at_once, paced = Reply.recorded(path), Reply.recorded(path, pace=True)

    assert (at_once.head_delay, at_once.delays) == (0.0, ())
    assert (paced.head_delay, paced.delays) == (1.0, (1.0, 3.0, 4.0))


def test_the_pace_of_no_answer_is_the_time_to_its_end(tmp_path: Path) -> None:
    path = write(tmp_path, "0001-h", ended("reset", 4.0), body=b"")

    paced = Reply.recorded(path, pace=True)

    assert (paced.head_delay, paced.delays) == (4.0, (0.0,))


def test_options_of_ones_own_go_over_the_recording(tmp_path: Path) -> None:
    path = write(tmp_path, "0001-h", opened(), read(5, 2.0), ended())

    reply = Reply.recorded(path, headers={"x-request-id": "mine"}, write_size=1)

    assert reply.write_size == 1
    assert b"x-request-id: mine" in reply.render(REQUEST).head
    with pytest.raises(ValueError, match="ends in one way only"):
        Reply.recorded(path, reset_after=1)


@pytest.mark.parametrize(
    "text", ["", "{", "5\n", '{"choices": []}\n', '{"recording": 2, "request": {}}\n']
)
def test_what_is_no_recording_is_a_value_error(tmp_path: Path, text: str) -> None:
    (tmp_path / "0001-h.jsonl").write_text(text)

    with pytest.raises(ValueError, match="not a recording"):
        Reply.recorded(tmp_path / "0001-h.jsonl")


def test_a_folder_is_played_in_the_order_of_its_numbers(tmp_path: Path) -> None:
    for number in (10_000, 2, 9999, 1):
        body = str(number).encode()
        lines = (opened(), read(9, 2.0), ended())
        write(tmp_path, f"{number:04}-h", *lines, body=body)
    write(tmp_path, "0003-h", opened(), ended(), url="http://host/oauth")
    (tmp_path / "0004-h.jsonl").write_text('{"recording": 1, "requ')
    (tmp_path / "notes.txt").write_text("no recording")

    replies = Reply.recorded_folder(tmp_path)
    paced = Reply.recorded_folder(tmp_path, pace=True)

    parts = [reply.render(REQUEST).parts for reply in replies]
    assert parts == [(b"1",), (b"2",), (b"9999",), (b"10000",)]
    assert [reply.head_delay for reply in paced] == [1.0] * 4


def test_a_folder_without_chats_is_a_mistake(tmp_path: Path) -> None:
    write(tmp_path, "0001-h", opened(), ended(), url="http://host/oauth")

    with pytest.raises(ValueError, match="no recorded chat"):
        Reply.recorded_folder(tmp_path)
