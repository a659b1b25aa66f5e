"""The soak's faults: what a seed draws, and what is played."""

from __future__ import annotations

import pytest

from scripts.soak.far import Plan
from scripts.soak.faults import (
    MOST_FAULTS,
    Fault,
    Framing,
    Kind,
    Place,
    Playback,
    fault_of,
    playback,
    stop_of,
)
from scripts.soak.proxy import unchunked

CHUNK = 'data: {"choices":[{"delta":{"content":"привет 🚀"}}]}\n\n'.encode()
STOP = b'data: {"choices":[{"delta":{},"finish_reason":"stop"}]}\n\n'
EVENTS = CHUNK * 5 + STOP + b"data: [DONE]\n\n"
KEYS = [f"key {n}" for n in range(40)]


def sent(played: Playback) -> bytes:
    return b"".join(step for step in played.steps if isinstance(step, bytes))


def body_of(played: Playback) -> bytes:
    head, _, body = sent(played).partition(b"\r\n\r\n")
    return unchunked(body) if b"chunked" in head else body


def without_comments(body: bytes) -> bytes:
    parts = body.replace(b":\r\n\r\n", b"").split(b"\n\n")
    kept = (part.lstrip(b"\n") for part in parts)
    return b"".join(p + b"\n\n" for p in kept if p and not p.startswith(b":"))


def test_equal_seeds_draw_equal_faults() -> None:
    numbers = [(stream, attempt) for stream in range(50) for attempt in range(5)]

    assert [fault_of(1, *n) for n in numbers] == [fault_of(1, *n) for n in numbers]
    assert [fault_of(1, *n) for n in numbers] != [fault_of(2, *n) for n in numbers]


def test_every_kind_of_fault_is_drawn() -> None:
    drawn = [fault_of(1, stream, 0) for stream in range(2000)]

    assert len({fault.kind for fault in drawn}) == 10
    assert len({(fault.place, fault.framing) for fault in drawn}) == 12


def test_each_attempt_of_a_stream_has_the_next_fault() -> None:
    plan = Plan(1)
    bodies = [{"messages": [{"content": f"stream 1 {n}"}]} for n in (7, 8)]

    faults = [[plan(body)[0] for body in bodies] for _ in range(5)]

    assert faults == [[fault_of(1, n, attempt) for n in (7, 8)] for attempt in range(5)]


def test_a_stream_gets_through_in_the_end() -> None:
    kinds = {fault_of(1, stream, MOST_FAULTS).kind for stream in range(200)}

    assert kinds == {"none"}


def test_some_readers_leave_within_the_answer() -> None:
    stops = [stop_of(1, stream, 30) for stream in range(2000)]

    assert 100 < sum(stop is not None for stop in stops) < 300
    assert {stop for stop in stops if stop is not None} == set(range(1, 31))


@pytest.mark.parametrize("framing", ["chunked", "length", "connection"])
def test_an_answer_without_fault_is_whole(framing: Framing) -> None:
    for key in KEYS:
        played = playback(Fault("none", framing=framing), EVENTS, key=key)

        assert without_comments(body_of(played)) == EVENTS
        assert played.ending in {"keep", "close", "drop"}
        assert (b"connection: close" in sent(played)) == (played.ending == "close")


def test_equal_keys_are_played_equally() -> None:
    played = [playback(Fault("none"), EVENTS, key=key) for key in KEYS]

    assert played == [playback(Fault("none"), EVENTS, key=key) for key in KEYS]
    assert len({len(each.steps) for each in played}) > 5
    assert any(b": ping" in sent(each) for each in played)
    assert any(isinstance(step, float) for each in played for step in each.steps)


@pytest.mark.parametrize("framing", ["chunked", "length", "connection"])
def test_an_answer_that_ends_too_early_has_its_framing_whole(framing: Framing) -> None:
    for key in KEYS:
        fault = Fault("ended too early", where=0.5, framing=framing)
        played = playback(fault, EVENTS, key=key)

        head, _, rest = sent(played).partition(b"\r\n\r\n")
        body = body_of(played)
        assert len(body) < len(EVENTS) * 2
        assert not body.endswith(b"[DONE]\n\n")
        assert framing != "chunked" or rest.endswith(b"\r\n0\r\n\r\n")
        assert framing != "length" or b"content-length: %d" % len(body) in head


@pytest.mark.parametrize(
    ("place", "end", "next_byte"),
    [
        pytest.param(
            "in a character", range(0xC2, 0xF5), range(0x80, 0xC0), id="in a character"
        ),
        pytest.param("in the framing", b"\r", None, id="in the framing"),
        pytest.param("between events", b"\n", None, id="between events"),
    ],
)
def test_a_body_is_cut_where_it_hurts(
    place: Place, end: bytes | range, next_byte: range | None
) -> None:
    for key in KEYS:
        fault = Fault("reset in the body", where=0.2, place=place)
        whole = sent(playback(Fault("none"), EVENTS, key=key))
        cut = sent(playback(fault, EVENTS, key=key))

        assert cut[-1] in end
        assert next_byte is None or (
            whole.startswith(cut) and whole[len(cut)] in next_byte
        )


@pytest.mark.parametrize(
    ("kind", "ending"),
    [
        ("closed before the head", "drop"),
        ("reset before the head", "reset"),
        ("silent before the head", "hang"),
        ("closed in the body", "drop"),
        ("reset in the body", "reset"),
        ("silent in the body", "hang"),
    ],
)
def test_a_fault_ends_the_connection(kind: Kind, ending: str) -> None:
    played = playback(Fault(kind, where=0.5), EVENTS, key="key")

    assert played.ending == ending
    assert (sent(played) == b"") == kind.endswith("before the head")


def test_a_refusal_keeps_the_connection() -> None:
    for key in KEYS:
        played = playback(Fault("refused"), EVENTS, key=key)

        head, _, body = sent(played).partition(b"\r\n\r\n")
        assert head.split(b" ")[1] in {b"429", b"500", b"502", b"503", b"529"}
        assert b"content-length: %d" % len(body) in head
        assert played.ending == "keep"


def test_a_cut_head_is_no_head() -> None:
    for key in KEYS:
        played = playback(Fault("cut in the head"), EVENTS, key=key)

        assert b"\r\n\r\n" not in sent(played)
        assert played.ending in {"drop", "reset"}


@pytest.mark.parametrize("framing", ["chunked", "length", "connection"])
def test_an_answer_for_a_reader_that_leaves_has_no_end(framing: Framing) -> None:
    fault = Fault("none", framing=framing)
    for key in KEYS:
        played = playback(fault, EVENTS, key=key, ends_with_client=True)

        head, _, body = sent(played).partition(b"\r\n\r\n")
        assert body.count("привет 🚀".encode()) >= 4 or framing == "chunked"
        assert b"stop" not in body
        assert b"[DONE]" not in body
        assert framing != "chunked" or not body.endswith(b"\r\n0\r\n\r\n")
        assert framing != "length" or b"content-length: %d" % (len(body) + 1) in head
        assert played.ending == "hold"
