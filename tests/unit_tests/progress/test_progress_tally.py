from __future__ import annotations

from uuid import uuid4

from langchain_sse_chat.progress.tally import ProgressStats, Tally

ONE, TWO = uuid4(), uuid4()


def test_before_the_first_run_there_is_nothing() -> None:
    assert Tally().stats(100.0) == ProgressStats(
        runs=0,
        open=0,
        failed=0,
        chunks=0,
        tokens=0,
        seconds=0.0,
        tokens_per_second=0.0,
        time_to_first_token=None,
        mean_gap=None,
        longest_gap=None,
    )
    assert Tally().last is None


def test_a_run_is_counted_and_timed() -> None:
    tally = Tally()
    tally.begin(ONE, 10.0)
    firsts = [
        tally.piece(ONE, 11.0, says=False),
        tally.piece(ONE, 12.0, says=True),
        tally.piece(ONE, 13.0, says=True),
        tally.piece(ONE, 16.0, says=True),
    ]

    assert firsts == [False, True, False, False]
    assert tally.begun_at == 10.0
    assert tally.stats(18.0) == ProgressStats(
        runs=1,
        open=1,
        failed=0,
        chunks=4,
        tokens=3,
        seconds=8.0,
        tokens_per_second=3 / 8,
        time_to_first_token=2.0,
        mean_gap=2.0,
        longest_gap=3.0,
    )


def test_the_count_of_the_server_replaces_that_of_the_chunks() -> None:
    tally = Tally()
    tally.begin(ONE, 0.0)
    tally.piece(ONE, 1.0, says=True)

    assert not tally.end(ONE, 2.0, tokens=40)
    assert tally.stats(9.0).tokens == 40
    assert tally.stats(9.0).tokens_per_second == 20.0
    assert tally.last == tally.stats(9.0)


def test_the_time_without_an_open_run_does_not_count_and_overlaps_count_once() -> None:
    tally = Tally()
    tally.begin(ONE, 0.0)
    tally.begin(TWO, 2.0)
    tally.end(ONE, 3.0)
    tally.end(TWO, 4.0)
    assert tally.stats(50.0).seconds == 4.0

    tally.begin(ONE, 60.0)
    assert tally.stats(61.0).seconds == 5.0
    assert tally.begun_at == 0.0


def test_the_figures_of_many_runs_are_added_up() -> None:
    tally = Tally()
    for run, first in ((ONE, 1.0), (TWO, 3.0)):
        tally.begin(run, 0.0)
        tally.piece(run, first, says=True)
        tally.piece(run, first + 1.0, says=True)
    tally.end(ONE, 5.0, failed=True)
    tally.end(TWO, 5.0)
    stats = tally.stats(5.0)

    assert (stats.runs, stats.open, stats.failed, stats.chunks) == (2, 0, 1, 4)
    assert (stats.time_to_first_token, stats.mean_gap, stats.longest_gap) == (2, 1, 1)
    assert tally.last is not None
    assert tally.last.time_to_first_token == 3.0


def test_a_run_that_said_nothing_is_reported_at_its_end() -> None:
    tally = Tally()
    tally.begin(ONE, 0.0)
    tally.piece(ONE, 1.0, says=False)

    assert tally.end(ONE, 2.0)
    assert not tally.end(ONE, 3.0)
    assert tally.stats(3.0).time_to_first_token is None


def test_pieces_that_are_reported_twice_count_once() -> None:
    tally = Tally()
    tally.begin(ONE, 0.0)
    for _ in range(3):
        tally.piece(ONE, 1.0, says=True, source="events")
        tally.piece(ONE, 1.0, says=True, source="tokens")

    assert tally.stats(1.0).chunks == 3


def test_runs_that_are_not_open_are_ignored() -> None:
    tally = Tally()

    assert not tally.piece(ONE, 1.0, says=True)
    assert not tally.end(ONE, 1.0)
    assert tally.stats(1.0).runs == 0


def test_counts_in_the_chunks_are_complete_at_the_end() -> None:
    tally = Tally()
    tally.begin(ONE, 0.0)
    tally.count(ONE, added=0, in_all=None)
    tally.count(ONE, added=1, in_all=None)
    for _ in range(9):
        tally.piece(ONE, 1.0, says=True)
    assert tally.stats(1.0).tokens == 10
    tally.count(ONE, added=6, in_all=None)
    assert tally.stats(1.0).tokens == 10
    tally.end(ONE, 1.0)

    assert tally.stats(1.0).tokens == 7


def test_a_count_of_the_whole_answer_is_not_added() -> None:
    tally = Tally()
    tally.begin(ONE, 0.0)
    tally.count(ONE, added=0, in_all=3)
    tally.count(ONE, added=0, in_all=5)

    assert tally.stats(1.0).tokens == 5


def test_the_dict_has_the_names_of_the_figures() -> None:
    figures = Tally().stats(0.0).as_dict()

    assert {"chunks", "tokens", "time", "tokens_per_second"} < figures.keys()
    assert "seconds" not in figures
