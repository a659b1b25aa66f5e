"""The details of an error are found at any depth of its body."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from langchain_sse_chat.wire.error_details import ErrorDetails, read_details
from tests.unit_tests.chat_models.server_errors import (
    Make,
    invoke_error,
    refused,
    with_metadata,
)

MANY = [[[f"t{a}{b}{c}" for c in range(9)] for b in range(9)] for a in range(9)]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        pytest.param(
            with_metadata(raw="m:free is temporarily rate-limited upstream."),
            ["slow: m:free is temporarily rate-limited upstream."],
            id="a raw text",
        ),
        pytest.param(
            with_metadata(raw='{"error": {"message": "no such tool"}}'),
            ["slow: no such tool."],
            id="raw JSON",
        ),
        pytest.param(
            {"error": {"message": "failed", "details": {"error": {"message": "why"}}}},
            ["failed: why."],
            id="details.error.message",
        ),
        pytest.param(
            {"details": {"error": {"message": "why"}}}, [": why."], id="details alone"
        ),
        pytest.param(
            {"error": {"code": "400", "message": "Param Incorrect", "param": "no m-1"}},
            ["Param Incorrect (param: no m-1)."],
            id="param",
        ),
        pytest.param(
            {"error": {"message": "bad `n`", "param": "n"}},
            [": bad `n`."],
            id="a param that the message names",
        ),
        pytest.param(
            {
                "error": {"code": 400},
                "warnings": [{"message": "w1"}, {"message": "w2"}],
            },
            [": w1: w2."],
            id="warnings",
        ),
        pytest.param(
            {"error": {"message": "Same.", "cause": {"message": "same"}}},
            [": Same."],
            id="the same words twice",
        ),
        pytest.param(
            {"error": {"message": "Failed.", "cause": {"message": "why"}}},
            [": Failed. why."],
            id="after a whole sentence",
        ),
        pytest.param(
            {"error": {"message": "m", "details": ["one", "two"]}},
            ["m: one; two."],
            id="a list of texts",
        ),
        pytest.param(
            {"error": {"message": "m", "details": MANY}},
            ["m: t000; t001; t002; t003."],
            id="many texts",
        ),
        pytest.param(
            {
                "detail": [
                    {"loc": ["body", "n"], "msg": "bad", "input": {"message": "I"}}
                ]
            },
            [": body.n: bad."],
            id="the request is not quoted",
        ),
        pytest.param(
            {"base_resp": {"status_code": 1008, "status_msg": "why"}},
            ["answered 418: why."],
            id="nothing but deeper words",
        ),
        pytest.param(
            {"error": "invalid_scope", "error_description": "why"},
            [": invalid_scope: why."],
            id="OAuth",
        ),
        pytest.param({"id": 5}, [': {"id":5}.'], id="no words at any depth"),
        pytest.param(
            with_metadata(raw="{not JSON"), ["slow: {not JSON."], id="a cut object"
        ),
    ],
)
def test_the_message_has_the_words_that_stand_deeper(
    make_chat: Make, body: Any, words: Sequence[str]
) -> None:
    error = invoke_error(make_chat(refused(418, body)))

    for each in words:
        assert each in str(error)


@pytest.mark.parametrize(
    ("said", "shown"), [("why", "why."), ("why. ", "why."), ("why。", "why。")]
)
def test_a_message_ends_with_one_full_stop(
    make_chat: Make, said: str, shown: str
) -> None:
    error = invoke_error(make_chat(refused(418, {"error": said})))

    assert str(error).endswith(f": {shown}")


def test_an_error_nested_without_end_is_read_to_a_depth(make_chat: Make) -> None:
    body: Any = {"message": "innermost"}
    for _ in range(60):
        body = {"error": {"reason": "wrapped"}, "details": [body]}

    assert "innermost" not in str(invoke_error(make_chat(refused(418, body))))


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"error": {"message": "m", "code": 1}}, ErrorDetails("m", 1)),
        ([{"error": {"message": "m"}}], ErrorDetails("m")),
        ({"error": "m", "status": 5}, ErrorDetails("m", 5)),
        ({"status": 401, "message": "m"}, ErrorDetails("m", 401)),
        ({"code": "", "status": True, "detail": "m"}, ErrorDetails("m")),
        ({"error_message": "m", "error_type": "t"}, ErrorDetails("m", None, "t")),
        ({"msg": "m", "type": "t"}, ErrorDetails("m", None, "t")),
        ({"error": {"detail": "m"}}, ErrorDetails("m")),
        ({"error": {"code": 5}}, ErrorDetails("{'code': 5}", 5)),
        (
            {"detail": [{"loc": ["body", 0, "role"], "msg": "bad", "type": "enum"}]},
            ErrorDetails("body.0.role: bad"),
        ),
        ({"detail": [{"msg": "a"}, "b", {"x": 1}]}, ErrorDetails("a; b; {'x': 1}")),
        ({"detail": {"message": "m"}}, ErrorDetails("m")),
        ({"detail": {"x": 1}}, ErrorDetails("{'x': 1}")),
        ({}, None),
        ({"id": "x"}, None),
        ([], None),
        (["x"], None),
        ([[{"message": "m"}]], None),
        ("x", None),
        (None, None),
    ],
)
def test_the_servers_words_are_found_in_every_form(body: Any, words: Any) -> None:
    assert read_details(body) == words
