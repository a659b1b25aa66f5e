"""Stars for secrets, however a body is cut."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from langchain_sse_chat.secrets.spellings import Spellings
from langchain_sse_chat.secrets.stream_redactor import (
    AllStrings,
    KnownSecrets,
    StreamRedactor,
)


def known(texts: list[str]) -> KnownSecrets:
    return KnownSecrets(Spellings(texts))


def starred(redactor: StreamRedactor, parts: list[bytes]) -> bytes:
    return b"".join([*map(redactor.feed, parts), redactor.close()])


def all_starred(body: bytes, texts: list[str]) -> bytes:
    """Return the expected output of `KnownSecrets`, found the slow way."""
    result = bytearray(body)
    for text in map(str.encode, texts):
        for at in range(len(body)):
            if body.startswith(text, at):
                result[at : at + len(text)] = b"*" * len(text)
    return bytes(result)


@given(
    texts=st.lists(st.text("ab", min_size=1, max_size=6), max_size=3),
    parts=st.lists(st.text("abc", max_size=8).map(str.encode), max_size=8),
)
def test_each_occurrence_becomes_stars_however_it_is_cut(
    texts: list[str], parts: list[bytes]
) -> None:
    texts.sort(key=len, reverse=True)

    assert starred(known(texts), parts) == all_starred(b"".join(parts), texts)


def test_nothing_is_held_back_that_is_no_beginning_of_a_secret() -> None:
    redactor = known(["secret-key"])

    assert redactor.feed(b"data: se") == b"data: "
    assert redactor.feed(b"en\n\ndata: s") == b"seen\n\ndata: "
    assert redactor.feed(b"ecret-key!") == b"**********!"
    assert redactor.close() == b""


@pytest.mark.parametrize(
    ("end", "given"),
    [(b"secret-", b"secret-"), (b"secret-k", b"*" * 8), (b"secret-ke", b"*" * 9)],
)
def test_a_secret_that_a_body_ends_in_is_stars_when_it_is_most_of_it(
    end: bytes, given: bytes
) -> None:
    assert starred(known(["secret-key"]), [b"a ", end]) == b"a " + given


def test_without_secrets_bytes_pass() -> None:
    assert known([]).feed(b"data: 1\n\n") == b"data: 1\n\n"


TOKEN = b'{"access_token": "ab\\"c=", "tok":"x", "expires_at": 17, "n": ["y"]}'


@pytest.mark.parametrize("size", [1, 7, 100])
def test_an_answer_with_a_token_keeps_names_and_numbers(size: int) -> None:
    parts = [TOKEN[at : at + size] for at in range(0, len(TOKEN), size)]

    body = starred(AllStrings(), parts)

    assert len(body) == len(TOKEN)
    assert json.loads(body) == {
        "access_token": "******",
        "tok": "*",
        "expires_at": 17,
        "n": ["*"],
    }


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b'{"access_token": "abc', id="truncated"),
        pytest.param(b"token=abc", id="form"),
        pytest.param(b'["abc"]', id="array"),
        pytest.param(b"[" * 100_000, id="nested too deep"),
        pytest.param(b"", id="empty"),
    ],
)
def test_an_answer_that_is_no_object_is_all_stars(body: bytes) -> None:
    assert starred(AllStrings(), [body]) == b"*" * len(body)
