from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote, quote_plus

import pytest

from langchain_sse_chat.errors import (
    ConnectionFailedError,
    MalformedChunkError,
    SSEChatError,
)
from langchain_sse_chat.secrets.redaction import redact_error
from langchain_sse_chat.secrets.spellings import Spellings
from langchain_sse_chat.wire.server_errors import status_error, stream_error
from tests.unit_tests.wire.wire_streams import WHERE

KEY = "sk-'\"\\ secret/я"


@pytest.mark.parametrize(
    "spelled", [KEY, json.dumps(KEY)[1:-1], quote(KEY, safe=""), quote_plus(KEY)]
)
def test_secrets_are_taken_out_of_errors(spelled: str) -> None:
    body: dict[str, Any] = {
        "error": {"message": f"Wrong key {spelled}", spelled: [spelled, 1]}
    }
    headers = {"x-echo": spelled, "x-request-id": f"r {spelled}"}
    error = status_error(401, headers, json.dumps(body).encode(), url=WHERE, now=0.0)
    in_stream = stream_error({**body["error"], "code": spelled}, WHERE)
    malformed = MalformedChunkError(spelled, data=spelled)

    for one in (error, in_stream, malformed):
        one.add_note(spelled)
        redact_error(one, Spellings(["", KEY]))
        shown = f"{one} {one.args} {vars(one)}"
        assert "secret" not in shown
        assert "***" in shown

    assert "Wrong key ***" in str(error)
    assert error.headers == {"x-echo": "***", "x-request-id": "r ***"}
    assert error.body == {"error": {"message": "Wrong key ***", "***": ["***", 1]}}
    assert in_stream.code == "***"
    assert in_stream.body["***"] == ["***", 1]
    assert malformed.data == "***"


def test_without_secrets_nothing_is_changed() -> None:
    error = SSEChatError("message", 5)

    redact_error(error, Spellings([""]))

    assert error.args == ("message", 5)


@pytest.mark.parametrize("secrets", [("short-one", "short-one-and-more"), ("b", "ab")])
def test_the_longest_secret_is_taken_out_first(secrets: tuple[str, str]) -> None:
    for ordered in (secrets, secrets[::-1]):
        error = SSEChatError(f"<{secrets[1]}> <{secrets[0]}>")
        redact_error(error, Spellings(ordered))
        assert str(error) == "<***> <***>"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a secret-key-and", "a ***"),
        ("a 'secret-key-and'", "a '***'"),
        ("a secret-key-and …", "a *** …"),
        ("a secret-k.", "a ***."),
        ("secret-secret-key-a", "secret-***"),
        ("a secre", "a secre"),
        ("a secret-santa's", "a secret-santa's"),
        ("secret-k or secret-k", "secret-k or ***"),
        ("secret-key or secret-key", "*** or ***"),
    ],
)
def test_a_secret_that_was_cut_with_its_text_is_one(text: str, shown: str) -> None:
    error = SSEChatError(text)

    redact_error(error, Spellings(["secret-key-and-more"]))

    assert str(error) == shown


def test_a_short_secret_is_taken_out_whole_only() -> None:
    error = SSEChatError("abcd abc")

    redact_error(error, Spellings(["abcd"]))

    assert str(error) == "*** abc"


def test_causes_lose_secrets_too() -> None:
    first = ValueError(f"line {KEY}", 1)
    second = OSError(KEY)
    second.__context__ = first
    first.__context__ = second
    error = ConnectionFailedError("broke")
    error.__cause__ = second

    redact_error(error, Spellings([KEY]))

    assert (first.args, second.args) == (("line ***", 1), ("***",))
