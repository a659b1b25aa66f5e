"""An entry has the events up to its ID, the last entry is the end."""

from __future__ import annotations

import pytest

from langchain_sse_chat.serve.failure.failure import Failure, draining
from langchain_sse_chat.serve.kept.event_log import EventsDropped
from langchain_sse_chat.serve.kept.shared.entries import (
    END,
    EVENTS,
    Entry,
    end_id,
    end_of,
    entries_of,
    events_id,
    is_end,
    number_of,
)

EVENT = {n: b"id: a.%d\ndata: %d\n\n" % (n, n) for n in range(1, 6)}
THREE = Entry(5, EVENT[3] + EVENT[4] + EVENT[5])


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        (2, EVENT[3] + EVENT[4] + EVENT[5]),
        (3, EVENT[4] + EVENT[5]),
        (4, EVENT[5]),
        (5, b""),
        (9, b""),
    ],
)
def test_a_reader_gets_the_events_that_it_lacks(after: int, expected: bytes) -> None:
    assert THREE.after(after) == expected


def test_a_gap_is_not_passed_over() -> None:
    with pytest.raises(EventsDropped):
        THREE.after(1)


def test_ids_have_the_number_of_the_last_event() -> None:
    assert (events_id(7), end_id(7)) == ("7-0", "7-1")
    assert [number_of(one) for one in ("", "7-0", "7-1", "0-1")] == [0, 7, 7, 0]
    assert [is_end(one) for one in ("", "7-0", "7-1", "10-10")] == [
        False,
        False,
        True,
        False,
    ]


@pytest.mark.parametrize(
    ("ending", "failure"),
    [
        pytest.param("complete", None, id="complete"),
        pytest.param("stopped", None, id="stopped"),
        pytest.param("failed:server_shutting_down", draining(), id="failed"),
    ],
)
def test_entries_are_read_as_they_were_written(
    ending: str, failure: Failure | None
) -> None:
    reply = [
        (b"5-0", {EVENTS: THREE.events}),
        (b"5-1", {END: end_of(ending, failure)}),
    ]
    assert entries_of(reply) == [
        THREE,
        Entry(5, is_end=True, ending=ending, failure=failure),
    ]
