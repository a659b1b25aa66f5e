"""Streams that break after the first token are resumed."""

from __future__ import annotations

import logging
from typing import Any

import httpx
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from langchain_sse_chat import (
    ChatSSE,
    ConnectionFailedError,
    Dialect,
    Provider,
    SSEChatError,
    StreamError,
)
from langchain_sse_chat.exchange.overlap import without_overlap
from tests.unit_tests.chat_models.breaking import (
    WAYS,
    Answers,
    Hasty,
    MakeChat,
    Storyteller,
    both_ways,
    broken,
    cut,
    merged,
    resuming,
    stories,
    texts,
    told_by,
    whole,
)
from tests.unit_tests.chat_models.scripted import (
    Scripted,
    chunk,
    sse,
    streamed,
)

CALL = {"index": 0, "id": "c", "function": {"name": "f", "arguments": '{"x'}}


@pytest.fixture
def make(make_chat: MakeChat) -> MakeChat:
    """Return a function that makes a model which resumes broken answers."""
    return resuming(make_chat)


@st.composite
def tellers(draw: st.DrawFn) -> Storyteller:
    """Draw a text, where it breaks off, and how much is repeated each time."""
    text = draw(stories)
    # Breaking off before the first character is another thing: a retry.
    stops = sorted(draw(st.lists(st.integers(1, len(text)), max_size=4)))
    repeated = []
    for stop in stops:
        size = draw(st.integers(0, stop))
        # Where the rest happens to begin like the end, nobody can tell how much is
        # repeated: a model that repeats nothing there cannot be understood.
        while without_overlap(text[:stop], text[stop - size :]) != text[stop:]:
            size += 1
            if size > stop:
                size = 0
                break
        repeated.append(size)
    return Storyteller(text, stops, repeated)


@given(tellers(), st.sampled_from(WAYS))
def test_every_character_comes_once(teller: Storyteller, ask: Answers) -> None:
    assume(
        all(
            without_overlap(teller.text[:stop], teller.text[stop - size :])
            == teller.text[stop:]
            for stop, size in zip(teller.stops[:-1], teller.repeated[:-1], strict=True)
        )
    )

    chunks = ask(told_by(teller))

    assert "".join(c.text for c in chunks) == teller.text
    assert merged(chunks).text == teller.text


@both_ways
def test_an_event_that_was_cut_is_asked_for_again(make: MakeChat, ask: Answers) -> None:
    event = sse(chunk({"content": ", three"}), done=False)
    chat = make(
        cut(*texts("One", ", two"), rest=event[:-9]),
        # Whole except the blank line after it: it is given out.
        cut(*texts(", two, three"), rest=event.replace(b"three", b"four").rstrip()),
        whole(*texts(", four", ", five")),
    )

    assert merged(ask(chat)).text == "One, two, three, four, five"


@both_ways
def test_what_is_held_back_is_in_the_partial(make: MakeChat, ask: Answers) -> None:
    chat = make(broken(*texts("a b a c")), broken(*texts("a b")), max_retries=1)

    with pytest.raises(ConnectionFailedError) as caught:
        ask(chat)

    assert caught.value.partial is not None
    assert caught.value.partial.text == "a b a ca b"


@both_ways
def test_what_refuses_the_rest_does_not_hide_what_broke(
    make: MakeChat, ask: Answers
) -> None:
    chat = make(
        broken(*texts("One")),
        httpx.Response(402, json={"error": {"message": "no money"}}),
    )

    with pytest.raises(ConnectionFailedError) as caught:
        ask(chat)

    assert caught.value.partial is not None
    assert caught.value.partial.text == "One"
    assert "no money" in str(caught.value.__cause__)


@both_ways
def test_an_error_in_the_stream_that_passes_is_gone_on_after(
    make: MakeChat, ask: Answers
) -> None:
    def failing(code: int) -> httpx.Response:
        return streamed(
            sse(chunk({"content": "One"}), {"error": {"code": code, "message": "x"}})
        )

    assert merged(ask(make(failing(502), whole(*texts(", two"))))).text == "One, two"
    with pytest.raises(StreamError):
        ask(make(failing(400), whole(*texts(", two"))))


@both_ways
@pytest.mark.parametrize(
    "fields",
    [
        {"on_disconnect": "raise"},
        {"max_retries": 0},
        {"response_format": {"type": "json_object"}},
    ],
)
def test_nothing_is_resumed_unless_it_was_asked_for_and_can_be(
    make: MakeChat, server: Scripted, ask: Answers, fields: dict[str, Any]
) -> None:
    with pytest.raises(ConnectionFailedError) as caught:
        ask(make(broken(*texts("One")), **fields))

    assert len(server.requests) == 1
    assert caught.value.partial is not None
    assert caught.value.partial.text == "One"


def test_a_call_may_ask_for_it_or_not(make_chat: MakeChat, server: Scripted) -> None:
    chat = make_chat(broken(*texts("a")), whole(*texts("b")), cls=Hasty, max_retries=1)
    got = [c.text for c in chat.stream("x", on_disconnect="resume")]
    assert "".join(got) == "ab"
    assert "on_disconnect" not in server.body


