"""The page for users of other packages has the tables that the code uses."""

from __future__ import annotations

import re

from langchain_sse_chat import errors
from langchain_sse_chat.providers import PROVIDERS
from scripts.coming_from import ARGUMENTS, BASES, PAGE, PROVIDERS_OF, page, tables

TEXT = PAGE.read_text("utf-8")


def test_the_tables_are_up_to_date() -> None:
    assert page(TEXT) == TEXT, "Run `make pages`."


def test_every_class_has_a_table_and_variables() -> None:
    assert tables(TEXT) == ["variables", *ARGUMENTS]
    assert PROVIDERS_OF.keys() == ARGUMENTS.keys()
    assert {name for names in PROVIDERS_OF.values() for name in names} <= set(PROVIDERS)


def test_every_argument_is_in_the_table_of_its_class() -> None:
    for name, rows in ARGUMENTS.items():
        section = TEXT.partition(f"<!-- arguments of {name} -->")[2]
        table = section.partition("<!-- end of table -->")[0]
        base = ARGUMENTS[BASES[name]] if name in BASES else {}
        missing = [
            argument
            for argument, row in rows.items()
            if base.get(argument) != row and not re.search(rf"`{argument}[`=]", table)
        ]
        assert missing == []


def test_a_class_has_all_arguments_of_its_base() -> None:
    for name, base in BASES.items():
        assert ARGUMENTS[name].keys() >= ARGUMENTS[base].keys()


def test_the_errors_of_the_page_exist() -> None:
    section = TEXT.partition("## Exceptions")[2]
    named = re.findall(r"\| `(\w+Error)` \|$", section, re.MULTILINE)

    assert len(named) == 13
    assert [name for name in named if not hasattr(errors, name)] == []
