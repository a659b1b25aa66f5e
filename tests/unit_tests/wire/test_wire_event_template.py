"""Events that differ in their text only are read as all others are."""

from __future__ import annotations

import json
from typing import Any

import pytest

from langchain_sse_chat.wire.deltas import Delta, ToolCallDelta
from langchain_sse_chat.wire.event_template import EventTemplate, template_of


def chunk(content: Any, /, **fields: Any) -> dict[str, Any]:
    choice = {"index": 0, "delta": {"content": content}, "finish_reason": None}
    return {"id": "1", "model": "m", "choices": [choice | fields.pop("choice", {})]} | (
        fields
    )


def dumped(value: Any, **options: Any) -> str:
    text = json.dumps(value, **{"ensure_ascii": False, **options})
    # A lone surrogate can come as an escape only.
    return text.encode("utf-8", "backslashreplace").decode()


def learned(value: Any, text: str = "a", **options: Any) -> EventTemplate | None:
    data = dumped(value, **options)
    return template_of(data, value, text)


@pytest.mark.parametrize("options", [{}, {"separators": (",", ":")}, {"indent": 1}])
@pytest.mark.parametrize("ensure_ascii", [True, False])
@pytest.mark.parametrize(
    "text",
    [
        *("b", " word", "два", "四", "👍", "it's", "<b>", "0"),
        *("\n", 'say "a"', "C:\\", "\u00a0", "\x7f", '", "content": "x'),
    ],
)
def test_gives_the_text_of_an_event_that_differs_in_it(
    options: dict[str, Any], text: str, ensure_ascii: bool
) -> None:
    options = {**options, "ensure_ascii": ensure_ascii}
    template = learned(chunk("a"), **options)
    assert template is not None
    assert template.text_of(dumped(chunk(text), **options)) == text
    # One that is learned of such a text is the same.
    template = learned(chunk(text), text, **options)
    assert template is not None
    assert template.text_of(dumped(chunk("a"), **options)) == "a"


@pytest.mark.parametrize("text", ["", "\ud83d", "a\udc4d"])
def test_leaves_halves_of_characters_and_no_text_to_the_reader(text: str) -> None:
    template = learned(chunk("a"))
    assert template is not None
    assert template.text_of(json.dumps(chunk(text))) is None


@pytest.mark.parametrize("text", ["\n", "\t", "\x00", "\\x", "\\u12"])
def test_leaves_what_is_not_json_to_the_reader(text: str) -> None:
    template = learned(chunk("a"))
    assert template is not None
    assert template.text_of(dumped(chunk("@")).replace("@", text)) is None


@pytest.mark.parametrize("options", [{}, {"separators": (",", ":")}, {"indent": 1}])
@pytest.mark.parametrize("key", ["obfuscation", "p"])
def test_reads_past_padding(key: str, options: dict[str, Any]) -> None:
    template = learned(chunk("a", **{key: "XyZ"}), **options)
    assert template is not None
    for text, padding in [(" b", "q"), ("\n", ""), ('"', "XyZw\n")]:
        data = dumped(chunk(text, **{key: padding}), **options)
        assert template.text_of(data) == text
    events = [dumped(chunk(t, **{key: t * 2}), **options) for t in "bcd"]
    if "indent" not in options:
        read = "".join(f"data: {event}\n\n" for event in events).encode()
        assert template.texts_in(read) == list("bcd")
    assert template.text_of(dumped(chunk("b"), **options)) is None
    with_more = dumped(chunk("b", **{key: "q"}, x=1), **options)
    assert template.text_of(with_more) is None
    assert template.text_of(with_more[:-2]) is None


