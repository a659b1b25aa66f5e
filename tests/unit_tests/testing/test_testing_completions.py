"""A chat answer as a stream and as a document."""

from __future__ import annotations

import json
from typing import Any

import pytest

from langchain_sse_chat.testing import Reply, Request
from langchain_sse_chat.testing.completions import dump_json, split_tokens


def request(**settings: Any) -> Request:
    return Request(
        number=7,
        connection=1,
        method="POST",
        path="/v1/chat/completions",
        query="",
        headers={},
        body=json.dumps(settings).encode(),
        time=0.0,
    )


def stream(reply: Reply, **settings: Any) -> list[Any]:
    """Return the chunks of the reply to a streaming request; `[DONE]` stays text."""
    body = reply.content.render(request(model="m", stream=True, **settings))
    assert body.content_type == "text/event-stream"
    assert body.chunked
    assert all(p.startswith(b"data: ") and p.endswith(b"\n\n") for p in body.parts)
    data = [part[6:-2].decode() for part in body.parts]
    return [d if d == "[DONE]" else json.loads(d) for d in data]


def document(reply: Reply, **settings: Any) -> Any:
    body = reply.content.render(request(model="m", **settings))
    assert body.content_type == "application/json"
    assert not body.chunked
    return json.loads(body.parts[0])


def deltas(chunks: list[Any]) -> list[dict[str, Any]]:
    return [c["choices"][0]["delta"] for c in chunks if c != "[DONE]" and c["choices"]]


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("", ()),
        ("Hello world", ("Hello", " world")),
        ("a\n\nb  ", ("a", "\n\nb", "  ")),
        ("abcdefghijklmnop q", ("abcdefghijkl", "mnop", " q")),
    ],
)
def test_splits_text_into_words(text: str, tokens: tuple[str, ...]) -> None:
    assert split_tokens(text) == tokens
    assert "".join(tokens) == text


def test_writes_unicode_as_it_is() -> None:
    assert dump_json({"a": "你好"}) == '{"a":"你好"}'.encode()


def test_writes_a_lone_surrogate_as_a_question_mark() -> None:
    assert dump_json("\ud83d") == b'"?"'


def test_streams_one_event_a_token_then_the_finish_reason_then_done() -> None:
    chunks = stream(Reply.text("Hello big world"))
    assert deltas(chunks) == [
        {"role": "assistant", "content": "Hello"},
        {"content": " big"},
        {"content": " world"},
        {},
    ]
    assert [c["choices"][0]["finish_reason"] for c in chunks[:-1]] == [
        *[None] * 3,
        "stop",
    ]
    assert chunks[-1] == "[DONE]"
    assert {c["id"] for c in chunks[:-1]} == {"chatcmpl-7"}
    assert {c["object"] for c in chunks[:-1]} == {"chat.completion.chunk"}
    assert {c["model"] for c in chunks[:-1]} == {"m"}


def test_gives_the_same_text_as_a_document() -> None:
    answer = document(Reply.text(["Tick", " tock"]))
    assert answer["object"] == "chat.completion"
    assert answer["choices"] == [
        {
            "index": 0,
            "message": {"role": "assistant", "content": "Tick tock"},
            "finish_reason": "stop",
        }
    ]


def test_takes_tokens_as_they_are_given() -> None:
    assert [d.get("content") for d in deltas(stream(Reply.text(["a b", "c"])))] == [
        "a b",
        "c",
        None,
    ]


def test_an_empty_answer_still_has_a_role() -> None:
    assert deltas(stream(Reply.text())) == [{"role": "assistant"}]


def test_reasoning_comes_before_the_text_under_its_key() -> None:
    reply = Reply.text("b", reasoning="think hard", reasoning_key="reasoning")
    assert deltas(stream(reply)) == [
        {"role": "assistant", "reasoning": "think"},
        {"reasoning": " hard"},
        {"content": "b"},
        {},
    ]
    message = document(reply)["choices"][0]["message"]
    assert message == {"role": "assistant", "content": "b", "reasoning": "think hard"}


def test_reasoning_has_the_usual_key_by_default() -> None:
    assert deltas(stream(Reply.text(reasoning=["x"])))[0]["reasoning_content"] == "x"


def test_streams_the_arguments_of_a_tool_call_in_pieces() -> None:
    call = {"name": "f", "arguments": {"city": "São Paulo"}, "id": "c1", "x": 1}
    chunks = stream(Reply.text(tool_calls=[call]))
    first, *rest = [d["tool_calls"][0] for d in deltas(chunks)[:-1]]
    assert first == {
        "index": 0,
        "id": "c1",
        "type": "function",
        "function": {"name": "f", "arguments": ""},
        "x": 1,
    }
    assert len(rest) > 1
    assert all(set(part) == {"index", "function"} for part in rest)
    text = "".join(part["function"]["arguments"] for part in rest)
    assert text == '{"city": "São Paulo"}'
    assert chunks[-2]["choices"][0]["finish_reason"] == "tool_calls"


