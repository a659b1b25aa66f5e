"""Tools whose names servers refuse, on their way out and back."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from langchain_core.messages import AIMessage, HumanMessage, ToolMessage

from langchain_sse_chat import ChatSSE, StreamTruncatedError
from tests.unit_tests.chat_models.scripted import ByteStream, Scripted, chunk, sse
from tests.unit_tests.quirks.quirk import ASYNC, SYNC
from tests.unit_tests.wire.wire_streams import cuts

OWN = "stock keeper: ask"
SENT = "stock_keeper__ask"


def tool(name: str) -> dict[str, Any]:
    parameters = {"type": "object", "properties": {}}
    return {"type": "function", "function": {"name": name, "parameters": parameters}}


def call(name: str, index: int = 0) -> dict[str, Any]:
    function = {"name": name, "arguments": '{"a": 1}'}
    return {"index": index, "id": f"c{index}", "function": function}


STREAM = sse(
    chunk({"content": "Let me ask."}),
    chunk({"role": "assistant", "tool_calls": [call(SENT)]}),
    chunk({"tool_calls": [call("plain", 1)]}),
    chunk(finish_reason="tool_calls"),
)

MakeChat = Callable[..., ChatSSE]


def bound(make_chat: MakeChat, *answers: Any, **fields: Any) -> Any:
    return make_chat(*answers, **fields).bind_tools(
        [tool(OWN), tool("plain")], tool_choice=OWN
    )


def answered(reads: list[bytes]) -> httpx.Response:
    headers = {"content-type": "text/event-stream"}
    return httpx.Response(200, headers=headers, stream=ByteStream(reads))


def names(message: AIMessage) -> list[str]:
    return [called["name"] for called in message.tool_calls]


@pytest.mark.parametrize("way", SYNC)
def test_a_call_comes_back_under_the_tools_own_name(
    make_chat: MakeChat, server: Scripted, way: str
) -> None:
    for cut, reads in cuts([STREAM]).items():
        chat = bound(make_chat, answered(reads))
        assert names(SYNC[way](chat)) == [OWN, "plain"], cut
    body = json.loads(server.requests[0].content)
    assert [t["function"]["name"] for t in body["tools"]] == [SENT, "plain"]
    assert body["tool_choice"]["function"]["name"] == SENT


@pytest.mark.parametrize("way", ASYNC)
async def test_a_call_comes_back_under_the_tools_own_name_in_async(
    make_chat: MakeChat, way: str
) -> None:
    for cut, reads in cuts([STREAM]).items():
        chat = bound(make_chat, answered(reads))
        assert names(await ASYNC[way](chat)) == [OWN, "plain"], cut


def test_a_call_in_a_partial_message_has_the_tools_own_name(
    make_chat: MakeChat,
) -> None:
    start = sse(chunk({"tool_calls": [call(SENT)]}), done=False)
    chat = bound(make_chat, answered([start]))
    with pytest.raises(StreamTruncatedError) as caught:
        chat.invoke("q")
    assert caught.value.partial is not None
    assert names(caught.value.partial) == [OWN]


def test_a_call_in_another_choice_has_the_tools_own_name(make_chat: MakeChat) -> None:
    choices = [
        {"index": n, "message": {"tool_calls": [call(SENT)]}, "finish_reason": "stop"}
        for n in range(2)
    ]
    answer = httpx.Response(200, json={"choices": choices})
    message = bound(make_chat, answer).invoke("q")
    assert OWN in json.dumps(message.response_metadata["other_choices"])
    assert SENT not in json.dumps(message.response_metadata["other_choices"])


def test_the_history_has_the_names_under_which_the_tools_are_sent(
    make_chat: MakeChat, server: Scripted
) -> None:
    made = {"name": OWN, "args": {}, "id": "c1"}
    bound(make_chat, answered([STREAM])).invoke(
        [
            HumanMessage("q"),
            AIMessage("", tool_calls=[made]),
            ToolMessage("1", tool_call_id="c1", name=OWN),
        ]
    )
    [_, answer, result] = json.loads(server.requests[0].content)["messages"]
    assert answer["tool_calls"][0]["function"]["name"] == SENT
    assert result["name"] == SENT


def test_two_tools_never_have_one_name(make_chat: MakeChat, server: Scripted) -> None:
    own = ["a b", "a.b", "a_b", "a b"]
    make_chat(answered([STREAM])).bind_tools([tool(name) for name in own]).invoke("q")
    sent = [
        t["function"]["name"] for t in json.loads(server.requests[0].content)["tools"]
    ]
    assert sent[2] == "a_b"
    assert sent[0] == sent[3]
    assert len(set(sent)) == 3


def test_a_tool_that_the_server_runs_itself_stays_as_it_is(
    make_chat: MakeChat, server: Scripted
) -> None:
    own = [{"type": "web_search"}, {"type": "mcp", "name": "a b"}]
    make_chat(answered([STREAM])).bind_tools(own).invoke("q")
    assert json.loads(server.requests[0].content)["tools"] == own