@pytest.mark.parametrize(
    ("value", "other"),
    [
        pytest.param(
            chunk("a", choice={"note": {"p": "x"}}),
            chunk("a", choice={"note": "y"}),
            id="in a choice",
        ),
        pytest.param(
            chunk("a", p="x", q={"p": "x"}),
            chunk("a", p="x", q={"p": "y"}),
            id="in another field",
        ),
        pytest.param(chunk("a", p=1), chunk("a", p=2), id="number"),
        pytest.param(chunk("a", p=["p"]), chunk("a", p=["q"]), id="list"),
        pytest.param(chunk("a", q="x"), chunk("a", q="y"), id="field of another name"),
    ],
)
def test_only_padding_beside_the_choices_may_differ(
    value: dict[str, Any], other: dict[str, Any]
) -> None:
    template = learned(value)
    assert template is None or template.text_of(dumped(other)) is None


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(chunk("b", id="2"), id="id"),
        pytest.param(chunk("b", usage={"prompt_tokens": 1}), id="usage"),
        pytest.param(chunk("b", choice={"finish_reason": "stop"}), id="finish reason"),
        pytest.param({"id": "1"}, id="no choices"),
    ],
)
def test_leaves_events_that_differ_elsewhere_to_the_reader(
    other: dict[str, Any],
) -> None:
    template = learned(chunk("a"))
    assert template is not None
    assert template.text_of(dumped(other)) is None


def test_sides_that_overlap_are_no_text() -> None:
    template = learned(chunk("a"), separators=(",", ":"))
    data = dumped(chunk("a"), separators=(",", ":"))
    assert template is not None
    assert template.text_of(data.replace('"a"', '"')) is None


@pytest.mark.parametrize(
    ("value", "text"),
    [
        pytest.param(chunk("a", usage={"prompt_tokens": 1}), "a", id="usage"),
        pytest.param(
            chunk("a", choice={"finish_reason": "stop"}), "a", id="finish reason"
        ),
        pytest.param(
            chunk("a", choice={"logprobs": {"content": []}}), "a", id="logprobs"
        ),
        pytest.param(chunk("a", choices=[]), "a", id="no choice"),
        pytest.param(chunk("a", choices={}), "a", id="choices are an object"),
        pytest.param(chunk("a", content="a"), "a", id="text in another field"),
        pytest.param(chunk("a", note='"'), "a", id="quote in another field"),
        pytest.param(chunk("a"), "b", id="text of another event"),
        pytest.param(chunk(["a"]), "a", id="text in a list"),
    ],
)
def test_learns_of_plain_texts_only(value: dict[str, Any], text: str) -> None:
    assert learned(value, text) is None


@pytest.mark.parametrize("key", ["reasoning_content", "reasoning", "reasoning_text"])
@pytest.mark.parametrize("beside", [{}, {"content": None}, {"content": ""}])
def test_learns_of_reasoning_too(key: str, beside: dict[str, Any]) -> None:
    value = chunk("", choice={"delta": {**beside, key: "a"}})
    template = template_of(dumped(value), value, Delta(reasoning="a"))
    assert template is not None
    assert template.kind == "reasoning"
    value = chunk("", choice={"delta": {**beside, key: " b"}})
    assert template.text_of(dumped(value)) == " b"


@pytest.mark.parametrize(
    ("delta", "out"),
    [
        pytest.param({"content": "a"}, Delta(reasoning="a"), id="content"),
        pytest.param({"reasoning": "a"}, "a", id="reasoning read as text"),
        pytest.param(
            {"reasoning": "a", "reasoning_content": "a"},
            Delta(reasoning="a"),
            id="two keys",
        ),
        pytest.param(
            {"reasoning": "a", "refusal": "a"},
            Delta(reasoning="a", refusal="a"),
            id="refusal next to it",
        ),
        pytest.param(
            {"reasoning": "a"}, Delta("b", reasoning="a"), id="text next to it"
        ),
        pytest.param({"reasoning_details": "a"}, Delta(reasoning="a"), id="details"),
        pytest.param(None, Delta(reasoning="a"), id="no delta"),
        pytest.param([1], "a", id="list"),
        pytest.param("a", "a", id="text"),
    ],
)
def test_learns_of_plain_reasoning_only(delta: Any, out: str | Delta) -> None:
    value = chunk("", choice={"delta": delta})
    assert template_of(dumped(value), value, out) is None


def arguments_delta(text: Any = "a", **fields: Any) -> dict[str, Any]:
    function = {"arguments": text, **fields.pop("function", {})}
    return {"tool_calls": [{"index": 0, "function": function, **fields}]}


REST = Delta(tool_calls=[ToolCallDelta(0, None, None, "a")])


