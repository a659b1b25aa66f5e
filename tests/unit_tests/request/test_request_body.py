from __future__ import annotations

import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from langchain_sse_chat.dialect import Dialect
from langchain_sse_chat.errors import ConfigurationError
from langchain_sse_chat.request.body import encode_body, request_body

MESSAGES = [{"role": "user", "content": "Hi"}]
TOOL = {"type": "function", "function": {"name": "add"}}


def body(
    *,
    dialect: Dialect | None = None,
    stream: bool = True,
    **arguments: Any,
) -> dict[str, Any]:
    return request_body(
        model="m",
        messages=MESSAGES,
        dialect=dialect or Dialect(),
        stream=stream,
        **arguments,
    )


def test_a_body_has_model_messages_and_whether_to_stream() -> None:
    assert body() == {"model": "m", "messages": MESSAGES, "stream": True}
    assert body(stream=False)["stream"] is False


def test_parameters_go_out_under_their_names_and_none_does_not() -> None:
    params = {"temperature": 0, "top_k": 3, "seed": None, "user": ""}
    sent = body(params=params)
    assert sent["temperature"] == 0
    assert sent["top_k"] == 3
    assert sent["user"] == ""
    assert "seed" not in sent


def test_a_model_among_the_parameters_is_the_one_asked() -> None:
    assert body(params={"model": "other"})["model"] == "other"


def test_parameters_do_not_change_messages_and_stream() -> None:
    sent = body(params={"messages": [], "stream": False})
    assert sent["messages"] == MESSAGES
    assert sent["stream"] is True


@pytest.mark.parametrize("named", ["max_tokens", "max_completion_tokens"])
@pytest.mark.parametrize("sent_as", ["max_tokens", "max_completion_tokens"])
def test_the_limit_on_tokens_goes_out_under_the_dialects_name(
    named: str, sent_as: Any
) -> None:
    sent = body(dialect=Dialect(max_tokens_field=sent_as), params={named: 5})
    assert {key: sent[key] for key in sent if "tokens" in key} == {sent_as: 5}


@pytest.mark.parametrize(
    ("params", "limit"),
    [
        ({"max_tokens": 5, "max_completion_tokens": 7}, 7),
        ({"max_tokens": 5, "max_completion_tokens": None}, 5),
    ],
)
def test_of_two_limits_the_newer_name_wins(params: dict[str, Any], limit: int) -> None:
    assert body(params=params)["max_tokens"] == limit


@pytest.mark.parametrize("key", ["max_tokens", "max_completion_tokens"])
def test_a_limit_in_the_extra_body_is_the_only_one_sent(key: str) -> None:
    sent = body(params={"max_tokens": 5}, extra_body=[{key: 7}])
    assert {name: sent[name] for name in sent if "tokens" in name} == {key: 7}


@pytest.mark.parametrize(
    ("stop", "sent"), [("a", ["a"]), (["a", "b"], ["a", "b"]), (("a",), ("a",))]
)
def test_stop_goes_out_as_a_list(stop: Any, sent: Any) -> None:
    assert body(params={"stop": stop})["stop"] == sent


@pytest.mark.parametrize("stop", [None, []])
def test_an_empty_stop_is_not_sent(stop: Any) -> None:
    assert "stop" not in body(params={"stop": stop})


def test_tools_bring_their_companions() -> None:
    sent = body(tools=[TOOL], tool_choice="auto", parallel_tool_calls=False)
    assert sent["tools"] == [TOOL]
    assert sent["tool_choice"] == "auto"
    assert sent["parallel_tool_calls"] is False


def test_tools_without_companions_go_alone() -> None:
    sent = body(tools=[TOOL])
    assert sent.keys() == {"model", "messages", "stream", "tools"}


def test_companions_among_the_parameters_stay_where_no_others_are_given() -> None:
    sent = body(tools=[TOOL], params={"tool_choice": "auto"})
    assert sent["tool_choice"] == "auto"


@pytest.mark.parametrize("tools", [None, []])
@pytest.mark.parametrize("choice", [None, "auto", "none"])
def test_without_tools_nothing_is_said_about_them(tools: Any, choice: Any) -> None:
    sent = body(tools=tools, tool_choice=choice, parallel_tool_calls=True)
    assert sent.keys() == {"model", "messages", "stream"}


@pytest.mark.parametrize("choice", ["required", {"type": "web_search"}])
def test_a_demand_for_a_tool_is_sent_even_without_tools(choice: Any) -> None:
    assert body(tool_choice=choice)["tool_choice"] == choice


def test_a_response_format_goes_out() -> None:
    assert body(response_format={"type": "text"})["response_format"] == {"type": "text"}


