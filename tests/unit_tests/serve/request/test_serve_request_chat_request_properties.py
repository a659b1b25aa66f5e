"""Any body is accepted or refused; an accepted conversation keeps its meaning."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from langchain_sse_chat.dialect import Dialect
from langchain_sse_chat.request.messages import messages_to_wire
from langchain_sse_chat.serve.failure.failure import RequestRefused
from langchain_sse_chat.serve.request.chat_request import (
    read_chat_request,
    read_plain_request,
)
from langchain_sse_chat.serve.request.fields import KNOWN
from tests.unit_tests.serve.bodies import JSON, read

DIALECT = Dialect(
    supports_developer=True,
    tool_media=True,
    reasoning_echo="always",
)
"""A server that accepts all that OpenAI's API describes, and reasoning."""

TEXTS = st.text(max_size=8)
NAMES = st.text("abcXYZ019_-", min_size=1, max_size=8)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | TEXTS
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3)
    ),
    max_leaves=8,
)

WORDS = st.sampled_from(
    sorted(
        KNOWN
        | {"role", "content", "tool_calls", "function", "id", "name", "arguments"}
        | {"type", "text", "image_url", "url", "file", "tool_call_id", "refusal"}
        | {"json_schema", "custom", "input", "include_usage", "reasoning", "message"}
    )
)
MEANINGFUL = st.sampled_from(
    [
        *("user", "assistant", "tool", "system", "function", "custom", "text"),
        *("image_url", "file", "refusal", "json_schema", "auto"),
        *("https://a/b", "data:a/b,c", "{", "{}"),
    ]
)
PLAUSIBLE = st.recursive(
    SCALARS | MEANINGFUL,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=5)
    ),
    max_leaves=25,
)
BODIES = VALUES | PLAUSIBLE | st.dictionaries(WORDS, PLAUSIBLE, max_size=6)

MESSAGES_AT_FAULT = re.compile(r"messages(\[\d+\](\.content\[\d+\])?)?")


def refusal_of(
    body: bytes, content_type: str | None, *, plain: bool, query: str = ""
) -> Any:
    """Return the failure of a request, `None` if it is accepted."""
    try:
        if plain:
            read_plain_request(body, content_type, query=query)
        else:
            read_chat_request(body, content_type)
    except RequestRefused as refused:
        return refused.failure
    return None


@given(BODIES, st.booleans())
def test_any_json_is_accepted_or_refused(value: Any, plain: bool) -> None:
    failure = refusal_of(json.dumps(value).encode(), JSON, plain=plain)

    if failure is not None:
        assert failure.status == 400
        assert json.loads(json.dumps(failure.body()))["error"]["message"]
        if str(failure.param).startswith("messages"):
            assert MESSAGES_AT_FAULT.fullmatch(failure.param)


@given(st.lists(PLAUSIBLE, min_size=1, max_size=3), st.booleans())
def test_any_message_is_accepted_or_refused(messages: list[Any], plain: bool) -> None:
    failure = refusal_of(json.dumps({"messages": messages}).encode(), JSON, plain=plain)

    # A number that is not JSON is not in a place.
    if failure is not None and failure.code != "invalid_body":
        assert MESSAGES_AT_FAULT.fullmatch(failure.param)


@given(
    st.binary(max_size=40),
    st.sampled_from([JSON, "text/plain", "application/x-www-form-urlencoded", None]),
    st.booleans(),
)
def test_any_bytes_are_accepted_or_refused(
    body: bytes, content_type: str | None, plain: bool
) -> None:
    failure = refusal_of(body, content_type, plain=plain)
    assert failure is None or failure.status in {400, 415}


@given(st.text(max_size=40))
def test_any_query_is_accepted_or_refused(query: str) -> None:
    failure = refusal_of(b"", None, plain=True, query=query)
    assert failure is None or failure.status == 400