@pytest.mark.parametrize(
    "beside",
    [
        {},
        {"id": None, "type": "function"},
        {"id": "", "type": "", "function": {"name": ""}},
        {"index": None, "type": None, "function": {"name": None}},
    ],
)
def test_learns_of_arguments_too(beside: dict[str, Any]) -> None:
    value = chunk("", choice={"delta": arguments_delta(**beside)})
    template = template_of(dumped(value), value, REST)
    assert template is not None
    assert template.kind == "arguments"
    value = chunk("", choice={"delta": arguments_delta('{"b": ', **beside)})
    assert template.text_of(dumped(value)) == '{"b": '


@pytest.mark.parametrize(
    ("delta", "out"),
    [
        pytest.param(arguments_delta(id="c1"), REST, id="with an id"),
        pytest.param(arguments_delta(type="custom"), REST, id="another type"),
        pytest.param(arguments_delta(x=1), REST, id="another field"),
        pytest.param(arguments_delta(function={"name": "n"}), REST, id="with a name"),
        pytest.param(arguments_delta(function={"x": 1}), REST, id="field of function"),
        pytest.param(arguments_delta({"a": 1}), REST, id="object"),
        pytest.param(arguments_delta("b"), REST, id="read as another text"),
        pytest.param(arguments_delta(), Delta("t", tool_calls=REST.tool_calls), id="t"),
        pytest.param(arguments_delta(), Delta(), id="nothing read"),
        pytest.param(
            arguments_delta(),
            Delta(tool_calls=[ToolCallDelta(0, "c1", "pay", "a")]),
            id="start of a call",
        ),
        pytest.param(
            {"tool_calls": arguments_delta()["tool_calls"] * 2}, REST, id="two entries"
        ),
        pytest.param(
            {"tool_calls": arguments_delta()["tool_calls"][0]}, REST, id="no list"
        ),
        pytest.param({"tool_calls": [{"index": 0}]}, REST, id="no function"),
        pytest.param({"function_call": {"arguments": "a"}}, REST, id="function_call"),
    ],
)
def test_learns_of_plain_arguments_only(delta: Any, out: Delta) -> None:
    value = chunk("", choice={"delta": delta})
    assert template_of(dumped(value), value, out) is None


def test_learns_nothing_of_an_image() -> None:
    image = "QUJD" * 1024
    assert learned(chunk(image), image) is not None
    assert learned(chunk(image + "="), image + "=") is None


@pytest.mark.parametrize("end", ["\n\n", "\r\n\r\n"])
@pytest.mark.parametrize("texts", [["b"], ["b", " c"], ["два", "四", "👍"]])
def test_gives_the_texts_of_a_read_of_such_events(end: str, texts: list[str]) -> None:
    template = learned(chunk("a"))
    assert template is not None
    read = "".join(f"data: {dumped(chunk(text))}{end}" for text in texts)
    assert template.texts_in(read.encode()) == texts
    assert template.texts_in(read.encode()) == texts


@pytest.mark.parametrize(
    "read",
    [
        "data: {0}\n\ndata: {0}",
        "data: {0}\n",
        "data:{0}\n\n",
        "{0}\n\n",
        ": ping\n\ndata: {0}\n\n",
        "data: {0}\n\n: ping\n\n",
        "data: {0}\n\ndata: {0}\n\ndata: [DONE]\n\n",
        "data: {0}\n\nevent: error\ndata: {0}\n\n",
        "data: {0}\n\ndata: x\n\ndata: {0}\n\n",
        "data: {0}\n\nid: 1\ndata: {0}\n\n",
        "data: {0}\n\ndata: {0}\r\n\r\n",
        "data: {0}\n\ndata: {1}\n\n",
        "data: {1}\n\n",
        "data: {2}\n\n",
        "data: {0}\n\ndata: {2}\n\ndata: {0}\n\n",
        "data: {3}\n\n",
        "data: {0}\n\ndata: {3}\n\n",
        "data: {4}\n\n",
        "",
        "\n\n",
    ],
)
def test_leaves_other_reads_to_the_decoder(read: str) -> None:
    template = learned(chunk("a"))
    assert template is not None
    overlapping = dumped(chunk("a")).replace('"a"', '"')
    events = [chunk("b"), chunk("b", id="2"), chunk(""), chunk("@")]
    frames = [event.replace("@", "\\x") for event in map(dumped, events)]
    data = read.format(*frames, overlapping).encode()
    assert template.texts_in(data) is None
