"""One answer is sent back as the same bytes, regardless of the form it was kept in."""

from __future__ import annotations

import json
import pickle
import re
from dataclasses import replace
from typing import Any

import pytest
from langchain_core.messages import (
    AIMessage,
    HumanMessage,
    message_to_dict,
    messages_from_dict,
)

from langchain_sse_chat.dialect import Dialect
from langchain_sse_chat.request.messages import messages_to_wire
from tests.unit_tests.quirks.quirk import SYNC, Failure, Quirk
from tests.unit_tests.quirks.quirks import ALL

ANSWERS = [quirk for quirk in ALL if not isinstance(quirk.gives, Failure)]

DIALECTS = [
    Dialect(reasoning_echo="always"),
    Dialect(reasoning_keys=("reasoning_content", "reasoning_details")),
]


def sent(message: AIMessage) -> str:
    """Return the sent form of an answer, without generated IDs."""
    history = [HumanMessage("q"), message]
    wire = [messages_to_wire(history, dialect) for dialect in DIALECTS]
    text = json.dumps(wire, ensure_ascii=False)
    return re.sub(r"call_[0-9a-f]{32}|call_[0-9A-Za-z]{24}", "call", text)


def kept(message: AIMessage) -> list[Any]:
    """Return a message in the forms in which threads keep it."""
    return [
        message,
        pickle.loads(pickle.dumps(message)),  # noqa: S301  our own
        *messages_from_dict([message_to_dict(message)]),
        type(message).model_validate(message.model_dump()),
    ]


@pytest.mark.parametrize("quirk", ANSWERS, ids=str)
def test_an_answer_goes_back_the_same_in_every_form(quirk: Quirk) -> None:
    forms = set()
    for output_version in ("v0", "v1"):
        settings = {**quirk.settings, "output_version": output_version}
        model = replace(quirk, settings=settings).model
        for ask in SYNC.values():
            message = ask(model(list(quirk.body)))
            forms |= set(map(sent, kept(message)))
    assert len(forms) == 1, forms
