"""The journal of a server: its connections and requests."""

from __future__ import annotations

import threading

from langchain_sse_chat.testing.journal import Journal


def test_requests_are_numbered_and_their_path_is_without_the_query() -> None:
    journal = Journal()
    connection = journal.connected()
    first = journal.received("POST", "/v1/x?a=1&b=?", {}, b"{}", connection)
    second = journal.received("GET", "/v1/models", {}, b"", journal.connected())

    assert [request.number for request in journal.requests] == [1, 2]
    assert (first.path, first.query, first.connection) == ("/v1/x", "a=1&b=?", 1)
    assert (second.path, second.query, second.connection) == ("/v1/models", "", 2)
    assert journal.connections == 2


def test_the_first_outcome_of_an_answer_counts() -> None:
    journal = Journal()
    request = journal.received("POST", "/", {}, b"", 1)
    journal.answered(request, "client closed")
    journal.answered(request, "completed")

    assert request.outcome == "client closed"
    assert journal.disconnects == 1


def test_the_list_of_requests_is_a_copy() -> None:
    journal = Journal()
    journal.requests.append(journal.received("POST", "/", {}, b"", 1))

    assert len(journal.requests) == 1


def test_a_thread_that_waits_is_woken_by_a_request() -> None:
    journal = Journal()
    seen: list[bool] = []
    waiting = threading.Thread(
        target=lambda: seen.append(
            journal.wait_until(lambda: bool(journal.requests), 60)
        )
    )
    waiting.start()
    journal.received("POST", "/", {}, b"", 1)
    waiting.join()

    assert seen == [True]


def test_a_wait_for_what_does_not_come_ends() -> None:
    assert not Journal().wait_until(lambda: False, 0.001)
