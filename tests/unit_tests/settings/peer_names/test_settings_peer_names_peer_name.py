"""The forms of a row."""

from __future__ import annotations

from langchain_sse_chat.settings.peer_names.peer_name import (
    Meaning,
    PeerName,
    body,
    field,
    fields,
    refused,
    table,
)


def test_a_row_has_its_own_name_unless_it_says_another() -> None:
    assert field("a") == PeerName("a", Meaning.FIELD, "a")
    assert field("a", "b", "Why.") == PeerName("a", Meaning.FIELD, "b", "Why.")
    assert fields("a", "b") == (field("a"), field("b"))
    assert body("a") == PeerName("a", Meaning.BODY, "a")
    assert body("a", "b", "Why.") == PeerName("a", Meaning.BODY, "b", "Why.")


def test_a_refused_row_may_be_refused_for_some_values_only() -> None:
    assert refused("a", "Leave it out.").values == ()
    assert refused("a", "Leave it out.", "x", "y").values == ("x", "y")


def test_a_later_row_replaces_an_earlier_one() -> None:
    assert table(field("a"), body("b"), field("a", "c")) == {
        "a": field("a", "c"),
        "b": body("b"),
    }