def parts(*kinds: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.lists(st.one_of(*kinds), min_size=1, max_size=3)


TEXT_PART = st.fixed_dictionaries({"type": st.just("text"), "text": TEXTS})
IMAGE = st.sampled_from(
    [
        {"type": "image_url", "image_url": {"url": "https://a/b", "detail": "low"}},
        {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA=="}},
    ]
)
MEDIA = IMAGE | st.sampled_from(
    [
        {"type": "input_audio", "input_audio": {"data": "AA==", "format": "wav"}},
        {"type": "file", "file": {"file_id": "f"}},
        {"type": "file", "file": {"file_data": "AA==", "filename": "a.pdf"}},
    ]
)
REFUSAL = st.fixed_dictionaries(
    {"type": st.just("refusal"), "refusal": st.text(min_size=1, max_size=8)}
)
NAMED = {"name": NAMES}
ARGUMENTS = st.dictionaries(TEXTS, st.integers() | TEXTS, max_size=2).map(json.dumps)


def message(
    role: str, content: st.SearchStrategy[Any], **more: Any
) -> st.SearchStrategy[Any]:
    return st.fixed_dictionaries(
        {"role": st.just(role), "content": content}, optional={**NAMED, **more}
    )


ASKING = st.one_of(
    message("system", TEXTS | parts(TEXT_PART)),
    message("developer", TEXTS),
    message("user", TEXTS | parts(TEXT_PART, MEDIA)),
)
ANSWER = message(
    "assistant",
    TEXTS | parts(TEXT_PART, REFUSAL),
    refusal=st.text(min_size=1, max_size=8),
    reasoning_content=st.text(min_size=1, max_size=8),
)


@st.composite
def turns_with_calls(draw: st.DrawFn) -> list[Any]:
    """Return an answer with calls, and their results."""
    # Servers need each ID once in a conversation, so a repeated one is replaced.
    ids = draw(st.lists(st.uuids().map(str), min_size=1, max_size=3, unique=True))
    calls = [
        {
            "id": call_id,
            "type": "function",
            "function": {"name": draw(NAMES), "arguments": draw(ARGUMENTS)},
        }
        for call_id in ids
    ]
    answer = {
        "role": "assistant",
        "content": draw(st.none() | st.text(min_size=1, max_size=8)),
        "reasoning": draw(st.text(min_size=1, max_size=8)),
        "tool_calls": calls,
    }
    results = [
        {
            "role": "tool",
            "tool_call_id": call["id"],
            "content": draw(TEXTS | parts(TEXT_PART, IMAGE)),
        }
        for call in calls
    ]
    return [answer, *results]


CONVERSATIONS = st.lists(
    ASKING.map(lambda one: [one]) | ANSWER.map(lambda one: [one]) | turns_with_calls(),
    min_size=1,
    max_size=5,
).map(lambda turns: [message for turn in turns for message in turn])


@given(CONVERSATIONS)
def test_an_accepted_conversation_is_sent_on_with_the_same_meaning(
    messages: list[Any],
) -> None:
    sent = messages_to_wire(read(messages=messages).messages, DIALECT)

    assert [meaning(one) for one in sent] == [meaning(one) for one in messages]


def meaning(sent: dict[str, Any]) -> dict[str, Any]:
    """Return a message on the wire in the one form that all its spellings have."""
    content = sent.get("content") or ""
    listed = [content] if isinstance(content, str) else content
    texts = [one if isinstance(one, str) else one.get("text", "") for one in listed]
    media = [
        one for one in listed if isinstance(one, dict) and one["type"] in MEDIA_TYPES
    ]
    refusals = [one.get("refusal", "") for one in listed if isinstance(one, dict)]
    calls = [
        (one["id"], one["function"]["name"], json.loads(one["function"]["arguments"]))
        for one in sent.get("tool_calls", [])
    ]
    return {
        "role": sent["role"],
        "name": sent.get("name"),
        # Texts are joined with a line break, or without one in an answer.
        "text": "".join("".join(texts).split()),
        "media": media,
        "refusal": sent.get("refusal", "") + "".join(refusals),
        "reasoning": sent.get("reasoning") or sent.get("reasoning_content"),
        "calls": calls,
        "result of": sent.get("tool_call_id"),
    }


MEDIA_TYPES = {"image_url", "input_audio", "file"}


@pytest.mark.parametrize("policy", ["tool_turns", "always"])
def test_reasoning_is_sent_back_under_the_key_of_the_client(policy: Any) -> None:
    call = {"id": "1", "function": {"name": "f", "arguments": "{}"}}
    asked = [
        {"role": "user", "content": "a"},
        {"role": "assistant", "reasoning_content": "Hm", "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "1", "content": "3"},
    ]
    dialect = replace(DIALECT, reasoning_echo=policy)
    _, answer, _ = messages_to_wire(read(messages=asked).messages, dialect)

    assert answer["reasoning_content"] == "Hm"


def test_a_signature_goes_back_with_its_call() -> None:
    signed = {"google": {"thought_signature": "s"}}
    function = {"name": "f", "arguments": "{}"}
    call = {"id": "1", "function": function, "extra_content": signed}
    asked = [
        {"role": "assistant", "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "1", "content": "3"},
    ]
    answer, _ = messages_to_wire(read(messages=asked).messages, DIALECT)

    assert answer["tool_calls"] == [{**call, "type": "function"}]


def test_a_custom_call_and_a_broken_call_go_back() -> None:
    custom = {"id": "1", "type": "custom", "custom": {"name": "c", "input": "1 + 1"}}
    broken = {"id": "2", "function": {"name": "f", "arguments": '{"a": '}}
    asked = [
        {"role": "assistant", "tool_calls": [custom, broken]},
        {"role": "tool", "tool_call_id": "1", "content": "2"},
        {"role": "tool", "tool_call_id": "2", "content": "Broken."},
    ]
    answer, *results = messages_to_wire(read(messages=asked).messages, DIALECT)

    assert [call["id"] for call in answer["tool_calls"]] == ["1", "2"]
    assert answer["tool_calls"][0] == custom
    assert answer["tool_calls"][1]["function"]["arguments"] == "{}"
    assert [result["content"] for result in results] == ["2", "Broken."]
