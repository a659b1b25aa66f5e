from __future__ import annotations

from pathlib import Path

from langchain_sse_chat.providers import PROVIDERS
from scripts.providers_table import PAGE, page

README = Path(__file__).parents[3] / "README.md"


def test_the_page_of_providers_is_up_to_date() -> None:
    text = PAGE.read_text("utf-8")

    assert text == page(text), "Run `python -m scripts.providers_table`."


def test_the_page_has_a_row_for_every_provider() -> None:
    text = PAGE.read_text("utf-8")

    for provider in PROVIDERS.values():
        assert (f"| [`{provider.name}`](" in text) is (provider.name != "custom")


def test_the_readme_names_providers_that_there_are() -> None:
    rows = README.read_text("utf-8").partition("## Providers")[2].partition("\n## ")[0]
    named = [line.split("`")[1] for line in rows.splitlines() if line.startswith("| `")]

    assert named[1:]
    assert set(named[1:]) <= PROVIDERS.keys()
