"""Files and tool calls in the messages of `useChat`."""

from __future__ import annotations

from typing import Any

import pytest
from langchain_core.messages import ToolMessage

from langchain_sse_chat.serve.failure.failure import RequestRefused
from langchain_sse_chat.serve.request.limits import RequestLimits
from langchain_sse_chat.serve.request.ui_parts import (
    ToolUse,
    is_tool,
    read_file,
    read_tool,
)

PATH = "messages[0].parts[1]"
LIMITS = RequestLimits()
PNG = "data:image/png;base64,AA=="
WAV = "data:audio/wav;base64,AA=="
LINK = "https://a.example/1"


def use(**fields: Any) -> ToolUse | None:
    part = {
        "type": "dynamic-tool",
        "toolName": "f",
        "toolCallId": "c",
        "input": {"a": 1},
        "state": "output-available",
        "output": "found",
        **fields,
    }
    return read_tool(part, part["type"], PATH, LIMITS)


def result(**fields: Any) -> ToolMessage:
    found = use(**fields)
    assert found is not None
    return found.result


@pytest.mark.parametrize(
    ("kind", "found"),
    [("dynamic-tool", True), ("tool-f", True), ("text", False), ("tool", False)],
)
def test_a_tool_is_known_by_its_type(kind: str, found: bool) -> None:
    assert is_tool(kind) is found


@pytest.mark.parametrize(
    ("media_type", "url", "part"),
    [
        pytest.param(
            "image/png",
            PNG,
            {"type": "image_url", "image_url": {"url": PNG}},
            id="image",
        ),
        pytest.param(
            "image",
            LINK,
            {"type": "image_url", "image_url": {"url": LINK}},
            id="short type",
        ),
        pytest.param(
            "audio/wav",
            WAV,
            {"type": "input_audio", "input_audio": {"data": "AA==", "format": "wav"}},
            id="audio",
        ),
        pytest.param(
            "Audio/MPEG; rate=8000",
            WAV,
            {"type": "input_audio", "input_audio": {"data": "AA==", "format": "mp3"}},
            id="audio with another name",
        ),
        pytest.param(
            "audio/wav",
            LINK,
            {"type": "audio_url", "audio_url": {"url": LINK}},
            id="audio elsewhere",
        ),
        pytest.param(
            "audio/wav",
            "https://a.example/;base64,AA",
            {"type": "audio_url", "audio_url": {"url": "https://a.example/;base64,AA"}},
            id="audio at an odd address",
        ),
        pytest.param(
            "video/mp4",
            LINK,
            {"type": "video_url", "video_url": {"url": LINK}},
            id="video",
        ),
        pytest.param(
            "application/pdf",
            "data:application/pdf;base64,AA==",
            {
                "type": "file",
                "file": {
                    "file_data": "data:application/pdf;base64,AA==",
                    "filename": "a.pdf",
                },
            },
            id="any other",
        ),
    ],
)
def test_a_file_is_a_part_of_its_kind(
    media_type: str, url: str, part: dict[str, Any]
) -> None:
    sent = {"type": "file", "mediaType": media_type, "url": url, "filename": "a.pdf"}
    assert read_file(sent, PATH, LIMITS) == part


def test_a_file_needs_no_name() -> None:
    sent = {"mediaType": "text/csv", "url": "data:text/csv;base64,AA=="}
    assert read_file(sent, PATH, LIMITS)["file"] == {"file_data": sent["url"]}


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"url": "http://a.example/1"}, f"{PATH}.url"),
        ({"url": "file:///etc/passwd"}, f"{PATH}.url"),
        ({"url": None}, f"{PATH}.url"),
        ({"mediaType": None}, f"{PATH}.mediaType"),
        ({"mediaType": ""}, f"{PATH}.mediaType"),
        ({"mediaType": "text/csv", "filename": 1}, f"{PATH}.filename"),
    ],
    ids=repr,
)
def test_a_file_that_is_not_valid_is_named(fields: Any, param: str) -> None:
    sent = {"mediaType": "image/png", "url": PNG, **fields}
    with pytest.raises(RequestRefused) as caught:
        read_file(sent, PATH, LIMITS)
    assert caught.value.failure.param == param
    assert param in caught.value.failure.message


def test_a_result_follows_its_call() -> None:
    found = use()
    assert found is not None
    assert found.is_valid
    assert found.call == {"type": "tool_call", "name": "f", "args": {"a": 1}, "id": "c"}
    assert found.result == ToolMessage("found", tool_call_id="c", name="f")


def test_the_name_of_a_static_tool_is_in_its_type() -> None:
    assert result(type="tool-get-weather", toolName=None).name == "get-weather"


@pytest.mark.parametrize(
    ("output", "content"),
    [("a", "a"), ({"a": "ü"}, '{"a": "ü"}'), (None, "null"), ([1], "[1]")],
    ids=repr,
)
def test_an_output_is_text(output: Any, content: str) -> None:
    assert result(output=output).content == content


@pytest.mark.parametrize(
    ("fields", "content"),
    [
        pytest.param(
            {"state": "output-error", "errorText": "Lost."}, "Lost.", id="error"
        ),
        pytest.param(
            {"state": "output-denied", "approval": {"reason": "Later."}},
            "Later.",
            id="denied",
        ),
        pytest.param(
            {"state": "approval-responded", "approval": {"approved": False}},
            "The user denied the call.",
            id="not approved",
        ),
    ],
)
def test_a_result_may_be_an_error(fields: Any, content: str) -> None:
    found = result(**fields)
    assert (found.status, found.content) == ("error", content)


@pytest.mark.parametrize(
    "fields",
    [
        {"state": "input-streaming"},
        {"state": "input-available"},
        {"state": "approval-requested"},
        {"state": "approval-responded", "approval": {"approved": True}},
        {"preliminary": True},
    ],
    ids=repr,
)
def test_a_call_without_a_result_is_left_out(fields: Any) -> None:
    assert use(**fields) is None


@pytest.mark.parametrize(
    ("fields", "args"),
    [
        ({"input": '{"a":'}, '{"a":'),
        ({"input": None, "rawInput": '{"a":'}, '{"a":'),
        ({"input": [1]}, "[1]"),
    ],
    ids=repr,
)
def test_a_broken_call_stays_broken(fields: Any, args: str) -> None:
    found = use(state="output-error", errorText="Lost.", **fields)
    assert found is not None
    assert not found.is_valid
    assert (found.call["type"], found.call["args"]) == ("invalid_tool_call", args)


def test_a_call_without_an_input_has_no_arguments() -> None:
    found = use(input=None)
    assert found is not None
    assert found.call["args"] == {}


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"toolCallId": None}, PATH),
        ({"toolCallId": 1}, f"{PATH}.toolCallId"),
        ({"toolName": None}, PATH),
        ({"type": "tool-"}, PATH),
        ({"toolName": "f" * 257}, f"{PATH}.toolName"),
        ({"state": "lost"}, f"{PATH}.state"),
        ({"state": "output-error"}, f"{PATH}.errorText"),
        ({"state": "output-denied", "approval": 1}, f"{PATH}.approval"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_call_that_is_not_valid_is_named(fields: Any, param: str) -> None:
    with pytest.raises(RequestRefused) as caught:
        use(**fields)
    assert caught.value.failure.param == param
    assert param in caught.value.failure.message
