"""An answer has the same content blocks in every method."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import httpx
from hypothesis import given, settings
from hypothesis import strategies as st
from langchain_core.messages import (
    AIMessage,
    BaseMessage,
    ToolMessage,
)

from langchain_sse_chat import ChatSSE
from tests.unit_tests.chat_models.block_ways import (
    Way,
    by_aevents,
    by_astream,
    by_events,
    by_invoke,
    by_stream,
    every_way,
    in_any_order,
    merged,
    model,
    with_one_reasoning,
)
from tests.unit_tests.chat_models.scripted import chunk, completion, sse, streamed

PNG = "data:image/png;base64,iVBO"
IMAGE = {"type": "image_url", "image_url": {"url": PNG}, "index": 0}
SOURCE = {
    "type": "url_citation",
    "url_citation": {"url": "https://x.example/a", "title": "A", "end_index": 4},
}


def sent_back(messages: list[BaseMessage]) -> list[dict[str, Any]]:
    """Return the messages as they leave for the server."""
    requests: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        return streamed(sse(chunk({"content": "ok"}, finish_reason="stop")))

    client = httpx.Client(transport=httpx.MockTransport(answer))
    ChatSSE(model="m", base_url="http://test/v1", http_client=client).invoke(messages)
    sent: list[dict[str, Any]] = json.loads(requests[0].content)["messages"]
    return sent


@every_way
def test_images_come_after_the_text(way: Way) -> None:
    body = sse(
        chunk({"content": "A "}),
        chunk({"images": [IMAGE]}),
        chunk({"content": "cat."}),
        chunk({"images": [{"image_url": {"url": "https://x.example/2.png"}}]}),
        chunk(finish_reason="stop"),
    )

    assert way(body) == [
        {"type": "text", "text": "A cat."},
        {"type": "image", "base64": "iVBO", "mime_type": "image/png"},
        {"type": "image", "url": "https://x.example/2.png"},
    ]


@every_way
def test_an_answer_may_be_an_image_only(way: Way) -> None:
    body = sse(chunk({"content": "", "images": [IMAGE]}), chunk(finish_reason="stop"))

    assert way(body) == [{"type": "image", "base64": "iVBO", "mime_type": "image/png"}]


@every_way
def test_sound_comes_whole_with_its_transcript(way: Way) -> None:
    body = sse(
        chunk({"audio": {"id": "audio_1", "transcript": "Good "}}),
        chunk({"audio": {"data": "AAA="}}),
        chunk({"audio": {"transcript": "day."}}),
        chunk({"audio": {"data": "AQE="}}),
        chunk({"audio": {"expires_at": 1729}}),
        chunk(finish_reason="stop"),
    )

    assert way(body) == [
        {
            "type": "audio",
            "id": "audio_1",
            "base64": "AAABAQ==",
            "mime_type": "audio/pcm",
            "extras": {"transcript": "Good day.", "expires_at": 1729},
        }
    ]


@every_way
def test_sources_stand_on_the_text(way: Way) -> None:
    body = sse(
        chunk({"content": "So [1]"}),
        chunk({"content": ".", "annotations": [SOURCE]}),
        chunk(finish_reason="stop", citations=["https://x.example/b"]),
    )

    assert way(body) == [
        {
            "type": "text",
            "text": "So [1].",
            "annotations": [
                {
                    "type": "citation",
                    "url": "https://x.example/a",
                    "title": "A",
                    "end_index": 4,
                },
                {"type": "citation", "url": "https://x.example/b"},
            ],
        }
    ]


@every_way
def test_content_parts_of_other_kinds_are_kept(way: Way) -> None:
    reference = {"type": "reference", "reference_ids": [1]}
    body = sse(
        chunk({"content": [{"type": "text", "text": "So"}, reference]}),
        chunk(finish_reason="stop"),
    )

    assert way(body) == [
        {"type": "text", "text": "So"},
        {"type": "non_standard", "value": reference},
    ]


@every_way
def test_reasoning_text_and_parallel_calls_stay_apart(way: Way) -> None:
    def call(index: int, arguments: str, **first: Any) -> dict[str, Any]:
        name = {"name": first["id"]} if first else {}
        function = {**name, "arguments": arguments}
        return {"tool_calls": [{"index": index, **first, "function": function}]}

    body = sse(
        chunk({"reasoning_content": "Hm"}),
        chunk({"reasoning_content": "m."}),
        chunk({"content": "I "}),
        chunk({"content": "ask."}),
        chunk(call(0, '{"x": ', id="a")),
        chunk(call(1, '{"y": ', id="b")),
        chunk(call(0, "1}")),
        chunk(call(1, "2}")),
        chunk(finish_reason="tool_calls"),
    )

    assert way(body) == [
        {"type": "reasoning", "reasoning": "Hmm."},
        {"type": "text", "text": "I ask."},
        {"type": "tool_call", "id": "a", "name": "a", "args": {"x": 1}},
        {"type": "tool_call", "id": "b", "name": "b", "args": {"y": 2}},
    ]


def test_a_whole_answer_has_the_blocks_of_its_stream() -> None:
    message = {
        "content": "A cat.",
        "reasoning": "Hmm.",
        "refusal": "no more",
        "images": [IMAGE],
        "annotations": [SOURCE],
    }
    whole = json.dumps(completion(message)).encode()
    pieces = sse(
        *(chunk({k: v}) for k, v in message.items()), chunk(finish_reason="stop")
    )

    blocks = by_invoke(whole)

    assert blocks == by_stream(pieces) == by_invoke(pieces) == by_stream(whole)
    assert [block["type"] for block in blocks] == [
        "reasoning",
        "text",
        "refusal",
        "image",
    ]
    assert blocks[2] == {"type": "refusal", "refusal": "no more"}


def test_every_chunk_has_the_blocks_of_what_it_brings() -> None:
    body = sse(
        chunk({"reasoning": "r"}),
        chunk({"content": "a"}),
        chunk({"images": [IMAGE]}),
        chunk(finish_reason="stop"),
    )

    chunks: Any = list(model(body).stream("Hello"))

    assert [c.content_blocks for c in chunks] == [
        [{"type": "reasoning", "reasoning": "r", "index": "lc_rs_0"}],
        [{"type": "text", "text": "a", "index": "lc_txt_0"}],
        [
            {
                "type": "image",
                "base64": "iVBO",
                "mime_type": "image/png",
                "index": "lc_image_0",
            }
        ],
    ]


def test_the_server_s_own_fields_stay_beside_the_blocks() -> None:
    body = sse(
        chunk({"content": "a", "images": [IMAGE], "annotations": [SOURCE]}),
        chunk(finish_reason="stop", citations=["https://x.example/b"]),
    )

    message: AIMessage = model(body).invoke("Hello")

    assert message.additional_kwargs == {"images": [IMAGE], "annotations": [SOURCE]}
    assert message.response_metadata["citations"] == ["https://x.example/b"]


def test_an_answer_in_blocks_goes_back_as_the_same_answer_in_text_does() -> None:
    function = {"name": "f", "arguments": '{"x": 1}'}
    body = sse(
        chunk({"reasoning_content": "Hm."}),
        chunk({"content": "So [1]", "annotations": [SOURCE]}),
        chunk({"content": "."}),
        chunk({"tool_calls": [{"index": 0, "id": "c", "function": function}]}),
        chunk({"audio": {"id": "audio_1", "data": "AAAA"}}),
        chunk(finish_reason="tool_calls"),
    )
    in_blocks = model(body, output_version="v1")
    chunks: Any = list(in_blocks.stream("Hello"))
    answers: list[Any] = [
        model(body).invoke("Hello"),
        in_blocks.invoke("Hello"),
        merged(chunks),
        model(body).stream_events("Hello", version="v3").output,
    ]
    result = ToolMessage("1", tool_call_id="c")

    plain, *others = [sent_back([answer, result]) for answer in answers]

    assert plain[0]["content"] == "So [1]."
    assert plain[0]["audio"] == {"id": "audio_1"}
    assert [call["id"] for call in plain[0]["tool_calls"]] == ["c"]
    assert others == [plain] * 3


def test_a_call_that_was_cut_is_never_a_call() -> None:
    """LangChain leaves it a chunk in the content of a merged stream of version 1."""
    function = {"name": "f", "arguments": '{"to": "alice", "sum'}
    body = sse(
        chunk({"tool_calls": [{"index": 0, "id": "c", "function": function}]}),
        chunk(finish_reason="length"),
    )
    in_blocks = model(body, output_version="v1")
    chunks: Any = list(in_blocks.stream("Hello"))
    answers: dict[str, Any] = {
        "invalid_tool_call": in_blocks.invoke("Hello"),
        "tool_call_chunk": merged(chunks),
    }

    for kind, answer in answers.items():
        assert [block["type"] for block in answer.content] == [kind]
        assert [call["id"] for call in answer.invalid_tool_calls] == ["c"]
        assert answer.tool_calls == []
    assert [block["type"] for block in by_events(body)] == ["invalid_tool_call"]
    assert [block["type"] for block in by_stream(body)] == ["invalid_tool_call"]


def numbered(kind: str) -> st.SearchStrategy[dict[str, Any]]:
    """Return deltas with an image, a source or a part, told apart by numbers."""
    makers: dict[str, Callable[[int], dict[str, Any]]] = {
        "image": lambda n: {
            "images": [{"image_url": {"url": f"https://x.example/{n}"}}]
        },
        "source": lambda n: {"annotations": [{"url": f"https://x.example/{n}"}]},
        "part": lambda n: {"content": [{"type": "reference", "reference_ids": [n]}]},
    }
    return st.integers(0, 9).map(makers[kind])


PIECES = {
    0: ['{"x": [1, ', '"é"', "]}"],
    1: ["{}"],
    2: ['{"', 'y": {"z', '": null}', "}"],
}
"""The arguments of three tool calls, as they come."""

DELTAS = st.lists(
    st.one_of(
        st.text(min_size=1).map(lambda text: {"content": text}),
        st.text(min_size=1).map(lambda text: {"reasoning": text}),
        *(numbered(kind) for kind in ("image", "source", "part")),
        st.sampled_from(sorted(PIECES)),
    ),
    min_size=1,
    max_size=12,
)


def with_calls(deltas: list[dict[str, Any] | int]) -> list[dict[str, Any]]:
    """Return the deltas with the next piece of a call instead of its number."""
    begun: dict[int, list[str]] = {}
    out: list[dict[str, Any]] = []

    def send(number: int) -> None:
        function: dict[str, Any] = {}
        call: dict[str, Any] = {"function": function}
        if number not in begun:
            begun[number] = list(PIECES[number])
            call["id"] = function["name"] = f"call_{number}"
        call["index"] = list(begun).index(number)
        if begun[number]:
            function["arguments"] = begun[number].pop(0)
            out.append({"tool_calls": [call]})

    for delta in deltas:
        if isinstance(delta, int):
            send(delta)
        else:
            out.append(delta)
    for number, rest in list(begun.items()):
        while rest:
            send(number)
    return out


@given(deltas=DELTAS)
@settings(max_examples=60)
def test_any_answer_has_the_same_blocks_in_every_way(
    deltas: list[dict[str, Any] | int],
) -> None:
    sent = with_calls(deltas)
    body = sse(*map(chunk, sent), chunk(finish_reason="stop"))

    blocks = by_invoke(body)

    texts = [d["content"] for d in sent if isinstance(d.get("content"), str)]
    assert "".join(b["text"] for b in blocks if b["type"] == "text") == "".join(texts)
    assert len([b for b in blocks if b["type"] == "image"]) == len(
        [d for d in sent if "images" in d]
    )
    assert by_stream(body) == blocks
    # Blocks of version 1 and of events come in the order in which they began.
    for ordered in (
        by_stream(body, output_version="v1"),
        by_astream(body, output_version="v1"),
        with_one_reasoning(by_events(body)),
        with_one_reasoning(by_aevents(body)),
    ):
        assert in_any_order(ordered) == in_any_order(blocks)
