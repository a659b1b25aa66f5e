"""Protocol events and merged chunks come to the same message, for every quirk."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import pytest
from langchain_core.messages import AIMessage
from langchain_tests.utils.stream_lifecycle import assert_valid_event_stream

from langchain_sse_chat import ChatSSE, SSEChatError
from tests.unit_tests.quirks.quirk import Quirk
from tests.unit_tests.quirks.quirks import ALL
from tests.unit_tests.wire.wire_streams import MADE_UP, cuts

Events = list[Any]

_COMPARED_OTHERWISE = {"reasoning", "invalid_tool_call", "tool_call_chunk"}
"""The last is what an invalid call stays in merged content of version 1."""


def by_events(chat: ChatSSE) -> tuple[Events, AIMessage]:
    stream = chat.stream_events("Hello", version="v3")
    return list(stream), stream.output


def by_chunks(chat: ChatSSE) -> tuple[Events, AIMessage]:
    chunks: list[Any] = list(chat.stream("Hello"))
    return [], chunks[0] + chunks[1:]


def outcome(ask: Any, chat: ChatSSE) -> Any:
    try:
        events, message = ask(chat)
    except SSEChatError as error:
        return [], (type(error), str(error), said(error.partial))
    return events, said(message)


def said(message: AIMessage | None) -> Any:
    """Return all that a message says, in a form in which both ways agree.

    They differ in what chunks cannot say: LangChain repairs arguments that are not
    whole when it merges chunks, so there an invalid call has a bracket more; what is
    wrong with it they do not say; and reasoning that comes again after something else
    is one block there. Where LangChain puts events together it has `None` for no
    arguments, and says that the content is in blocks.
    """
    if message is None:
        return None
    blocks = [_told(dict(block)) for block in message.content_blocks]
    thoughts = [b.pop("reasoning") for b in blocks if b["type"] == "reasoning"]
    others = [b for b in blocks if b["type"] not in _COMPARED_OTHERWISE]
    metadata = dict(message.response_metadata)
    metadata.pop("output_version", None)
    return _same(
        {
            "reasoning": "".join(thoughts),
            "blocks": sorted(json.dumps(b, sort_keys=True) for b in others),
            "tool_calls": message.tool_calls,
            "invalid": [_told(dict(c)) for c in message.invalid_tool_calls],
            "usage": message.usage_metadata,
            "metadata": metadata,
            "fields": message.additional_kwargs,
        }
    )


def _told(block: dict[str, Any]) -> dict[str, Any]:
    """Return a block without its index, and an invalid call without what differs."""
    block.pop("index", None)
    if block["type"] == "invalid_tool_call":
        del block["error"]
        block["args"] = re.sub(r'["}\]]+$', "", block["args"] or "")
    return block


def _same(value: Any) -> Any:
    return json.loads(
        re.sub(r"call_[0-9a-f]{32}", MADE_UP, json.dumps(value, sort_keys=True))
    )


@pytest.mark.parametrize("output_version", [None, "v1"])
@pytest.mark.parametrize("quirk", ALL, ids=str)
def test_events_come_to_what_chunks_come_to(
    quirk: Quirk, output_version: str | None
) -> None:
    settings = {**quirk.settings, "output_version": output_version}
    in_chunks = replace(quirk, settings=settings)
    for reads in cuts(quirk.body).values():
        events, message = outcome(by_events, quirk.model(reads))
        _, merged = outcome(by_chunks, in_chunks.model(reads))

        assert message == merged
        assert_valid_event_stream(events)


def test_an_invalid_call_is_as_it_was_sent() -> None:
    """Here and for all rows: chunks have a mark that keeps LangChain from repairs."""
    invalid = [quirk for quirk in ALL if getattr(quirk.gives, "invalid", None)]

    assert invalid
    for quirk in invalid:
        _, message = by_events(quirk.model(list(quirk.body)))
        sent: Any = quirk.gives
        assert [c["args"] or "" for c in message.invalid_tool_calls] == [
            args for _, _, args in sent.invalid
        ]
