from __future__ import annotations

from typing import Any

import pytest

from langchain_sse_chat.probe.advice import Advice, advice_of
from langchain_sse_chat.probe.answer import Answer
from langchain_sse_chat.probe.findings import lines_of
from langchain_sse_chat.probe.line import ProbeLine
from langchain_sse_chat.probe.questions import FIELDS, MAIN, MODELS
from tests.unit_tests.probe.answers import ask, streamed, texts, whole

URL = "http://127.0.0.1:1/v1"


def advised(
    *answers: Answer,
    base_url: str = URL,
    provider: str | None = None,
    **verdicts: Any,
) -> Advice:
    """Return the advice, with some verdicts replaced by the names of their lines."""
    given = {answer.seen.ask.name: answer for answer in answers}
    changed = verdicts.pop("changed", {})
    lines = [
        ProbeLine(line.group, line.name, changed.get(line.name, line.verdict), "")
        for line in lines_of(given)
    ]
    return advice_of(given, lines, base_url=base_url, model="m", provider=provider)


def test_nothing_is_advised_without_evidence() -> None:
    advice = advised()
    assert advice.provider is None
    assert (advice.dialect, advice.settings, advice.notes) == ({}, {}, ())


def test_the_row_of_a_host_fits() -> None:
    advice = advised(base_url="https://api.deepseek.com/v1")
    assert advice.provider == "deepseek"
    assert "host" in advice.reason


def test_the_row_that_was_named_fits() -> None:
    assert advised(provider="groq").provider == "groq"


@pytest.mark.parametrize(
    ("models", "expected"),
    [
        pytest.param({"data": [{"id": "m", "owned_by": "vllm"}]}, "vllm", id="vllm"),
        pytest.param({"data": [{"id": "m", "owned_by": "me"}]}, None, id="others"),
        pytest.param({"data": ["m"]}, None, id="no object"),
        pytest.param({"data": 3}, None, id="no list"),
    ],
)
def test_a_server_is_known_by_its_list_of_models(
    models: Any, expected: str | None
) -> None:
    assert advised(whole(MODELS, models)).provider == expected


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"json_schema with strict": "no"}, {"json_schema": "none"}),
        ({"role developer": "yes"}, {"supports_developer": True}),
        ({"stop": "no"}, {"stop": "client"}),
        ({"continues an answer": "yes"}, {"continuation": "prefix"}),
        (
            {"tool_choice: required": "no", "tool_choice: by name": "no"},
            {"tool_choices": frozenset({"auto", "none"})},
        ),
        (
            {"max_tokens": "no", "max_completion_tokens": "yes"},
            {"max_tokens_field": "max_completion_tokens"},
        ),
        ({"max_tokens": "no"}, {}),
    ],
    ids=[
        *("json_schema", "developer", "stop", "continuation", "tool_choice"),
        *("max_completion_tokens", "max_tokens"),
    ],
)
def test_a_fact_that_was_seen_is_in_the_dialect(
    changed: dict[str, str], expected: dict[str, Any]
) -> None:
    assert advised(changed=changed).dialect == expected


def test_refused_fields_are_in_the_dialect() -> None:
    asked = ask(FIELDS).without("logprobs", "no").without("stop", "no")
    advice = advised(streamed(FIELDS, texts("a"), asked=asked))
    assert advice.dialect["refused_fields"] == frozenset({"logprobs"})


def test_what_a_row_has_already_is_left_out() -> None:
    changed = {"json_schema with strict": "no"}
    assert advised(provider="deepseek", changed=changed).dialect == {}


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"usage when asked for": "no"}, {"stream_usage": False}),
        ({"streams": "no"}, {"streaming": False}),
        (
            {"finish reason": "no", "[DONE] at the end": "no"},
            {"on_truncation": "accept"},
        ),
        ({"finish reason": "no"}, {}),
    ],
    ids=str,
)
def test_a_setting_follows_from_what_was_seen(
    changed: dict[str, str], expected: dict[str, Any]
) -> None:
    assert advised(changed=changed).settings == expected


def test_tags_are_a_setting_unless_the_row_has_them() -> None:
    answer = streamed(MAIN, texts("<think>hm</think>", "a"))
    tags = ("<think>", "</think>")
    assert advised(answer).settings["reasoning_tags"] == tags
    assert "reasoning_tags" not in advised(answer, provider="minimax").settings


def test_a_buffer_on_the_way_is_a_note() -> None:
    [note] = advised(changed={"tokens arrive one by one": "no"}).notes
    assert "buffering" in note


@pytest.mark.parametrize(
    ("verdict", "method"), [("yes", "json_mode"), ("no", "function_calling")]
)
def test_another_method_for_objects_is_a_note(verdict: str, method: str) -> None:
    changed = {"json_schema with strict": "no", "json_object": verdict}
    [note] = advised(changed=changed).notes
    assert method in note
