from __future__ import annotations

from typing import Any

import pytest
from langchain_core.messages import AIMessageChunk

from langchain_sse_chat.cli.chat.answer_view import (
    AnswerView,
    PlainStream,
    Style,
    wrapped,
)

DIM = Style(is_terminal=True, has_dim=True)
MONO = Style(is_terminal=True)
PIPE = Style(is_terminal=False, answer_only=True)


def thought(text: str) -> list[Any]:
    return [{"type": "reasoning", "reasoning": text}]


IMAGE: list[Any] = [{"type": "image", "base64": "aQ==", "mime_type": "image/png"}]


@pytest.mark.parametrize(
    ("style", "expected"),
    [
        pytest.param(
            DIM,
            "\x1b[2mLet me\x1b[22m\x1b[2m think.\x1b[22m\n\nHi you.\n"
            "\x1b[2m[image; /save keeps it]\x1b[22m\n\x1b[2mHm\n\x1b[22m\n",
            id="dim",
        ),
        pytest.param(
            MONO,
            "(reasoning) Let me think.\n\nHi you.\n[image; /save keeps it]\n"
            "(reasoning) Hm\n\n",
            id="no styles",
        ),
        pytest.param(PIPE, "Hi you.\n", id="a pipe"),
    ],
)
def test_an_answer_is_shown(style: Style, expected: str) -> None:
    view = AnswerView(style, PlainStream())
    contents: list[Any] = [
        thought("Let me"),
        thought(""),
        thought(" think."),
        "",
        "Hi ",
        "you.",
        IMAGE,
        thought("Hm\n"),
    ]
    shown = "".join(view.chunk(AIMessageChunk(content=content)) for content in contents)
    shown += view.finish()
    assert shown == expected


def test_calls_are_not_a_part_of_the_text() -> None:
    call: Any = {"type": "tool_call_chunk", "name": "f", "args": "{}", "id": "1"}
    chunk = AIMessageChunk(content="", tool_call_chunks=[{**call, "index": 0}])
    assert AnswerView(MONO, PlainStream()).chunk(chunk) == ""


def test_a_terminal_gets_no_orders_of_the_model() -> None:
    text = "a\x1b[2J\x9b1m\rb\tc\n\u202ed\x07"
    view = AnswerView(MONO, PlainStream())
    assert view.chunk(AIMessageChunk(content=text)) == "a[2J1mb\tc\nd"
    assert view.chunk(AIMessageChunk(content=thought("\x1bc"))) == "\n(reasoning) c"
    assert AnswerView(PIPE, PlainStream()).chunk(AIMessageChunk(content=text)) == text


def test_lines_are_wrapped_between_words() -> None:
    text = "one two\n\n/f    three-four\nhttp://a.example"
    expected = "one\ntwo\n\n/f\nthree-four\nhttp://a.example"
    assert wrapped(text, 5) == expected
    assert wrapped(text, 80) == text


def test_calls_and_results_are_lines() -> None:
    view = AnswerView(DIM, PlainStream())
    call = {"name": "f", "args": {"city": "Köln", "days": 2}}
    assert view.call(call) == '\x1b[2m→ f(city="Köln", days=2)\x1b[22m\n'
    assert view.result("one\n two\x1b") == "\x1b[2m← one two\x1b[22m\n"
    assert view.result("x" * 500) == f"\x1b[2m← {'x' * 197}…\x1b[22m\n"
    assert AnswerView(PIPE, PlainStream()).call(call) == ""
