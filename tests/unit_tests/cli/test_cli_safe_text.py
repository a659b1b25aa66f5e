from __future__ import annotations

import pytest

from langchain_sse_chat.cli.safe_text import safe


@pytest.mark.parametrize(
    "character",
    ["\x00", "\x07", "\b", "\r", "\x1b", "\x7f", "\x9b", "\u202e", "\u2066"],
    ids=ascii,
)
def test_orders_to_a_terminal_are_taken_out(character: str) -> None:
    assert safe(f"a{character}b") == "ab"


def test_everything_else_stays() -> None:
    text = "a\tb\n\u043f\u0440\u0438 \U0001f468\u200d\U0001f469 \u4eca\u5929"
    assert safe(text) == text
