"""The content of a delta, in every form in which servers send it."""

from __future__ import annotations

from typing import Any

import pytest

from langchain_sse_chat.wire.content import as_delta, brings_only_text, split_content

IMAGE = {"type": "image_url", "image_url": {"url": "u"}}


@pytest.mark.parametrize(
    ("content", "split"),
    [
        pytest.param("a", ("a", "", []), id="a text"),
        pytest.param(None, ("", "", []), id="null"),
        pytest.param(5, ("5", "", []), id="a number"),
        pytest.param([], ("", "", []), id="an empty list"),
        pytest.param(["a", {"text": "b"}], ("ab", "", []), id="texts and parts"),
        pytest.param({"type": "text", "text": "a"}, ("a", "", []), id="a part"),
        pytest.param(
            [{"type": "thinking", "thinking": "r"}, {"type": "text", "text": "a"}],
            ("a", "r", []),
            id="reasoning before text",
        ),
        pytest.param([IMAGE, "a"], ("a", "", [IMAGE]), id="an image"),
        pytest.param([{"text": None}], ("", "", [{"text": None}]), id="a null text"),
    ],
)
def test_text_reasoning_and_other_parts_are_told_apart(
    content: Any, split: Any
) -> None:
    assert split_content(content) == split


@pytest.mark.parametrize(
    ("sent", "delta"),
    [
        pytest.param({"role": "x"}, {"role": "x"}, id="a delta"),
        pytest.param("a", {"content": "a"}, id="a text"),
        pytest.param([{"content": "a"}], {"content": "a"}, id="a delta in a list"),
        pytest.param(["a", "b"], {"content": ["a", "b"]}, id="a list of texts"),
        pytest.param([IMAGE], {"content": [IMAGE]}, id="a list of a part"),
    ],
)
def test_what_stands_in_the_place_of_a_delta_is_its_content(
    sent: Any, delta: dict[str, Any]
) -> None:
    assert as_delta(sent) == delta


@pytest.mark.parametrize(
    ("beside", "alone"),
    [
        pytest.param({}, True, id="nothing"),
        pytest.param({"role": "assistant", "refusal": None}, True, id="role and null"),
        pytest.param({"tool_calls": [], "name": ""}, True, id="empty fields"),
        pytest.param({"number": 0}, False, id="zero"),
        pytest.param({"refusal": "no"}, False, id="a refusal"),
        pytest.param({"role": "function_in_progress"}, False, id="progress"),
    ],
)
def test_a_delta_brings_only_text_when_all_else_is_empty(
    beside: dict[str, Any],
    alone: bool,
) -> None:
    assert brings_only_text({"content": "a", **beside}) is alone
