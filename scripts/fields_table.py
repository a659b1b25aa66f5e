"""Write the tables of fields in docs/api.md from the fields and their docstrings.

Run from the root of the project: `python -m scripts.fields_table`.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable
from html import escape
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, NamedTuple, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from langchain_sse_chat import ChatSSE, CompatibleEmbeddings
from langchain_sse_chat.gigachat import GigaChat, GigaChatEmbeddings
from langchain_sse_chat.settings.connection import Connection
from langchain_sse_chat.settings.field_use import Use

PAGE = Path(__file__).parents[1] / "docs" / "api.md"

_PACKAGE = "langchain_sse_chat"
_END = "<!-- end of fields -->"
_TITLES = {
    Use.BODY: "Sent to the server. A keyword of a call overrides the field:",
    Use.CALL: "How a call is made. A keyword of a call overrides the field:",
    Use.MODEL: "The model itself. These cannot be overridden by a call:",
}
_SHOWN_AS = {
    "AsyncClient": "httpx.AsyncClient",
    "ChatCalls": "ChatSSE",
    "Client": "httpx.Client",
    "SSLContext": "ssl.SSLContext",
    "SecretStr": "str | SecretStr",
    "Timeout": "httpx.Timeout",
}
"""Public names for what annotations name otherwise."""


class Row(NamedTuple):
    """A field of the constructor."""

    name: str
    type: str
    default: str
    meaning: str


def page(text: str) -> str:
    """Return the page with its tables as the fields are now."""
    text = _between(text, "ChatSSE", _tables(ChatSSE, own_fields(ChatSSE)))
    for model, base in (
        (GigaChat, ChatSSE),
        (CompatibleEmbeddings, Connection),
        (GigaChatEmbeddings, CompatibleEmbeddings),
    ):
        table = _table(model, fields_beyond(model, base))
        text = _between(text, model.__name__, table)
    return text


def fields_beyond(
    model: type[BaseModel], base: type[BaseModel]
) -> dict[str, FieldInfo]:
    """Return the fields of a model that its base does not have, or means otherwise."""
    known, meanings = _docstrings(base), _docstrings(model)
    if base is CompatibleEmbeddings:
        known = _docstrings(GigaChat) | known
        known.pop("model")
    return {
        name: field
        for name, field in own_fields(model).items()
        if meanings[name] != known.get(name)
    }


def own_fields(model: type[BaseModel]) -> dict[str, FieldInfo]:
    """Return the fields that this package defines, without those of LangChain."""
    return {
        name: field
        for name, field in model.model_fields.items()
        if any(isinstance(mark, Use) for mark in field.metadata)
    }


def _between(text: str, name: str, tables: str) -> str:
    begin = f"<!-- fields of {name}, by `python -m scripts.fields_table` -->\n"
    before, _, rest = text.partition(begin)
    return f"{before}{begin}\n{tables}\n{_END}{rest.partition(_END)[2]}"


def _tables(model: type[BaseModel], fields: dict[str, FieldInfo]) -> str:
    parts = []
    for use, title in _TITLES.items():
        used = {name: field for name, field in fields.items() if use in field.metadata}
        parts += [title, "", _table(model, used)]
    return "\n".join(parts)


def _table(model: type[BaseModel], fields: dict[str, FieldInfo]) -> str:
    meanings = _docstrings(model)
    lines = ["| Field | Type | Default | Meaning |", "| --- | --- | --- | --- |"]
    for name, field in fields.items():
        cells = Row(f"`{name}`", code(_type(field)), _default(field), meanings[name])
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def code(text: str) -> str:
    """Return code for a cell of a table, which a bar would end also in backticks."""
    return f"<code>{escape(text, quote=False).replace('|', '&#124;')}</code>"


def _docstrings(model: type[BaseModel]) -> dict[str, str]:
    """Return the docstrings of the fields, each as one line."""
    found: dict[str, str] = {}
    for cls in reversed(model.__mro__):
        if cls.__module__.startswith(_PACKAGE):
            found |= _attribute_docstrings(cls)
    return found


def _attribute_docstrings(cls: type) -> dict[str, str]:
    tree = ast.parse(textwrap.dedent(inspect.getsource(cls))).body[0]
    if not isinstance(tree, ast.ClassDef):
        return {}
    found = {}
    for field, after in zip(tree.body, tree.body[1:], strict=False):
        match field, after:
            case (
                ast.AnnAssign(target=ast.Name(id=name)),
                ast.Expr(value=ast.Constant(value=str(text))),
            ):
                found[name] = " ".join(text.split())
    return found


def _default(field: FieldInfo) -> str:
    if field.default_factory is not None:
        return f"`{field.get_default(call_default_factory=True)!r}`"
    if field.default is PydanticUndefined:
        return "required"
    return f"`{field.default!r}`"


def _type(field: FieldInfo) -> str:
    return _shown(field.annotation)


def _shown(annotation: Any) -> str:
    """Return an annotation without modules, the same on every Python."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if annotation is NoneType:
        return "None"
    if origin is Annotated:
        return _shown(arguments[0])
    if origin in {Union, UnionType}:
        return " | ".join(dict.fromkeys(map(_shown, arguments)))
    if origin is Literal:
        return " | ".join(map(repr, arguments))
    if origin is Callable:
        return "function"
    name = getattr(origin or annotation, "__name__", str(annotation))
    if arguments:
        return f"{name}[{', '.join(map(_shown, arguments))}]"
    return _SHOWN_AS.get(name, name)


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text("utf-8")), "utf-8")
    print(f"{PAGE.name} is written.")