@both_ways
def test_half_a_tool_call_is_never_gone_on_with(
    make: MakeChat, server: Scripted, ask: Answers
) -> None:
    with pytest.raises(ConnectionFailedError) as caught:
        ask(make(broken({"content": "One"}, {"tool_calls": [CALL]})))

    assert len(server.requests) == 1
    partial = caught.value.partial
    assert partial is not None
    assert partial.tool_calls == []
    assert [call["args"] for call in partial.invalid_tool_calls] == ['{"x']


@both_ways
def test_a_call_after_the_seam_is_whole(make: MakeChat, ask: Answers) -> None:
    call = {"index": 0, "id": "c", "function": {"name": "f", "arguments": '{"x":1}'}}
    chat = make(
        broken(*texts("Let me", " see")),
        whole(*texts(" see", "."), {"tool_calls": [call]}, finish_reason="tool_calls"),
    )

    message = merged(ask(chat))

    assert message.text == "Let me see."
    assert [(c["name"], c["args"]) for c in message.tool_calls] == [("f", {"x": 1})]


@both_ways
def test_while_it_reasons_the_question_is_asked_again(
    make: MakeChat, server: Scripted, ask: Answers
) -> None:
    chat = make(
        broken({"reasoning_content": "hm"}, {"reasoning_content": ", so"}),
        whole(
            {"reasoning_content": "hm, so"},
            {"reasoning_content": " it is"},
            *texts("Yes"),
        ),
    )

    message = merged(ask(chat))

    assert message.additional_kwargs["reasoning_content"] == "hm, so it is"
    assert message.text == "Yes"
    assert message.response_metadata["resumed_at"] == [0]
    assert server.bodies[0] == server.bodies[1]


LONG = "".join(f"{number} " for number in range(16_000))


@both_ways
@pytest.mark.parametrize("key", ["content", "reasoning_content"])
def test_an_answer_that_begins_again_comes_once_however_long_it_is(
    make: MakeChat, ask: Answers, key: str
) -> None:
    def pieces(text: str, size: int) -> list[Any]:
        cut = [text[i : i + size] for i in range(0, len(text), size)]
        return [{key: part} for part in cut]

    assert len(LONG) > 65_536
    chat = make(
        broken(*pieces(LONG, 999)),
        broken(*pieces(LONG[:-9], 500)),
        whole(*pieces(LONG + "the end", 1_234), {"content": "."}),
    )

    parts = ask(chat)

    message = merged(parts)
    reasoning = message.additional_kwargs.get("reasoning_content", "")
    assert reasoning + str(message.text) == LONG + "the end."


@both_ways
def test_a_cut_is_accepted_only_when_nothing_more_can_be_had(
    make: MakeChat, server: Scripted, ask: Answers
) -> None:
    accepting = {"on_truncation": "accept", "max_retries": 1}
    chat = make(cut(*texts("One")), whole(*texts(", two")), **accepting)
    assert merged(ask(chat)).text == "One, two"

    chat = make(cut(*texts("One")), cut(*texts(", two")), **accepting)
    assert merged(ask(chat)).text == "One, two"

    server.requests.clear()
    chat = make(cut({"content": "One"}, {"tool_calls": [CALL]}), **accepting)
    message = merged(ask(chat))
    assert message.text == "One"
    assert message.tool_calls == []
    assert len(server.requests) == 1


def test_generated_files_of_all_parts_are_listed(make: MakeChat) -> None:
    dialect = Dialect(marks_generated_files=True)
    provider = Provider(name="own", api_key_required=False, dialect=dialect)
    chat = make(
        broken(*texts('<img src="1" fuse="true"/>')),
        whole(*texts('<img src="2" fuse="true"/>')),
        provider=provider,
    )

    files = merged(list(chat.stream("x"))).additional_kwargs["generated_files"]

    assert [each["file_id"] for each in files] == ["1", "2"]


async def test_every_way_to_stream_goes_on(make: MakeChat) -> None:
    def chat(**fields: Any) -> ChatSSE:
        return make(broken(*texts("One")), whole(*texts(", two")), **fields)

    assert chat(streaming=True).invoke("x").text == "One, two"
    assert (await chat(streaming=True).ainvoke("x")).text == "One, two"
    assert chat().stream_events("x", version="v3").output.text == "One, two"
    stream = await chat().astream_events("x", version="v3")
    assert (await stream.output).text == "One, two"


def test_a_resumed_answer_is_logged_without_its_text(
    make: MakeChat, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "langchain_sse_chat")

    list(make(broken(*texts("One")), whole(*texts(", two"))).stream("x"))

    [record] = [r for r in caplog.records if r.name == "langchain_sse_chat"]
    assert record.levelno == logging.INFO
    assert "resuming the answer" in record.getMessage()
    assert "One" not in record.getMessage()


def test_the_text_and_the_key_stay_out_of_errors(make: MakeChat) -> None:
    with pytest.raises(SSEChatError) as caught:
        list(make(broken(*texts("One")), max_retries=0).stream("x"))
    assert "One" not in str(caught.value)
    assert "secret-key-1234" not in repr(vars(caught.value))
