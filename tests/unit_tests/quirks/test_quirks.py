"""Each quirk of a server, through the public API, however its bytes are cut."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from langchain_sse_chat import ChatSSE, SSEChatError
from scripts.servers_page import PAGE, page
from tests.unit_tests.quirks.quirk import Quirk, agiven, given
from tests.unit_tests.quirks.quirks import ALL
from tests.unit_tests.quirks.quirks_elsewhere import ELSEWHERE, Elsewhere
from tests.unit_tests.wire.wire_streams import cuts

ROOT = Path(__file__).parents[3]
OTHERS = [other for others in ELSEWHERE.values() for other in others]


@pytest.mark.parametrize("quirk", ALL, ids=str)
def test_the_user_gets_what_the_row_says(quirk: Quirk) -> None:
    for way, got in given(quirk):
        assert (way, got) == (way, quirk.expected)


@pytest.mark.parametrize("quirk", ALL, ids=str)
async def test_the_user_gets_what_the_row_says_in_async_code(quirk: Quirk) -> None:
    async for way, got in agiven(quirk):
        assert (way, got) == (way, quirk.expected)


@pytest.mark.parametrize("quirk", ALL, ids=str)
def test_a_call_that_was_complete_in_chunks_stays_valid(quirk: Quirk) -> None:
    """Applications act on a call as soon as its arguments are complete."""
    for reads in cuts(quirk.body).values():
        complete, valid = calls_of(quirk.model(reads))
        assert [arguments for arguments in complete if arguments not in valid] == []


def calls_of(chat: ChatSSE) -> tuple[list[Any], list[Any]]:
    """Return the arguments that were complete in chunks, and those of valid calls."""
    texts: dict[Any, str] = {}
    complete: dict[Any, Any] = {}
    message: Any = None
    try:
        for chunk in chat.stream("Hello"):
            message = message + chunk if message else chunk
            for piece in chunk.tool_call_chunks:
                index = piece["index"]
                texts[index] = texts.get(index, "") + (piece["args"] or "")
                if (arguments := whole(texts[index])) is not None:
                    complete[index] = arguments
    except SSEChatError as error:
        message = error.partial
    calls = message.tool_calls if message is not None else []
    return list(complete.values()), [call["args"] for call in calls]


def whole(text: str) -> Any:
    """Return the object that a text is, `None` for any other text."""
    try:
        value = json.loads(text)
        json.dumps(value, allow_nan=False)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def test_names_are_given_once() -> None:
    assert len({quirk.name for quirk in ALL}) == len(ALL)


def test_the_page_about_servers_says_what_the_tests_show() -> None:
    assert PAGE.read_text("utf-8") == page(), "Run `python -m scripts.servers_page`."


@pytest.mark.parametrize("other", OTHERS, ids=lambda other: other.test)
def test_the_page_speaks_of_tests_that_there_are(other: Elsewhere) -> None:
    assert f"def {other.test}(" in (ROOT / other.path).read_text("utf-8")


def test_each_row_of_the_page_can_be_read_alone() -> None:
    rows = [line for line in page().splitlines() if line.startswith("| ")]
    assert [row for row in rows if row.startswith(("| the same ", "| such "))] == []
    assert [row for row in rows if row.endswith("| the same |")] == []
