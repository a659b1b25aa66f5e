"""Define the rows of tables of arguments of other packages."""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple


class Meaning(Enum):
    """The meaning of an argument in this package."""

    FIELD = "field"
    """The value of a field, `to`."""
    BODY = "body"
    """Sent in the request's body, under the name `to`."""
    HEADER = "header"
    """Sent as the header `to`; a list is joined with commas."""
    METADATA = "metadata"
    """Put into `metadata`, which is in every trace."""
    AZURE = "azure"
    """A part of the address, the version or the token of Azure."""
    NOTHING = "nothing"
    """Accepted without effect."""
    REFUSED = "refused"
    """A `ConfigurationError` with the note, unless the value is false or empty."""


class PeerName(NamedTuple):
    """A row: an argument of another package."""

    name: str
    meaning: Meaning
    to: str = ""
    """The field, the key of the body, or the header."""
    note: str = ""
    """The differences, as sentences; for a refused argument, what to do instead."""
    owners: tuple[str, ...] = ()
    """The providers whose package has it, the usual one first. Without `provider` and
    `base_url` it selects that one; with another provider it is an error."""
    values: tuple[str, ...] = ()
    """The only values that are refused; empty for all."""


def field(name: str, to: str = "", note: str = "") -> PeerName:
    """Return the row of a field; `to` is its name here, if that differs."""
    return PeerName(name, Meaning.FIELD, to or name, note)


def fields(*names: str) -> tuple[PeerName, ...]:
    """Return the rows of fields with equal names and meanings."""
    return tuple(map(field, names))


def body(name: str, to: str = "", note: str = "") -> PeerName:
    """Return the row of a documented field of the request's body."""
    return PeerName(name, Meaning.BODY, to or name, note)


def refused(name: str, note: str, *values: str) -> PeerName:
    """Return the row of an argument that cannot be followed."""
    return PeerName(name, Meaning.REFUSED, note=note, values=values)


def table(*rows: PeerName) -> dict[str, PeerName]:
    """Return rows by their names."""
    return {row.name: row for row in rows}
