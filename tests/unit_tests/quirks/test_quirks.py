"""Each quirk of a server, through the public API, however its bytes are cut."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts.servers_page import PAGE, page
from tests.unit_tests.quirks.quirk import Quirk, agiven, given
from tests.unit_tests.quirks.quirks import ALL
from tests.unit_tests.quirks.quirks_elsewhere import ELSEWHERE, Elsewhere

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
