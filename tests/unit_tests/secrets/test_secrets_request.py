"""Secrets of a request, which are redacted completely."""

from __future__ import annotations

import json
from base64 import b64encode
from typing import Any

import pytest

from langchain_sse_chat.secrets import MASK, Secrets, query_names, shown_headers

MARKER = "marker-of-a-secret"
URL = "https://host/v1/chat/completions"


def secrets_of(
    url: str = URL, body: Any = None, headers: dict[str, str] | None = None
) -> Secrets:
    secrets = Secrets()
    secrets.learn(url, headers or {}, json.dumps(body or {}).encode())
    return secrets


def shown(secrets: Secrets, body: Any) -> Any:
    return secrets.redacted_body(json.dumps(body).encode())


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Authorization", f"Bearer {MARKER}"),
        ("api-key", MARKER),
        ("X-Anything-Of-A-Gateway", MARKER),
        ("Cookie", MARKER),
    ],
)
def test_the_value_of_an_unknown_header_is_a_secret(name: str, value: str) -> None:
    headers = {name: value, "Accept": "text/event-stream"}
    secrets = secrets_of(headers=headers)

    assert shown_headers(headers) == {name: MASK, "Accept": "text/event-stream"}
    assert secrets.redact(f"no such key: {MARKER}.") == f"no such key: {MASK}."


def test_what_harmless_headers_say_may_occur_in_an_answer() -> None:
    secrets = secrets_of(headers={"X-Title": "My application"})

    assert secrets.redact("My application") == "My application"


def test_short_values_are_words() -> None:
    secrets = secrets_of(headers={"X-Debug": "true"})

    assert secrets.redact("true") == "true"


@pytest.mark.parametrize(
    "url",
    [
        f"{URL}?key={MARKER}",
        f"{URL}?a=1&access_token={MARKER}",
        f"{URL}?sig={MARKER}&x=",
        f"{URL}?code={MARKER}",
        f"https://{MARKER}@host/v1/chat/completions",
        f"https://user:{MARKER}@host/v1/chat/completions",
    ],
)
def test_keys_in_a_url_are_secrets(url: str) -> None:
    secrets = secrets_of(url)

    assert MARKER not in secrets.redact(f"GET {url}")


def test_a_password_in_a_url_is_found_as_it_reads() -> None:
    secrets = secrets_of("https://user:pass%2Fword%40home@host/v1")

    assert secrets.redact("no: pass/word@home, pass%2Fword%40home") == "no: ***, ***"


def test_what_is_no_url_has_no_secrets() -> None:
    assert secrets_of("http://[").redact("http://[") == "http://["


@pytest.mark.parametrize(
    ("pair", "hidden"),
    [
        pytest.param(
            b"somebody:pass/word", "*** with *** and p%2Fw", id="user and password"
        ),
        pytest.param(
            b"\xff\xff\xff\xff\xff\xff\xff\xff",
            "somebody with pass/word and p%2Fw",
            id="not UTF-8",
        ),
        pytest.param(b"", "somebody with pass/word and p%2Fw", id="empty"),
    ],
)
def test_user_and_password_of_a_header_are_secrets(pair: bytes, hidden: str) -> None:
    secrets = secrets_of(headers={"Authorization": f"Basic {b64encode(pair).decode()}"})
    assert secrets.redact("somebody with pass/word and p%2Fw") == hidden


def test_the_value_of_a_version_is_none() -> None:
    secrets = secrets_of(f"{URL}?api-version=2024-10-21")

    assert secrets.redact("It is 2024-10-21.") == "It is 2024-10-21."


def test_parameters_of_a_query_are_named_only() -> None:
    assert query_names(f"{URL}?a={MARKER}&b=&a=2") == ["a", "b", "a"]


@pytest.mark.parametrize(
    "said",
    ['a/b"c\\d+ef', 'a/b\\"c\\\\d+ef', 'a\\/b"c\\d+ef', "a%2Fb%22c%5Cd%2Bef"],
    ids=["plain", "JSON", "JSON with slashes", "URL"],
)
def test_a_secret_is_found_in_each_way_of_writing(said: str) -> None:
    secrets = secrets_of(headers={"api-key": 'a/b"c\\d+ef'})

    assert secrets.redact(f"<{said}>") == f"<{MASK}>"


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        (MARKER[:-1], MASK),
        (MARKER[:9] + ".", f"{MASK}."),
        (f"{MARKER[:12]}, {MARKER}", f"{MASK}, {MASK}"),
        (f"{MARKER[:8]}s", f"{MARKER[:8]}s"),
    ],
)
def test_a_secret_that_is_cut_off_is_hidden_when_half_of_it_is_there(
    said: str, shown: str
) -> None:
    secrets = secrets_of(headers={"api-key": MARKER})

    assert secrets.redact(said) == shown


def test_the_longer_of_two_secrets_is_hidden_whole() -> None:
    secrets = secrets_of(headers={"a": MARKER, "b": f"{MARKER}-and-more"})

    assert secrets.redact(f"{MARKER}-and-more") == MASK


@pytest.mark.parametrize(
    "body",
    [
        pytest.param({"api_key": MARKER}, id="snake case"),
        pytest.param({"apiKey": MARKER}, id="camel case"),
        pytest.param({"api_keys": [MARKER]}, id="plural"),
        pytest.param(
            {"tools": [{"type": "mcp", "authorization": MARKER}]},
            id="authorization of a tool",
        ),
        pytest.param(
            {"tools": [{"type": "mcp", "headers": {"X-Any": MARKER}}]},
            id="headers of a tool",
        ),
        pytest.param(
            {"data_sources": [{"authentication": {"type": "x", "value": MARKER}}]},
            id="authentication",
        ),
        pytest.param(
            {"a": {"client_secret": {"messages": MARKER, "properties": {"x": MARKER}}}},
            id="nested",
        ),
        pytest.param({"properties": MARKER, "password": MARKER}, id="root"),
    ],
)
def test_fields_that_are_named_like_secrets_are_hidden(body: Any) -> None:
    secrets = secrets_of(body=body)

    masked = json.dumps(shown(secrets, body))

    assert MARKER not in masked
    assert MASK in masked
    assert MARKER not in secrets.redact(f"no such key: {MARKER}")


@pytest.mark.parametrize(
    "body",
    [
        {"messages": [{"role": "user", "content": MARKER, "token": MARKER}]},
        {"max_tokens": 5, "stop_token_ids": [1, 2], "token": None},
        {"tools": [{"parameters": {"properties": {"api_key": {"type": "string"}}}}]},
        [1, "two", None],
    ],
)
def test_the_rest_of_a_body_is_shown_as_it_is(body: Any) -> None:
    secrets = secrets_of(body=body)

    assert shown(secrets, body) == body


def test_the_key_is_hidden_in_the_conversation_too() -> None:
    body = {"messages": [{"role": "user", "content": f"My key is {MARKER}."}]}
    secrets = secrets_of(body=body, headers={"api-key": MARKER})

    assert shown(secrets, body) == {
        "messages": [{"role": "user", "content": f"My key is {MASK}."}]
    }


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"scope=x", id="form"),
        pytest.param(b"[" * 100_000 + b"]" * 100_000, id="nested too deep"),
    ],
)
def test_a_body_that_cannot_be_read_is_hidden_whole(body: bytes) -> None:
    secrets = Secrets()
    secrets.learn(URL, {}, body)

    assert secrets.redacted_body(body) == MASK