@pytest.mark.parametrize(
    ("stream", "asked", "supported", "sent"),
    [
        (True, True, True, {"include_usage": True}),
        (False, True, True, None),
        (True, False, True, None),
        (True, True, False, None),
    ],
)
def test_usage_is_asked_for_only_in_streams_where_the_server_takes_it(
    stream: bool, asked: bool, supported: bool, sent: Any
) -> None:
    made = body(
        stream=stream,
        include_usage=asked,
        dialect=Dialect(supports_stream_options=supported),
    )
    assert made.get("stream_options") == sent


@pytest.mark.parametrize("place", ["params", "extra_body"])
@pytest.mark.parametrize("asked", [{}, {"include_usage": False}])
def test_the_callers_stream_options_are_merged_and_win(
    place: str, asked: dict[str, Any]
) -> None:
    own = {"stream_options": {"include_obfuscation": False, **asked}}
    if place == "params":
        sent = body(include_usage=True, params=own)
    else:
        sent = body(include_usage=True, extra_body=[own])
    assert sent["stream_options"] == {
        "include_usage": True,
        "include_obfuscation": False,
        **asked,
    }


def test_the_callers_stream_options_are_sent_where_ours_are_not() -> None:
    sent = body(
        include_usage=True,
        dialect=Dialect(supports_stream_options=False),
        params={"stream_options": {"include_usage": True}},
    )
    assert sent["stream_options"] == {"include_usage": True}


def test_stream_options_are_left_out_where_nothing_is_streamed() -> None:
    sent = body(stream=False, params={"stream_options": {"include_usage": True}})
    assert "stream_options" not in sent


def test_the_extra_body_may_switch_stream_options_off() -> None:
    sent = body(include_usage=True, extra_body=[{"stream_options": None}])
    assert sent["stream_options"] is None


def test_the_extra_body_has_the_last_word() -> None:
    sent = body(
        params={"temperature": 0, "provider": {"order": ["a"], "sort": "price"}},
        response_format={"type": "text"},
        extra_body=[{"temperature": 1, "response_format": None, "stream": False}],
    )
    assert sent["temperature"] == 1
    assert sent["response_format"] is None
    assert sent["stream"] is False
    assert sent["provider"] == {"order": ["a"], "sort": "price"}


def test_of_two_extra_bodies_the_later_wins_key_by_key() -> None:
    sent = body(
        extra_body=[
            {"provider": {"order": ["a"]}, "top_k": 1},
            None,
            {"provider": {"sort": "price"}},
        ]
    )
    assert sent["provider"] == {"sort": "price"}
    assert sent["top_k"] == 1


def test_nothing_given_is_changed() -> None:
    params = {"max_tokens": 5, "stop": "a", "stream_options": {"a": 1}}
    extra = {"stream_options": {"b": 1}}
    body(include_usage=True, params=params, extra_body=[extra])
    assert params == {"max_tokens": 5, "stop": "a", "stream_options": {"a": 1}}
    assert extra == {"stream_options": {"b": 1}}


def test_a_body_is_compact_json_in_utf_8() -> None:
    assert encode_body({"a": "Привет", "b": [1, None]}) == (
        '{"a":"Привет","b":[1,null]}'.encode()
    )


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        ("\ud83d", b'"\\ud83d"'),
        ("a\udc80b", b'"a\\udc80b"'),
        ("\ud83d\ude00", b'"\\ud83d\\ude00"'),
        ("\U0001f600", '"\U0001f600"'.encode()),
    ],
)
def test_a_surrogate_goes_out_as_its_escape(text: str, sent: bytes) -> None:
    assert encode_body({"a": text}) == b'{"a":' + sent + b"}"


@given(st.text(st.characters()))
def test_any_text_survives_the_wire(text: str) -> None:
    sent = encode_body({"a": text})
    # Two halves of a pair that stand side by side are one character afterwards.
    whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")
    assert json.loads(sent.decode("utf-8")) == {"a": whole}


LOOP: dict[str, Any] = {}
LOOP["self"] = LOOP


@pytest.mark.parametrize(
    "value",
    [
        pytest.param(object(), id="object"),
        pytest.param({"deep": [b"bytes"]}, id="bytes"),
        pytest.param(math.nan, id="nan"),
        pytest.param([math.inf], id="inf"),
        pytest.param({("a",): 1}, id="tuple as a key"),
        pytest.param(LOOP, id="loop"),
    ],
)
def test_a_value_that_is_not_json_is_named_by_its_key(value: Any) -> None:
    with pytest.raises(ConfigurationError, match="'bad' cannot be sent as JSON"):
        encode_body({"model": "m", "bad": value, "worse": object()})


def test_keys_that_are_numbers_are_sent_as_strings() -> None:
    assert (
        encode_body({"logit_bias": {50256: -100}}) == b'{"logit_bias":{"50256":-100}}'
    )