def test_gives_tool_calls_in_a_document_with_ids_of_its_own() -> None:
    reply = Reply.text(tool_calls=[{"name": "f"}, {"name": "g", "arguments": "{oops"}])
    choice = document(reply)["choices"][0]
    assert choice["finish_reason"] == "tool_calls"
    assert choice["message"] == {
        "role": "assistant",
        "content": None,
        "tool_calls": [
            {
                "id": "call_7_0",
                "type": "function",
                "function": {"name": "f", "arguments": "{}"},
            },
            {
                "id": "call_7_1",
                "type": "function",
                "function": {"name": "g", "arguments": "{oops"},
            },
        ],
    }


def test_a_tool_call_needs_a_name() -> None:
    with pytest.raises(KeyError, match="name"):
        Reply.text(tool_calls=[{"arguments": {}}])


def test_takes_the_finish_reason_that_is_given() -> None:
    reply = Reply.text("a", finish_reason="content_filter")
    assert stream(reply)[-2]["choices"][0]["finish_reason"] == "content_filter"
    assert document(reply)["choices"][0]["finish_reason"] == "content_filter"


def test_sends_no_finish_reason_when_it_is_none() -> None:
    chunks = stream(Reply.text("a", finish_reason=None))
    assert deltas(chunks) == [{"role": "assistant", "content": "a"}]
    assert chunks[-1] == "[DONE]"


def test_leaves_done_out() -> None:
    assert "[DONE]" not in stream(Reply.text("a", done=False))


def test_answers_as_the_model_that_is_given_with_further_keys() -> None:
    reply = Reply.text("a", model="m-2025", extra={"provider": "p", "id": "x"})
    chunk = stream(reply)[0]
    assert (chunk["model"], chunk["provider"], chunk["id"]) == ("m-2025", "p", "x")
    answer = document(reply)
    assert (answer["model"], answer["provider"]) == ("m-2025", "p")


ASKED = {"stream_options": {"include_usage": True}}


@pytest.mark.parametrize(
    ("when", "settings", "sent"),
    [
        ("asked", {}, False),
        ("asked", {"stream_options": {"include_usage": False}}, False),
        ("asked", {"stream_options": None}, False),
        ("asked", ASKED, True),
        ("always", {}, True),
        ("never", ASKED, False),
    ],
)
def test_streams_usage_in_a_chunk_without_choices(
    when: Any, settings: dict[str, Any], sent: bool
) -> None:
    usage = {"prompt_tokens": 9}
    chunks = stream(Reply.text("a", usage=usage, send_usage=when), **settings)
    last = chunks[-2]
    assert ("usage" in last) is sent
    if sent:
        assert last["choices"] == []
        assert last["usage"] == usage
    assert not any("usage" in chunk for chunk in chunks[:-2])


def test_a_document_has_usage_unless_never() -> None:
    assert document(Reply.text("a", usage={"x": 1}))["usage"] == {"x": 1}
    assert "usage" not in document(Reply.text("a", send_usage="never"))


def test_counts_what_it_sends_when_no_usage_is_given() -> None:
    reply = Reply.text("a b", reasoning="c", tool_calls=[{"name": "f"}])
    messages = [{"role": "user", "content": "x y z"}]
    assert document(reply, messages=messages)["usage"] == {
        "prompt_tokens": 5,
        "completion_tokens": 4,
        "total_tokens": 9,
        "completion_tokens_details": {"reasoning_tokens": 1},
    }


def test_gives_as_many_choices_as_asked_for() -> None:
    chunks = stream(Reply.text("a"), n=2)
    assert [c["choices"][0]["index"] for c in chunks[:-1]] == [0, 1, 0, 1]
    answer = document(Reply.text("a"), n=2)
    assert [choice["index"] for choice in answer["choices"]] == [0, 1]
    assert answer["usage"]["completion_tokens"] == 2


@pytest.mark.parametrize("n", [0, None, "2"])
def test_gives_one_choice_for_an_odd_number(n: Any) -> None:
    assert len(document(Reply.text("a"), n=n)["choices"]) == 1


def test_a_body_that_is_no_object_asks_for_nothing() -> None:
    odd = request()
    odd.body = b"[1]"
    assert odd.settings() == {}
    odd.body = b"{oops"
    assert odd.settings() == {}
    with pytest.raises(ValueError, match="Expecting"):
        odd.json()
