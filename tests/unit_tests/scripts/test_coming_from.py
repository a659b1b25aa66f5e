"""The page for users of other packages has the tables that the code uses."""

from __future__ import annotations

import re
from collections.abc import Callable

import httpx
import pytest

from langchain_sse_chat import ChatSSE, errors
from langchain_sse_chat.providers import PROVIDERS
from scripts.coming_from import ARGUMENTS, BASES, PAGE, PROVIDERS_OF, page, tables

# As https://github.com/openai/openai-python documents them.
OPENAI = {
    400: "BadRequestError",
    401: "AuthenticationError",
    403: "PermissionDeniedError",
    404: "NotFoundError",
    409: "ConflictError",
    422: "UnprocessableEntityError",
    429: "RateLimitError",
    500: "InternalServerError",
    503: "InternalServerError",
}

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


@pytest.mark.parametrize(("status", "name"), OPENAI.items())
def test_a_status_raises_the_error_of_the_page(
    make_chat: Callable[..., ChatSSE], status: int, name: str
) -> None:
    row = re.search(rf"^\|.*`openai\.{name}`.*\| `(\w+)` \|$", TEXT, re.MULTILINE)
    assert row is not None

    chat = make_chat(httpx.Response(status, json={"error": {"message": "No."}}))
    with pytest.raises(errors.StatusError) as caught:
        chat.invoke("Hello")

    assert type(caught.value).__name__ == row[1]
