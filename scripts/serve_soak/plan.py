"""The plan of each stream, which follows from a seed and the number of the stream."""

from __future__ import annotations

import random
from dataclasses import dataclass

from scripts.soak.texts import answer_to, tokens_of

TARGETS = ("model", "model", "model", "chain", "sync", "function")
WIRES = ("stream", "stream", "whole", "plain")
FAULTS = ("cut", "reset", "truncate", "stall", "error", "limit", "slow")
"""Faults of the model's server: it ends early in three ways, falls silent, answers with
the status 500 or 429, or delays the first token."""
READERS = ("leave", "abort", "slow", "half")
"""Clients that do not simply read all: one closes the connection, resets it, reads
slowly, or closes it before the request is complete. When the model has fallen silent,
it waits for a while, and closes the connection."""

_FAULTY = 0.5
_IMPATIENT = 0.4
_DEAF = 0.01
LONG = 4000
"""How often a long answer has its text."""


@dataclass(frozen=True, slots=True)
class Stream:
    """One request: who answers, what goes wrong, and how it is read."""

    question: str
    target: str
    wire: str
    fault: str | None
    reader: str
    after: int
    """Tokens before the fault of the server, or bytes before the client leaves."""

    @property
    def tokens(self) -> list[str]:
        """The tokens of the answer."""
        text = answer_to(self.question)
        tokens = tokens_of(text, self.question)
        return ["".join(tokens)] * LONG if self.reader == "deaf" else tokens

    @property
    def fault_after(self) -> int:
        """Tokens before the fault; fewer than all."""
        return self.after % len(self.tokens)


def stream_of(question: str) -> Stream:
    """Return the plan for a question, which ends with seed and number."""
    source = random.Random(f"plan of {question}")  # noqa: S311  no secret
    target, wire = source.choice(TARGETS), source.choice(WIRES)
    fault = None
    if target in {"model", "chain"} and source.random() < _FAULTY:
        fault = source.choice(FAULTS)
    reader = source.choice(READERS) if source.random() < _IMPATIENT else "all"
    if fault == "stall":
        reader = "wait"
    if source.random() < _DEAF and fault is None and wire != "whole":
        reader = "deaf"
    return Stream(question, target, wire, fault, reader, source.randrange(2000))


def question_of(seed: int, number: int) -> str:
    """Return the question of a stream."""
    return f"serve soak {seed} {number}"
