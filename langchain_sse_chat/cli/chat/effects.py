"""Orders to the terminal, which a line of the user becomes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Ask:
    """Ask the model for an answer to the conversation."""


@dataclass(frozen=True, slots=True)
class Say:
    """Show a text."""

    text: str


@dataclass(frozen=True, slots=True)
class SetModel:
    """Continue with another model of the same server."""

    name: str


@dataclass(frozen=True, slots=True)
class ShowModel:
    """Show the model's name."""


@dataclass(frozen=True, slots=True)
class Save:
    """Save the conversation."""

    path: str


@dataclass(frozen=True, slots=True)
class Load:
    """Replace the conversation by a saved one."""

    path: str


@dataclass(frozen=True, slots=True)
class Attach:
    """Attach a file to the next question."""

    path: str


@dataclass(frozen=True, slots=True)
class BindTools:
    """Give tools to the model."""

    address: str
    """`module:attribute`; empty to take all tools away."""


@dataclass(frozen=True, slots=True)
class Quit:
    """End the program."""


Effect: TypeAlias = (
    Ask | Say | SetModel | ShowModel | Save | Load | Attach | BindTools | Quit
)
