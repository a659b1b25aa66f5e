"""Refusal blocks are refusals to everybody except LangChain's stream."""

from __future__ import annotations

import inspect
import json
import pickle
from types import FunctionType
from typing import Any

import pytest
from langchain_core.language_models import chat_model_stream

from langchain_sse_chat.workarounds.refusal_blocks import RefusalBlock

PLAIN = {"type": "refusal", "refusal": "No."}


def read(block: dict[str, Any], key: str) -> Any:
    return block.get(key, "nothing")


def test_the_block_is_a_refusal_to_its_readers() -> None:
    block = RefusalBlock(PLAIN)

    assert block == PLAIN
    assert [read(block, key) for key in ("type", "refusal", "id")] == [
        *("refusal", "No.", "nothing"),
    ]
    assert json.loads(json.dumps(block)) == PLAIN
    assert pickle.loads(pickle.dumps(block)) == PLAIN  # noqa: S301 - our own bytes


def test_langchains_stream_reads_a_type_that_it_keeps() -> None:
    """The function is run as one of LangChain's module."""
    langchains = FunctionType(read.__code__, vars(chat_model_stream))

    block = RefusalBlock(PLAIN)

    assert langchains(block, "type") == "non_standard"
    assert langchains(block, "refusal") == "No."
    assert dict(block) == PLAIN


def test_the_block_is_a_refusal_where_python_knows_no_frames(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(inspect, "currentframe", lambda: None)

    assert RefusalBlock(PLAIN).get("type") == "refusal"
