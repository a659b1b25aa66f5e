from __future__ import annotations

import pytest

from langchain_sse_chat.serve.failure.failure import Failure, RequestRefused
from langchain_sse_chat.serve.request.body_json import (
    media_type,
    read_object,
    read_text,
)
from langchain_sse_chat.serve.request.limits import RequestLimits

LIMITS = RequestLimits(body=1000)
JSON = "application/json"


def refusal(body: bytes, content_type: str | None = JSON) -> Failure:
    with pytest.raises(RequestRefused) as caught:
        read_object(body, content_type, LIMITS)
    return caught.value.failure


@pytest.mark.parametrize(
    "content_type",
    ["application/json", "Application/JSON", "application/json; charset=utf-8"],
)
def test_an_object_in_json_is_read(content_type: str) -> None:
    body = '{"ключ": [1, null, "ü"]}'.encode()
    assert read_object(body, content_type, LIMITS) == {"ключ": [1, None, "ü"]}


def test_a_byte_order_mark_is_skipped() -> None:
    assert read_object(b"\xef\xbb\xbf{}", JSON, LIMITS) == {}


@pytest.mark.parametrize(
    "content_type",
    [None, "", "text/plain", "application/x-www-form-urlencoded", "application/jsonx"],
)
def test_another_content_type_is_a_415(content_type: str | None) -> None:
    failure = refusal(b"{}", content_type)
    assert failure.status == 415
    assert "`Content-Type: application/json`" in failure.message


def test_a_large_body_is_a_413_before_it_is_read() -> None:
    failure = refusal(b"{" * 1001)
    assert failure.status == 413
    assert "1000 bytes" in failure.message


@pytest.mark.parametrize(
    ("body", "message"),
    [
        pytest.param(b"", "Expecting value at character 1", id="empty"),
        pytest.param(b"{'a': 1}", "at character 2", id="single quotes"),
        pytest.param(b'{"a": 1', "at character 8", id="cut"),
        pytest.param(b'{"a": 1}{}', "Extra data at character 9", id="two"),
        pytest.param(b'{"a": NaN}', "NaN is not JSON", id="not a number"),
        pytest.param(b'{"a": -Infinity}', "-Infinity is not JSON", id="infinity"),
        pytest.param(b'{"a": 1e999}', "1e999 is too large", id="huge number"),
        pytest.param(b'{"a": "\x01"}', "control character", id="control character"),
        pytest.param(b'{"a": ' + b"[" * 201 + b"]" * 201 + b"}", "nested", id="deep"),
        pytest.param(b"[]", "not a JSON object", id="list"),
        pytest.param(b"null", "not a JSON object", id="null"),
        pytest.param(b'{"a": "\xff"}', "not UTF-8", id="latin-1"),
        pytest.param('{"a": 1}'.encode("utf-16"), "not UTF-8", id="utf-16"),
    ],
)
def test_a_broken_body_is_a_400_that_says_what_is_wrong(
    body: bytes, message: str
) -> None:
    failure = refusal(body)

    assert failure.status == 400
    assert failure.type == "invalid_request_error"
    assert message in failure.message


def test_nesting_that_exhausts_the_stack_is_a_400() -> None:
    body = b'{"a": ' + b"[" * 500_000
    with pytest.raises(RequestRefused) as caught:
        read_object(body, JSON, RequestLimits())
    assert caught.value.failure.status == 400


def test_the_message_does_not_quote_a_long_number() -> None:
    body = b'{"a": ' + b"1" * 900 + b"e99}"
    assert len(refusal(body).message) < 200


def test_half_of_a_character_is_replaced() -> None:
    body = rb'{"a": ["cut \ud83d", 1, "\ud83d\ude00"], "\uDE00": {"b": "\\ud83d"}}'
    assert read_object(body, JSON, LIMITS) == {
        "a": ["cut \ufffd", 1, "😀"],
        "\ufffd": {"b": "\\ud83d"},
    }


def test_the_text_of_a_body_is_utf_8() -> None:
    assert read_text("Привет".encode(), LIMITS) == "Привет"


def test_a_media_type_has_no_parameters() -> None:
    assert media_type("Text/Plain ; charset=x") == "text/plain"
    assert media_type(None) == ""
