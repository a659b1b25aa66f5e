"""GigaChat's credentials and its access token are shown nowhere."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from langchain_core.load import dumps

from langchain_sse_chat.gigachat import GigaChat
from tests.integration_tests.security.shown import leaks, texts_of
from tests.integration_tests.security.test_secrets import (
    answer,
    failed,
    refusal,
)
from tests.integration_tests.transport_wire import Behavior, Server

PASSWORD = "mark-password-0123456789"
TOKEN = "mark-token-0123456789"
GIVEN = "mark-given-token-0123456789"
CREDENTIALS = base64.b64encode(f"client:{PASSWORD}".encode()).decode()
MARKS = (PASSWORD, TOKEN, GIVEN, CREDENTIALS)

BOUGHT = answer("200 OK", json.dumps({"access_token": TOKEN, "expires_at": 9e12}))
WAYS: dict[str, dict[str, Any]] = {
    "credentials": {"credentials": CREDENTIALS},
    "user": {"user": "client", "password": PASSWORD},
    "token": {"access_token": GIVEN},
    "both": {"access_token": GIVEN, "credentials": CREDENTIALS},
}


@pytest.mark.parametrize("use", ["invoke", "stream", "ainvoke", "astream"])
@pytest.mark.parametrize("status", [400, 401, 403, 500])
@pytest.mark.parametrize(
    ("way", "first"),
    [
        *((way, []) for way in WAYS),
        *((way, [BOUGHT]) for way in ("credentials", "user")),
    ],
)
def test_no_error_shows_what_it_was_asked_with(
    way: str, first: list[Behavior], status: int, use: str
) -> None:
    quoted = own(way) + (f" Bearer {TOKEN}" if first else "")

    with Server(*first, refusal(status, quoted)) as server:
        root = server.url.removesuffix("/chat/completions")
        chat = GigaChat(base_url=root, auth_url=root, max_retries=0, **WAYS[way])
        shown = [repr(chat), dumps(chat), repr(chat.model_dump())]
        error, traced = failed(chat, use)

    assert leaks([*shown, *texts_of(error), *traced], MARKS) == []


def own(way: str) -> str:
    """Return the parts of a request that a server can quote."""
    known = {
        "credentials": f"Basic {CREDENTIALS} {PASSWORD}",
        "user": f"Basic {CREDENTIALS} {PASSWORD}",
        "token": f"Bearer {GIVEN}",
        "both": f"Basic {CREDENTIALS} {GIVEN}",
    }
    return known[way]
