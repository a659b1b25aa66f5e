"""The plan of each answer, which follows from a seed and the number of the answer."""

from __future__ import annotations

import random
from dataclasses import dataclass

from scripts.soak.texts import answer_to, tokens_of

WIRES = ("plain", "ui")
ENDINGS = ("read", "read", "read", "read", "stop", "leave")
"""The last of its readers reads it to the end, stops it, or leaves for good."""
_LONGEST = 12
"""The most repetitions of the text."""
_MOST_VISITS = 4
_MOST_EVENTS = 60
_LONGEST_SECONDS = 1.5
"""Seconds that an answer takes at most."""


@dataclass(frozen=True, slots=True)
class Visit:
    """One connection of a reader."""

    worker: int
    """Stands for the worker; there may be fewer."""
    events: int
    """Events after which the reader leaves."""
    is_reload: bool
    """Whether it begins from the beginning, as a page does, and not where it was."""
    pause: float
    """Seconds before it."""


@dataclass(frozen=True, slots=True)
class Plan:
    """An answer: how it is given, and how it is read."""

    question: str
    wire: str
    visits: tuple[Visit, ...]
    ending: str
    last_worker: int
    """The worker that is asked last."""
    has_witness: bool
    """Whether a second reader reads all of it at the same time."""
    pace: float
    """Seconds between two tokens, if that is not too long."""
    times: int
    """How often the text is repeated."""

    @property
    def tokens(self) -> list[str]:
        """The tokens of the answer."""
        text = answer_to(self.question)
        return tokens_of("".join(text for _ in range(self.times)), self.question)

    @property
    def pause(self) -> float:
        """Seconds between two tokens."""
        return min(self.pace, _LONGEST_SECONDS / len(self.tokens))

    @property
    def text(self) -> str:
        """The text of the answer, as its wire has it."""
        text = "".join(self.tokens)
        if self.wire == "plain":
            text = text.replace("\r\n", "\n").replace("\r", "\n")
        return text


def plan_of(question: str) -> Plan:
    """Return the plan for a question, which ends with seed and number."""
    source = random.Random(f"plan of {question}")  # noqa: S311  no secret
    visits = [
        Visit(
            worker=source.randrange(100),
            events=source.randrange(_MOST_EVENTS),
            is_reload=source.random() < 0.3,  # noqa: PLR2004  a share
            pause=source.choice((0.0, 0.0, 0.05, 0.3)),
        )
        for _ in range(source.randrange(_MOST_VISITS))
    ]
    return Plan(
        question,
        wire=source.choice(WIRES),
        visits=tuple(visits),
        ending=source.choice(ENDINGS),
        last_worker=source.randrange(100),
        has_witness=source.random() < 0.2,  # noqa: PLR2004  a share
        pace=source.choice((0.0, 0.001, 0.005, 0.02)),
        times=source.randint(1, _LONGEST),
    )


def question_of(seed: int, number: int) -> str:
    """Return the question of an answer."""
    return f"kept soak {seed} {number}"
