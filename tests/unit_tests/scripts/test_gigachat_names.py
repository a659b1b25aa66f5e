"""The table for programs that used `langchain_gigachat`."""

from __future__ import annotations

from itertools import chain

from langchain_sse_chat.gigachat import GigaChat
from langchain_sse_chat.settings.field_use import names_of
from scripts.gigachat_names import ARGUMENTS, METHODS, PAGE, page


def test_the_page_is_up_to_date() -> None:
    text = PAGE.read_text("utf-8")

    assert page(text) == text, "Run `python -m scripts.gigachat_names`."


def test_every_argument_is_one_of_ours() -> None:
    names = set(chain.from_iterable(row.names for row in ARGUMENTS))

    assert len(names) == 32
    assert names - names_of(GigaChat).keys() == set()


def test_every_method_is_one_of_ours() -> None:
    names = set(chain.from_iterable(row.names for row in METHODS))

    assert [name for name in names if not callable(getattr(GigaChat, name, None))] == []
