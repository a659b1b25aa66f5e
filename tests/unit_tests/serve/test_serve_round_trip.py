"""`ChatSSE` reads the same from a relay as from the server behind it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest
from langchain_core.messages import AIMessage, AIMessageChunk

from langchain_sse_chat import SSEChatError
from langchain_sse_chat.message_keys import REASONING_KEY, TOOL_CALL_EXTRAS
from langchain_sse_chat.serve import CompletionEncoder, OpenAIEncoder
from langchain_sse_chat.serve.encoder import Encoder
from tests.unit_tests.quirks.quirk import Failure, Quirk
from tests.unit_tests.quirks.quirks import ALL
from tests.unit_tests.wire.wire_streams import Seen, same_ids, seen_in

ACCEPTED = [quirk for quirk in ALL if "on_truncation" in quirk.settings]
"""A model that accepts a truncated answer is served as a failure all the same."""
BROKEN = [q for q in ALL if isinstance(q.gives, Failure) or q in ACCEPTED]
READ_WITHOUT_LOSS = [quirk for quirk in ALL if quirk not in BROKEN]


def relayed(chunks: Iterable[Any], encoder: Encoder) -> list[bytes]:
    """Return the writes in which a relay serves an answer."""
    writes = [encoder.open()]
    try:
        writes += map(encoder.feed, chunks)
        writes.append(encoder.close())
    except SSEChatError as error:
        writes.append(encoder.fail(error))
    return writes


def reader(reads: list[bytes], content_type: str = "text/event-stream") -> Quirk:
    """Return a quirk that is read without any setting."""
    return Quirk("", "", "", reads, Seen(), content_type=content_type)


def merged(chunks: list[AIMessageChunk]) -> AIMessage:
    message = chunks[0] + chunks[1:]
    assert isinstance(message, AIMessage)
    return message


def texts(chunks: list[AIMessageChunk]) -> list[str]:
    return [chunk.text for chunk in chunks if chunk.text]


@pytest.mark.parametrize("quirk", READ_WITHOUT_LOSS, ids=str)
def test_a_relayed_stream_is_read_as_the_server_s_own(quirk: Quirk) -> None:
    direct = list(quirk.model(list(quirk.body)).stream("Hello"))

    custom = custom_tools(direct)
    encoder = OpenAIEncoder("m-1", include_usage=True, custom_tools=custom)
    writes = relayed(direct, encoder)
    again = list(reader(writes).model(writes).stream("Hello"))

    assert texts(again) == texts(direct)
    assert of(merged(again)) == of(merged(direct))


@pytest.mark.parametrize("quirk", READ_WITHOUT_LOSS, ids=str)
def test_a_relayed_completion_is_read_as_the_server_s_own(quirk: Quirk) -> None:
    direct = list(quirk.model(list(quirk.body)).stream("Hello"))

    encoder = CompletionEncoder("m-1", custom_tools=custom_tools(direct))
    writes = relayed(direct, encoder)
    again = reader(writes, "application/json").model(writes).invoke("Hello")

    assert of(again) == of(merged(direct))


@pytest.mark.parametrize("quirk", BROKEN, ids=str)
@pytest.mark.parametrize("encoder", [OpenAIEncoder, CompletionEncoder])
def test_a_broken_answer_breaks_behind_a_relay_too(
    quirk: Quirk, encoder: type[OpenAIEncoder | CompletionEncoder]
) -> None:
    model = quirk.model(list(quirk.body))

    writes = relayed(model.stream("Hello"), encoder("m-1"))

    assert b"[DONE]" not in b"".join(writes)
    assert b'"finish_reason":"' not in b"".join(writes)
    with pytest.raises(SSEChatError):
        list(reader(writes).model(writes).stream("Hello"))


def custom_tools(chunks: list[AIMessageChunk]) -> set[str]:
    """Return the names of the custom tools that the request had."""
    message = merged(chunks)
    extras = message.additional_kwargs.get("tool_call_extras", {})
    calls = [*message.tool_calls, *message.invalid_tool_calls]
    kinds = {call["name"]: extras.get(call["id"], {}).get("type") for call in calls}
    return {name for name, kind in kinds.items() if name and kind == "custom"}


def of(message: AIMessage) -> Any:
    """Return all of a message that a relay can keep."""
    metadata = dict(message.response_metadata)
    reason = metadata.pop("finish_reason")
    told = metadata.pop("native_finish_reason", reason)
    for own in OWN:
        metadata.pop(own, None)
    kwargs = {k: v for k, v in message.additional_kwargs.items() if k != REASONING_KEY}
    # A call of a custom tool that must not be run is served as one of a function.
    extras = kwargs.pop(TOOL_CALL_EXTRAS, {})
    invalid_ids = {call["id"] for call in message.invalid_tool_calls}
    kwargs[TOOL_CALL_EXTRAS] = {
        call_id: extra
        for call_id, extra in extras.items()
        if call_id not in invalid_ids or extra.get("type") != "custom"
    }
    logprobs = message.response_metadata.get("logprobs") or None
    seen = replace(seen_in(message), invalid=[], finish_reason=told)
    # A piece without a name belongs to the call before it, if that is not valid either.
    invalid = [(c["id"], c["name"]) for c in message.invalid_tool_calls if c["name"]]
    return seen, kwargs, metadata, logprobs, same_ids(str(invalid))


OWN = ("id", "created", "finish_reason_inferred", "logprobs", "token_usage", "success")
"""Metadata that a relay has of its own, or leaves out, or that are compared in another
form."""
