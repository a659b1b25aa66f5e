"""Keys of clients are checked."""

from __future__ import annotations

import hmac
from typing import Any

import pytest
from starlette.exceptions import HTTPException

from langchain_sse_chat.errors import ConfigurationError
from langchain_sse_chat.serve.asgi import keys as keys_module
from langchain_sse_chat.serve.asgi.keys import KeyCheck, holder
from langchain_sse_chat.serve.failure.failure import RequestRefused, unauthorized


@pytest.mark.parametrize(
    "header", [b"Bearer one", b"bearer two", b"BEARER  two "], ids=repr
)
async def test_each_key_is_valid(header: bytes) -> None:
    assert await KeyCheck(["one", "two"]).accepts(header)


@pytest.mark.parametrize(
    "header",
    [
        None,
        b"",
        b"Bearer",
        b"Bearer ",
        b"Bearer on",
        b"Bearer onee",
        b"Bearer ONE",
        b"Bearer one two",
        b"Basic one",
        b"one",
        b"Bearer \xff\xfe",
        b"Bearer " + b"x" * 100_000,
    ],
    ids=lambda header: repr(header)[:30],
)
async def test_any_other_is_not(header: bytes | None) -> None:
    assert not await KeyCheck(["one", "two"]).accepts(header)


async def test_one_key_needs_no_list() -> None:
    check = KeyCheck("one")
    assert await check.accepts(b"Bearer one")
    assert not await check.accepts(b"Bearer o")


async def test_keys_may_have_any_characters() -> None:
    assert await KeyCheck(["ключ"]).accepts(b"Bearer " + "ключ".encode())


@pytest.mark.parametrize("keys", [[], "", ["a", ""], [None]], ids=repr)
def test_keys_that_are_missing_or_empty_are_an_error(keys: Any) -> None:
    with pytest.raises(ConfigurationError, match="`api_keys`"):
        KeyCheck(keys)


async def test_every_key_is_compared_in_constant_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    compared = []

    def compare(one: bytes, other: bytes) -> bool:
        compared.append((len(one), len(other)))
        return hmac.compare_digest(one, other)

    spied = type("spied", (), {"compare_digest": compare, "digest": hmac.digest})
    monkeypatch.setattr(keys_module, "hmac", spied)
    assert await KeyCheck(["one", "a longer one", "third"]).accepts(b"Bearer one")
    assert compared == [(32, 32)] * 3


@pytest.mark.parametrize("is_async", [True, False], ids=["async", "sync"])
async def test_a_function_may_decide(is_async: bool) -> None:
    asked = []

    def check(key: str) -> bool:
        asked.append(key)
        return key == "one"

    async def check_async(key: str) -> bool:
        return check(key)

    keys = KeyCheck(check_async if is_async else check)
    assert await keys.accepts(b"Bearer one")
    assert not await keys.accepts(b"Bearer two")
    assert not await keys.accepts(None)
    assert not await keys.accepts(b"Bearer \xff")
    assert asked == ["one", "two"]


async def test_only_true_is_yes() -> None:
    def user_of(key: str) -> Any:
        return {"error": "unknown"}

    assert not await KeyCheck(user_of).accepts(b"Bearer one")


@pytest.mark.parametrize("is_async", [True, False], ids=["async", "sync"])
async def test_a_function_that_fails_shows_no_key(is_async: bool) -> None:
    users = {"secret-key-one": True}

    def check(key: str) -> bool:
        return users[key]

    async def check_async(key: str) -> bool:
        return check(key)

    keys = KeyCheck(check_async if is_async else check)
    with pytest.raises(RuntimeError, match="users") as caught:
        await keys.accepts(b"Bearer secret-key-two")
    assert "KeyError" in str(caught.value)
    assert "secret-key-two" not in str(caught.value)
    assert caught.value.__suppress_context__


@pytest.mark.parametrize(
    "error", [HTTPException(403, "Pay first."), RequestRefused(unauthorized())]
)
async def test_a_function_may_choose_the_response(error: Exception) -> None:
    def check(key: str) -> bool:
        raise error

    with pytest.raises(type(error)):
        await KeyCheck(check).accepts(b"Bearer one")


@pytest.mark.parametrize("key", ["one\n", " one", "o\nne"], ids=repr)
def test_a_key_that_no_header_can_have_is_an_error(key: str) -> None:
    with pytest.raises(ConfigurationError, match="line break"):
        KeyCheck(["ok", key])


def test_a_key_has_a_mark_of_its_own() -> None:
    mark = holder(b"Bearer one")
    assert mark == holder(b"bearer  one ")
    assert mark != holder(b"Bearer two")
    assert "one" not in mark
    assert holder(None) == holder(b"")
