from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from langchain_sse_chat import ChatSSE, ConfigurationError, StreamTruncatedError
from langchain_sse_chat.progress import StreamProgress
from tests.unit_tests.chat_models.breaking import cut, texts, whole

MakeChat = Callable[..., ChatSSE]
LIBRARIES = pytest.mark.parametrize("draw", ["tqdm", "rich"])


class Paper:
    """Bars on paper: what was drawn, line by line."""

    def __init__(self) -> None:
        self.lines: list[list[tuple[int, str]]] = []
        self.open = 0

    def make(self) -> Any:
        paper = self
        line: list[tuple[int, str]] = []
        self.lines.append(line)
        self.open += 1

        class Line:
            def show(self, count: int, note: str) -> None:
                line.append((count, note))

            def close(self) -> None:
                paper.open -= 1

        return Line()

    def ends(self) -> list[tuple[int, str]]:
        return [line[-1] for line in self.lines]


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def paper() -> Paper:
    return Paper()


@pytest.fixture
def make(clock: Clock, paper: Paper) -> Callable[..., StreamProgress]:
    def make(**arguments: Any) -> StreamProgress:
        progress = StreamProgress(clock=clock, **arguments)
        progress._make_bar = paper.make
        return progress

    return make


def answers(count: int) -> list[Any]:
    return [whole(*texts("a", "b")) for _ in range(count)]


def ask(chat: ChatSSE, progress: StreamProgress) -> None:
    list(chat.stream("x", {"callbacks": [progress]}))


def test_each_call_has_a_line_with_its_tokens(
    make_chat: MakeChat, make: Callable[..., StreamProgress], paper: Paper
) -> None:
    chat = make_chat(*answers(2))
    progress = make()
    ask(chat, progress)
    ask(chat, progress)

    assert paper.ends() == [(2, "0.0 tokens/s"), (2, "0.0 tokens/s")]
    assert paper.open == 0


def test_a_block_has_one_line(
    make_chat: MakeChat, make: Callable[..., StreamProgress], paper: Paper
) -> None:
    chat = make_chat(*answers(2))
    with make() as progress:
        ask(chat, progress)
        ask(chat, progress)
        assert paper.open == 1

    assert [count for count, _ in paper.ends()] == [4]
    assert paper.open == 0


def test_the_line_is_drawn_ten_times_a_second_at_most(
    make: Callable[..., StreamProgress], paper: Paper, clock: Clock
) -> None:
    with make() as progress:
        for _ in range(1000):
            progress.update("a")
            clock.now += 1 / 64

    [line] = paper.lines
    # Each seventh time, and at the end.
    assert len(line) == 1000 // 7 + 2
    assert line[-1] == (1000, "64.0 tokens/s")


def test_a_piece_after_the_end_draws_nothing(
    make: Callable[..., StreamProgress], paper: Paper
) -> None:
    run = uuid4()
    progress = make()
    progress.on_chat_model_start({}, [], run_id=run)
    progress.on_llm_error(ValueError(), run_id=run)
    progress.on_llm_new_token("late", run_id=run)

    assert len(paper.lines) == 1
    assert paper.open == 0
    assert progress.tokens == 0


def test_a_bar_over_a_batch_lasts_until_all_calls_are_done(
    make_chat: MakeChat,
    make: Callable[..., StreamProgress],
    paper: Paper,
    clock: Clock,
) -> None:
    chat = make_chat(*answers(5))
    progress = make(total=4)
    for _ in range(4):
        assert paper.open == (progress.done > 0)
        list(chat.stream("x", {"callbacks": [progress]}))
        clock.now += 1.0
    assert paper.open == 0
    assert [count for count, _ in paper.ends()] == [4]

    # A call after the last one has a line of its own.
    ask(chat, progress)
    assert [count for count, _ in paper.ends()] == [4, 1]


def test_a_bar_has_the_rate_of_calls_and_of_tokens(
    make: Callable[..., StreamProgress], paper: Paper, clock: Clock
) -> None:
    with make(total=10) as progress:
        progress.update("a")
        clock.now += 4.0
        progress.update("b")

    assert paper.ends() == [(1, "0.2 calls/s, 2 tokens, 0.5 tokens/s")]


def test_a_line_is_left_after_an_error(
    make_chat: MakeChat, make: Callable[..., StreamProgress], paper: Paper
) -> None:
    progress = make()

    with pytest.raises(StreamTruncatedError):
        ask(make_chat(cut(*texts("a"))), progress)
    assert paper.open == 0


@LIBRARIES
def test_a_stream_is_drawn(
    draw: Any, make_chat: MakeChat, capsys: pytest.CaptureFixture[str]
) -> None:
    ask(make_chat(*answers(1)), StreamProgress(draw=draw))

    assert "2 tokens" in capsys.readouterr().err


@LIBRARIES
def test_a_batch_is_drawn(
    draw: Any, make_chat: MakeChat, capsys: pytest.CaptureFixture[str]
) -> None:
    chat = make_chat(*answers(3), streaming=True)
    progress = StreamProgress(draw=draw, total=3)

    chat.batch([*"abc"], {"callbacks": [progress]})

    shown = capsys.readouterr().err
    assert "3/3" in shown
    assert "6 tokens" in shown


@LIBRARIES
def test_a_batch_that_continues_begins_where_it_was(
    draw: Any, make_chat: MakeChat, capsys: pytest.CaptureFixture[str]
) -> None:
    chat = make_chat(*answers(2), streaming=True)
    progress = StreamProgress(draw=draw, total=5, initial=3)

    chat.batch([*"ab"], {"callbacks": [progress]})

    assert "5/5" in capsys.readouterr().err  # and it is left, as all calls are made


def test_an_unknown_library_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="Invalid `draw`: 'paint'"):
        StreamProgress(draw="paint")  # type: ignore[arg-type]
