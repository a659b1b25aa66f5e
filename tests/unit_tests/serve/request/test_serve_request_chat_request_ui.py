"""The request of `useChat`."""

from __future__ import annotations

import json
from typing import Any

import pytest
from langchain_core.messages import HumanMessage

from langchain_sse_chat.serve.failure.failure import RequestRefused
from langchain_sse_chat.serve.request.chat_request import ChatRequest, read_ui_request
from tests.unit_tests.serve.bodies import JSON

QUESTION = {"id": "m1", "role": "user", "parts": [{"type": "text", "text": "Hi"}]}
ANSWER = {"id": "m2", "role": "assistant", "parts": [{"type": "text", "text": "Ho"}]}
SYSTEM = {"id": "m0", "role": "system", "parts": [{"type": "text", "text": "Obey"}]}


def read(*messages: Any, system: bool = False, **fields: Any) -> ChatRequest:
    sent = {
        "id": "chat-1",
        "messages": list(messages) or [QUESTION],
        "trigger": "submit-message",
        **fields,
    }
    return read_ui_request(json.dumps(sent).encode(), JSON, system=system)


def test_a_request_is_streamed_and_has_its_chat() -> None:
    request = read(stream=False, stream_options=1, model="m", temperature=1)
    assert request.messages == [HumanMessage("Hi")]
    assert request.stream
    assert not request.include_usage
    assert (request.chat_id, request.continues) == ("chat-1", None)
    assert request.model == "m"
    assert request.options == {"temperature": 1}


def test_fields_of_the_page_are_kept_and_named_as_ignored() -> None:
    request = read(webSearch=True)
    assert request.fields["webSearch"] is True
    assert request.fields["id"] == "chat-1"
    assert request.ignored == ("webSearch",)


def test_tools_may_be_schemas_by_name() -> None:
    request = read(tools={"f": {"parameters": {}}})
    function = {"name": "f", "parameters": {}}
    assert request.tools == [{"type": "function", "function": function}]
    assert read(tools={}).tools is None
    with pytest.raises(RequestRefused, match="`tools"):
        read(tools={"": {}})


def test_a_chat_needs_no_id() -> None:
    assert read(id=None).chat_id is None


@pytest.mark.parametrize("chat_id", ["", 1, "x" * 257], ids=["empty", "number", "long"])
def test_an_id_that_is_not_valid_is_refused(chat_id: Any) -> None:
    with pytest.raises(RequestRefused, match="`id`"):
        read(id=chat_id)


def test_an_answer_to_results_of_tools_goes_on() -> None:
    assert read(QUESTION, ANSWER).continues == "m2"


def test_an_answer_that_is_given_again_is_another_message() -> None:
    request = read(QUESTION, ANSWER, trigger="regenerate-message", messageId="m2")
    assert request.messages == [HumanMessage("Hi")]
    assert request.continues is None


def test_system_messages_are_passed_on_if_allowed() -> None:
    assert len(read(SYSTEM, QUESTION).messages) == 1
    assert len(read(SYSTEM, QUESTION, system=True).messages) == 2


def test_messages_of_another_form_are_refused() -> None:
    with pytest.raises(RequestRefused, match="`parts`"):
        read({"role": "user", "text": "Hi"})
    with pytest.raises(RequestRefused, match="`messages`"):
        read_ui_request(b"{}", JSON)
