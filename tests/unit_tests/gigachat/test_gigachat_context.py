"""Headers in the context variables of `gigachat`."""

from __future__ import annotations

import asyncio
import sys
from contextvars import ContextVar
from types import ModuleType, SimpleNamespace
from typing import Any, cast

import httpx
import pytest

from langchain_sse_chat import ConfigurationError
from langchain_sse_chat.gigachat.context import context_headers
from tests.unit_tests.gigachat.gigachat_scripts import Sber

SESSION: ContextVar[str | None] = ContextVar("session_id_cvar", default=None)
REQUEST: ContextVar[str | None] = ContextVar("request_id_cvar", default=None)
TOKEN: ContextVar[str | None] = ContextVar("authorization_cvar", default=None)
CUSTOM: ContextVar[dict[str, str] | None] = ContextVar("custom_headers_cvar")

MODULE = cast(
    "ModuleType",
    SimpleNamespace(
        session_id_cvar=SESSION,
        request_id_cvar=REQUEST,
        authorization_cvar=TOKEN,
        custom_headers_cvar=CUSTOM,
    ),
)


@pytest.fixture
def _imported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "gigachat.context", MODULE)
    for variable in (SESSION, REQUEST, TOKEN, CUSTOM):
        cast("ContextVar[Any]", variable).set(None)


def test_without_the_package_there_are_none() -> None:
    assert context_headers({}) == {}
    assert context_headers() == {}


def test_a_version_without_a_variable_is_read() -> None:
    assert context_headers({"gigachat.context": ModuleType("context")}) == {}


@pytest.mark.usefixtures("_imported")
def test_each_variable_is_a_header() -> None:
    SESSION.set("s")
    CUSTOM.set({"X-Own": "o", "X-Session-ID": "c"})

    assert context_headers() == {"X-Session-ID": "c", "X-Own": "o"}


@pytest.mark.usefixtures("_imported")
def test_a_call_sends_the_headers_of_its_context(sber: Sber) -> None:
    chat = sber.chat(default_headers={"X-Session-ID": "default", "X-A": "b"})
    SESSION.set("session")
    REQUEST.set("request")

    chat.invoke("x")
    chat.invoke("x", extra_headers={"X-Request-ID": "of the call"})

    first, second = (sent.headers for sent in sber.chats)
    assert (first["x-session-id"], first["x-request-id"]) == ("session", "request")
    assert (first["x-a"], second["x-request-id"]) == ("b", "of the call")


@pytest.mark.usefixtures("_imported")
def test_tasks_have_contexts_of_their_own(sber: Sber) -> None:
    chat = sber.chat()

    async def ask(session: str) -> None:
        SESSION.set(session)
        await chat.ainvoke("x")

    async def both() -> None:
        await asyncio.gather(ask("one"), ask("two"))

    asyncio.run(both())

    sessions = sorted(sent.headers["x-session-id"] for sent in sber.chats)
    assert sessions == ["one", "two"]


@pytest.mark.usefixtures("_imported")
def test_a_token_of_the_context_replaces_the_models_own(sber: Sber) -> None:
    TOKEN.set("Bearer of-the-context")

    sber.chat().invoke("x")

    assert sber.token_requests == []
    assert sber.bearers == ["Bearer of-the-context"]


@pytest.mark.usefixtures("_imported")
def test_other_requests_have_the_headers_too(sber: Sber) -> None:
    sber.answers = [httpx.Response(200, json={"data": []})]
    SESSION.set("session")

    sber.chat().get_models()

    assert sber.chats[0].headers["x-session-id"] == "session"


@pytest.mark.usefixtures("_imported")
def test_headers_that_are_not_a_mapping_are_an_error(sber: Sber) -> None:
    cast("ContextVar[Any]", CUSTOM).set(["X-A"])

    with pytest.raises(ConfigurationError, match="`custom_headers_cvar`"):
        sber.chat().invoke("x")
