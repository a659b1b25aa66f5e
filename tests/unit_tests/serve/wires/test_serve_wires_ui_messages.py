"""The bytes of the UI message stream."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from langchain_sse_chat.serve.answer.parts import (
    Delta,
    Finish,
    NextMessage,
    Note,
    Part,
    ToolCallDelta,
    ToolRun,
)
from langchain_sse_chat.serve.failure.failure import Failure
from langchain_sse_chat.serve.wires.ui_messages import UIMessageWire
from tests.unit_tests.serve.ui_client import CHUNKINGS, UIClient, read_ui

FAILURE = Failure(502, "It broke.", "upstream_error")
chunkings = pytest.mark.parametrize("chunking", CHUNKINGS)


def sent(*parts: Part, finish: Finish | None = None) -> bytes:
    wire = UIMessageWire(message_id="m-1", model="m")
    pieces = [wire.open(), *map(wire.feed, parts), wire.close(finish or Finish())]
    return b"".join(pieces)


def begun(*parts: Part) -> tuple[UIMessageWire, bytes]:
    wire = UIMessageWire()
    return wire, wire.open() + b"".join(map(wire.feed, parts))


def call(index: int, arguments: str, name: str = "f") -> Delta:
    return Delta(tool_calls=[ToolCallDelta(index, f"c{index}", name, arguments)])


def more(index: int, arguments: str) -> Delta:
    return Delta(tool_calls=[ToolCallDelta(index, None, None, arguments)])


def test_the_bytes_of_an_answer() -> None:
    assert sent(Delta(reasoning="Hm"), "Hi", ' "you"\n').decode() == (
        'data: {"type":"start","messageId":"m-1"}\n\n'
        'data: {"type":"start-step"}\n\n'
        'data: {"type":"reasoning-start","id":"0"}\n\n'
        'data: {"type":"reasoning-delta","id":"0","delta":"Hm"}\n\n'
        'data: {"type":"reasoning-end","id":"0"}\n\n'
        'data: {"type":"text-start","id":"1"}\n\n'
        'data: {"type":"text-delta","id":"1","delta":"Hi"}\n\n'
        'data: {"type":"text-delta","id":"1","delta":" \\"you\\"\\n"}\n\n'
        'data: {"type":"text-end","id":"1"}\n\n'
        'data: {"type":"finish-step"}\n\n'
        'data: {"type":"finish","finishReason":"stop",'
        '"messageMetadata":{"finishReason":"stop","model":"m"}}\n\n'
        "data: [DONE]\n\n"
    )


def test_without_an_id_the_client_chooses_one() -> None:
    assert UIMessageWire().open().startswith(b'data: {"type":"start"}\n\n')


@chunkings
def test_text_and_reasoning_are_whole(chunking: str) -> None:
    texts = ["Grüße", " aus 東京 👋", "\r\n\u2028", "data: x", "\ud83d"]
    parts: list[Part] = [
        Delta(reasoning="a"),
        Delta("t", "b"),
        *texts,
        Delta(refusal="No."),
    ]

    client = read_ui(sent(*parts), chunking)

    assert client.reasoning == "ab"
    assert client.text == "t" + "".join(texts) + "No."
    assert client.is_done
    assert {p["state"] for p in client.parts if "state" in p} == {"done"}


@chunkings
def test_tools_of_an_agent_are_shown_as_they_run(chunking: str) -> None:
    parts: list[Part] = [
        "Let me see.",
        ToolRun("1", "search", {"q": "x"}),
        ToolRun("2", "search", {}),
        ToolRun("2", "search", output="lost", failed=True),
        ToolRun("1", "search", output="found"),
        NextMessage(),
        "It is x.",
    ]

    client = read_ui(sent(*parts), chunking)

    assert [part["type"] for part in client.parts] == [
        "step-start",
        "text",
        "dynamic-tool",
        "dynamic-tool",
        "step-start",
        "text",
    ]
    first, second = client.tools
    assert first == {
        "type": "dynamic-tool",
        "toolCallId": "1",
        "toolName": "search",
        "state": "output-available",
        "input": {"q": "x"},
        "output": "found",
        "providerExecuted": True,
    }
    assert (second["state"], second["errorText"]) == ("output-error", "lost")


def test_text_during_a_tool_stays_in_its_step() -> None:
    parts: list[Part] = [
        ToolRun("1", "search"),
        "Wait",
        NextMessage(),
        "for it",
        ToolRun("1", "search", output="found"),
        "It is",
    ]

    client = read_ui(sent(*parts))

    kinds = [part["type"] for part in client.parts]
    assert kinds == ["step-start", "dynamic-tool", "text", "text", "step-start", "text"]


def test_what_follows_the_result_of_a_tool_is_another_step() -> None:
    parts: list[Part] = [ToolRun("1", "f"), ToolRun("1", "f", output="x"), "So"]

    kinds = [part["type"] for part in read_ui(sent(*parts)).parts]

    assert kinds == ["step-start", "dynamic-tool", "step-start", "text"]


def test_another_message_is_another_step() -> None:
    parts: list[Part] = [NextMessage(), "One", NextMessage(), NextMessage(), "Two"]

    kinds = [part["type"] for part in read_ui(sent(*parts)).parts]

    assert kinds == ["step-start", "text", "step-start", "text"]


@chunkings
def test_calls_for_the_client_come_in_pieces(chunking: str) -> None:
    parts: list[Part] = [
        "Hm",
        call(0, ""),
        call(1, '{"b":'),
        more(0, '{"a":1}'),
        more(1, "2}"),
    ]

    client = read_ui(sent(*parts, finish=Finish("tool_calls")), chunking)

    assert client.finish_reason == "tool-calls"
    assert [part["state"] for part in client.tools] == ["input-available"] * 2
    assert [part["input"] for part in client.tools] == [{"a": 1}, {"b": 2}]
    assert [part["sent"] for part in client.tools] == ['{"a":1}', '{"b":2}']
    assert not any("providerExecuted" in part for part in client.tools)
    assert client.types[-4:-2] == ["tool-input-available"] * 2


@pytest.mark.parametrize(("given", "read"), [("", {}), (" ", {}), ("{}", {})])
def test_a_call_without_arguments_is_complete(given: str, read: Any) -> None:
    [tool] = read_ui(sent(call(0, given))).tools
    assert (tool["state"], tool["input"]) == ("input-available", read)


@pytest.mark.parametrize("arguments", ['{"a":', "[1]", "null", "{"])
def test_a_call_that_must_not_be_run_is_an_error(arguments: str) -> None:
    [tool] = read_ui(sent(call(0, arguments))).tools
    assert tool["state"] == "output-error"
    assert tool["input"] == arguments
    assert tool["errorText"]


def test_a_note_is_for_the_page_alone() -> None:
    client = read_ui(sent("a", Note({"step": 1}), "b"))
    assert client.notes == [{"step": 1}]
    assert client.text == "ab"
    note = client.chunks[client.types.index("data-status")]
    assert note["transient"] is True


def test_sources_and_files_are_in_the_last_step() -> None:
    finish = Finish(
        metadata={"citations": ["https://a.example"]},
        fields={"images": [{"image_url": {"url": "data:image/png;base64,AA=="}}]},
    )

    client = read_ui(sent("a", finish=finish))

    assert client.types[-5:] == [
        "text-end",
        "source-url",
        "file",
        "finish-step",
        "finish",
    ]


@chunkings
def test_a_failure_closes_what_is_open(chunking: str) -> None:
    parts: list[Part] = [call(0, '{"a":'), ToolRun("1", "search"), "So"]
    wire, data = begun(*parts)

    client = read_ui(data + wire.fail(FAILURE), chunking)

    assert client.errors == ["It broke."]
    assert (client.finish_reason, client.is_done) == ("error", True)
    assert [part["state"] for part in client.tools] == ["output-error"] * 2
    assert [part["errorText"] for part in client.tools] == ["It broke."] * 2
    ends = ["text-end", "tool-output-error", "tool-input-error", "finish-step"]
    assert client.types[-6:] == [*ends, "error", "finish"]


def test_a_failure_may_come_first() -> None:
    client = read_ui(UIMessageWire().fail(FAILURE))
    assert client.types == ["error", "finish"]


def test_an_answer_that_is_stopped_has_no_finish() -> None:
    wire, data = begun(call(0, "{}"), ToolRun("1", "search"), "So")

    client = read_ui(data + wire.abort())

    assert client.is_aborted
    assert client.is_done
    assert client.finish_reason is None
    # With a result for every call, the page would send the next request.
    assert [tool["state"] for tool in client.tools] == [
        "input-streaming",
        "output-error",
    ]
    assert client.types[-3:] == ["text-end", "tool-output-error", "abort"]


def test_a_keep_alive_is_a_comment() -> None:
    assert UIMessageWire().keep_alive() == b":\n\n"


texts = st.text(min_size=1, max_size=5)
ids = st.integers(0, 3)
steps = st.one_of(
    texts,
    st.builds(Delta, texts, texts),
    st.builds(lambda i: ("call", i), ids),
    st.builds(lambda i: ("run", i), ids),
    st.builds(NextMessage),
    st.builds(Note, st.none()),
)


@given(st.lists(steps, max_size=20), st.sampled_from(["close", "fail", "abort"]))
def test_every_order_of_parts_is_one_that_clients_accept(
    items: list[Any], end: str
) -> None:
    wire = UIMessageWire()
    data = [wire.open()]
    ran: dict[int, int] = {}
    called: set[int] = set()
    for item in items:
        data += map(wire.feed, _parts(item, ran, called))
        data.append(wire.keep_alive())
    ends = {
        "close": lambda: wire.close(Finish()),
        "fail": lambda: wire.fail(FAILURE),
        "abort": wire.abort,
    }
    data.append(ends[end]())

    client: UIClient = read_ui(b"".join(data))

    said = [item for item in items if isinstance(item, str | Delta)]
    assert client.text == "".join(x if isinstance(x, str) else x.text for x in said)
    assert client.is_done


def _parts(item: Any, ran: dict[int, int], called: set[int]) -> list[Part]:
    """Return the parts of an item: a run of a tool begins and ends by turns."""
    if not isinstance(item, tuple):
        return [item]
    kind, number = item
    if kind == "call":
        if number in called:
            return [more(number, "x")]
        called.add(number)
        return [call(number, "{")]
    turn = ran[number] = ran.get(number, -1) + 1
    run_id = f"r{number}-{turn // 2}"
    return [ToolRun(run_id, "t", output=None if turn % 2 == 0 else "o")]
