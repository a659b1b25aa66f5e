"""Markdown becomes a tree of elements that cannot do anything."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from langchain_sse_chat.serve.page.markdown import Node, markdown_tree

ALLOWED = {
    *("p", "h3", "h4", "h5", "h6", "ul", "ol", "li", "blockquote", "hr", "br"),
    *("strong", "em", "s", "code", "pre", "a"),
    *("table", "thead", "tbody", "tr", "th", "td"),
}
"""The tags that the page makes."""


def tag(name: str, *children: Node, **attributes: Any) -> Node:
    return {"tag": name, "children": list(children), **attributes}


def p(*children: Node) -> list[Node]:
    return [tag("p", *children)]


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        pytest.param("Hello", p("Hello"), id="text"),
        pytest.param("a\nb", p("a", {"tag": "br"}, "b"), id="soft break"),
        pytest.param("a  \nb", p("a", {"tag": "br"}, "b"), id="hard break"),
        pytest.param("a\n\nb", [*p("a"), *p("b")], id="paragraphs"),
        pytest.param("# A", [tag("h3", "A")], id="first heading"),
        pytest.param("###### A", [tag("h6", "A")], id="last heading"),
        pytest.param("---", [{"tag": "hr"}], id="rule"),
        pytest.param(
            "**a** *b* ~~c~~ `d`",
            p(
                *[tag("strong", "a"), " ", tag("em", "b"), " "],
                *[tag("s", "c"), " ", tag("code", "d")],
            ),
            id="emphasis",
        ),
        pytest.param(
            "- a\n- b",
            [tag("ul", tag("li", "a"), tag("li", "b"))],
            id="tight list",
        ),
        pytest.param(
            "3. a\n\n4. b",
            [tag("ol", tag("li", *p("a")), tag("li", *p("b")), start=3)],
            id="loose list",
        ),
        pytest.param("> a", [tag("blockquote", *p("a"))], id="quote"),
        pytest.param(
            "```python x\n<b>\n```",
            [tag("pre", "<b>\n", language="python")],
            id="fence",
        ),
        pytest.param("```\na\n```", [tag("pre", "a\n")], id="fence without language"),
        pytest.param("    a", [tag("pre", "a\n")], id="indented code"),
        pytest.param("```\nnot closed", [tag("pre", "not closed")], id="open fence"),
        pytest.param(
            "| a | b |\n| - | -: |\n| 1 | 2 |",
            [
                tag(
                    "table",
                    tag(
                        "thead",
                        tag("tr", tag("th", "a"), tag("th", "b", align="right")),
                    ),
                    tag(
                        "tbody",
                        tag("tr", tag("td", "1"), tag("td", "2", align="right")),
                    ),
                )
            ],
            id="table",
        ),
        pytest.param(
            '[a](https://x.org/é "t")',
            p(tag("a", "a", href="https://x.org/%C3%A9", title="t")),
            id="link",
        ),
        pytest.param(
            "<mailto:a@x.org>",
            p(tag("a", "mailto:a@x.org", href="mailto:a@x.org")),
            id="mail",
        ),
        pytest.param(
            "![a *b*](HTTPS://x.org/c.png)",
            p(tag("a", "a *b*", href="HTTPS://x.org/c.png")),
            id="image",
        ),
        pytest.param(
            "![](https://x.org/c.png)",
            p(tag("a", "https://x.org/c.png", href="https://x.org/c.png")),
            id="image without words",
        ),
        pytest.param(
            "[![a](https://x.org/c.png)](https://x.org)",
            p(tag("a", "a", href="https://x.org")),
            id="image in a link",
        ),
        pytest.param("a &lt; &#98;", p("a < b"), id="entities"),
        pytest.param("", [], id="nothing"),
    ],
)
def test_each_form_has_its_elements(text: str, tree: list[Node]) -> None:
    assert markdown_tree(text) == tree


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "a <b onclick=x>b</b>",
        "<!-- a -->",
        "[a](javascript:alert(1))",
        "[a](JavaScript&colon;alert(1))",
        "[a](&#106;avascript:alert(1))",
        "[a](data:text/html,x)",
        "[a](vbscript:x)",
        "[a](file:///etc/passwd)",
        "[a](//x.org)",
        "[a](/v1/models)",
        "[a](#b)",
        "<javascript:alert(1)>",
        "![a](data:image/png;base64,AA)",
    ],
)
def test_what_could_do_something_is_text(text: str) -> None:
    assert {name for name, _ in elements(markdown_tree(text))} <= {"p"}


@given(
    st.text(st.sampled_from(list("ab \n\t`*_~#>-+|:[](){}!<>&;/\\\"'1.")), max_size=80)
)
def test_any_text_has_allowed_elements(text: str) -> None:
    for name, attributes in elements(markdown_tree(text)):
        assert name in ALLOWED
        assert attributes.keys() <= {"href", "title", "start", "align", "language"}
        assert attributes.get("href", "http:").startswith(
            ("http:", "https:", "mailto:")
        )


def test_deep_nesting_has_an_end() -> None:
    assert elements(markdown_tree("> " * 5000 + "a"))


def elements(nodes: list[Node]) -> list[tuple[str, dict[str, Any]]]:
    return list(_elements(nodes))


def _elements(nodes: list[Node]) -> Iterator[tuple[str, dict[str, Any]]]:
    for node in nodes:
        if isinstance(node, dict):
            yield (
                node["tag"],
                {k: v for k, v in node.items() if k not in ("tag", "children")},
            )
            yield from _elements(node.get("children", []))


@pytest.mark.parametrize("mark", ["*", "**", "~~"])
def test_deep_nesting_has_an_end_and_the_text_stays(mark: str) -> None:
    text = f"{mark}x " * 3000 + f"y{mark} " * 3000
    sent = json.dumps(markdown_tree(text))
    assert (sent.count("x"), sent.count("y")) == (3000, 3000)
