"""Keys in Redis have neither API keys nor the IDs of chats in their names."""

from __future__ import annotations

from langchain_sse_chat.serve.kept.answer import Owner
from langchain_sse_chat.serve.kept.shared.names import Names, mark_of

NAMES = Names("app:")


def test_keys_begin_with_the_prefix() -> None:
    assert Names().answer("a") == "langchain_sse_chat:answer:a"
    assert [
        NAMES.answer("a"),
        NAMES.events("a"),
        NAMES.reader("a"),
        NAMES.worker("w"),
        NAMES.control("w"),
    ] == [
        "app:answer:a",
        "app:events:a",
        "app:reader:a",
        "app:worker:w",
        "app:control:w",
    ]
    assert NAMES.chat(Owner("k", "c")) == f"app:chat:{mark_of(Owner('k', 'c'))}"


def test_each_owner_has_a_mark_that_tells_nothing() -> None:
    owners = [
        Owner(""),
        Owner("", ""),
        Owner("", "chat"),
        Owner("key"),
        Owner("key", "chat"),
        Owner("key chat"),
        Owner("key", "\ud800"),
    ]
    marks = [mark_of(owner) for owner in owners]
    assert len(set(marks)) == len(owners)
    assert all(len(mark) == 64 and "key" not in mark for mark in marks)
