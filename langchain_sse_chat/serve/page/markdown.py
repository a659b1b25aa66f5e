"""Convert Markdown to a tree of elements, which a page makes without parsing HTML."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token

Node = str | dict[str, Any]
"""A text, or an element: its `tag`, its `children`, and the attributes `href`, `title`,
`start`, `align` and `language`, each if it has one."""

_LINK = re.compile(r"(?:https?|mailto):", re.IGNORECASE)
_ALIGNMENT = re.compile(r"text-align:(left|center|right)")
_LOWEST_HEADING = 6
_OWN_HEADINGS = 2
"""Levels of headings that the page itself has."""
_DEEPEST = 100
"""Elements in one another. JSON and pages fail at some thousands."""


def markdown_tree(text: str) -> list[Node]:
    """Return the elements of a text in CommonMark, with tables and strikethrough.

    HTML is text. Links lead to `http:`, `https:` and `mailto:` only; other links are
    text. Images are links to them. A line break is one, as in comments on GitHub.
    Elements that are nested more than 100 deep are left out, and what they contain is
    not.
    """
    return _tree(_markdown().parse(text))


@functools.cache
def _markdown() -> MarkdownIt:
    markdown = MarkdownIt("commonmark", {"html": False})
    markdown.enable(["table", "strikethrough"])
    markdown.validateLink = _is_link  # type: ignore[method-assign]  # made for that
    return markdown


def _is_link(url: str) -> bool:
    return _LINK.match(url) is not None


def _tree(tokens: Iterable[Token]) -> list[Node]:
    root: dict[str, Any] = {"tag": "", "children": []}
    path = [root]
    for token in tokens:
        children = path[-1]["children"]
        if token.hidden:
            # The paragraphs of a list without blank lines.
            continue
        if token.nesting < 0:
            path.pop()
        elif token.type == "inline":
            children += _tree(token.children or [])
        elif token.nesting > 0:
            if len(path) > _DEEPEST:
                path.append(path[-1])
                continue
            path.append(_element(token))
            children.append(path[-1])
        elif token.type == "image":
            # A link has no link inside.
            is_linked = any(element["tag"] == "a" for element in path)
            children.append(token.content if is_linked else _image(token))
        elif leaf := _leaf(token):
            children.append(leaf)
    found: list[Node] = root["children"]
    return found


def _element(token: Token) -> dict[str, Any]:
    element: dict[str, Any] = {"tag": token.tag, "children": []}
    if token.type == "heading_open":
        level = int(token.tag[1:]) + _OWN_HEADINGS
        element["tag"] = f"h{min(level, _LOWEST_HEADING)}"
    for name in ("href", "title", "start"):
        if name in token.attrs:
            element[name] = token.attrs[name]
    if aligned := _ALIGNMENT.search(str(token.attrs.get("style", ""))):
        element["align"] = aligned[1]
    return element


def _image(token: Token) -> dict[str, Any]:
    source = str(token.attrs["src"])
    return {"tag": "a", "href": source, "children": [token.content or source]}


def _leaf(token: Token) -> Node:
    """Return the node of a token without an end."""
    match token.type:
        case "fence" | "code_block":
            code: dict[str, Any] = {"tag": "pre", "children": [token.content]}
            language = token.info.split(maxsplit=1)[:1]
            return {**code, "language": language[0]} if language else code
        case "code_inline":
            return {"tag": "code", "children": [token.content]}
        case "softbreak" | "hardbreak":
            # A line of a poem or an address stays one, as in the text that streamed.
            return {"tag": "br"}
        case "hr":
            return {"tag": "hr"}
        case _:
            return token.content
