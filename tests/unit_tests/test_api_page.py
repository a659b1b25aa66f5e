"""docs/api.md has every public name, no private one, and the fields as they are."""

from __future__ import annotations

import importlib
import re

import pytest
from pydantic import BaseModel

from langchain_sse_chat import ChatSSE, CompatibleEmbeddings, errors
from langchain_sse_chat.gigachat import GigaChat, GigaChatEmbeddings
from scripts.fields_table import PAGE, own_fields, page

TEXT = PAGE.read_text("utf-8")
ENTRIES = re.findall(r"^::: (\S+)$", TEXT, re.MULTILINE)
PUBLIC = (
    "langchain_sse_chat",
    *(
        f"langchain_sse_chat.{name}"
        for name in (
            *("sse", "testing", "gigachat", "providers", "embeddings", "serve"),
            *("progress", "probe"),
        )
    ),
)


def public_names() -> dict[str, object]:
    """Return the public objects under every name that they can be imported by."""
    modules = {name: importlib.import_module(name) for name in PUBLIC}
    names = {
        f"{place}.{name}": getattr(module, name)
        for place, module in modules.items()
        for name in module.__all__
    }
    return names | {
        f"{errors.__name__}.{name}": value
        for name, value in vars(errors).items()
        if isinstance(value, type) and value.__module__ == errors.__name__
    }


def test_the_tables_of_fields_are_up_to_date() -> None:
    assert page(TEXT) == TEXT, "Run `python -m scripts.fields_table`."


@pytest.mark.parametrize(
    "model", [ChatSSE, GigaChat, CompatibleEmbeddings, GigaChatEmbeddings]
)
def test_every_field_has_a_row(model: type[BaseModel]) -> None:
    missing = [name for name in own_fields(model) if f"\n| `{name}` | " not in TEXT]

    assert missing == []


def test_every_public_name_has_an_entry() -> None:
    names = public_names()
    entries = [names[name] for name in ENTRIES if name in names]
    missing = [
        name
        for name, value in public_names().items()
        if not name.startswith(errors.__name__)
        and getattr(value, "__module__", None) != errors.__name__
        and not any(value is entry for entry in entries)
    ]

    assert missing == []
    assert errors.__name__ in ENTRIES


def test_no_entry_is_private() -> None:
    methods = {f"langchain_sse_chat.ChatSSE.{name}" for name in dir(ChatSSE)}
    methods |= {
        f"langchain_sse_chat.gigachat.GigaChat.{name}" for name in dir(GigaChat)
    }

    assert set(ENTRIES) - {errors.__name__} - methods <= public_names().keys()
    assert not any("._" in name for name in ENTRIES if not name.endswith("__"))
    assert len(ENTRIES) == len(set(ENTRIES))
