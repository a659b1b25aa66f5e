"""`useChat` after a reload, while its answer still runs."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from langchain_sse_chat.testing import Reply, Request, ScriptedServer
from tests.integration_tests.serve_clients.node import Node, node_folder
from tests.integration_tests.serve_clients.relay import TOKENS, Relay, relaying
from tests.integration_tests.serve_clients.use_chat import (
    ASK,
    LIBRARIES,
    Chat,
    last,
    types,
    words,
)

TEXT = "".join(TOKENS)


@dataclass
class Held:
    """A served model whose answer stops after two tokens, until it is released."""

    upstream: ScriptedServer
    relay: Relay
    gate: threading.Semaphore

    @property
    def release(self) -> dict[str, str]:
        """An argument for the step `signal`, which releases the answer."""
        return {"signal": f"{self.upstream.url}/release"}


@pytest.fixture
def held() -> Iterator[Held]:
    gate = threading.Semaphore(2)

    def release(request: Request) -> Reply:
        gate.release(20)
        return Reply.json({})

    with (
        ScriptedServer(
            [Reply.text(TOKENS, gate=gate)],
            api_key="sk-of-the-server",
            routes={"/release": release},
        ) as upstream,
        relaying(upstream, keep="memory://") as relay,
    ):
        yield Held(upstream, relay, gate)


def chat_of(held: Held, library: str) -> Chat:
    """Return a chat of a page that was just loaded."""
    relay = held.relay
    return Chat(Node(node_folder(), relay.base_url, relay.key), library, relay.url)


@pytest.mark.parametrize(
    ("library", "saved"),
    [
        *((library, 1) for library in LIBRARIES),
        # The newest one replaces a part of the answer that the page has saved.
        (LIBRARIES[-1], 2),
    ],
)
def test_a_page_that_was_reloaded_resumes_the_answer(
    held: Held, library: str, saved: int
) -> None:
    at_second = {"at": TOKENS[1]}
    [left] = chat_of(held, library)({**ASK, **at_second, "act": "abort"})
    assert words(last(left)) == "".join(TOKENS[:2])

    resumed, again = chat_of(held, library)(
        {"resume": True, **at_second, "act": "signal"},
        {"resume": True},
        messages=left["messages"][:saved],
        **held.release,
    )

    answer = last(resumed)
    assert (resumed["status"], len(resumed["messages"])) == ("ready", 2)
    assert types(answer) == ["step-start", "text"]
    assert words(answer) == TEXT
    assert answer["id"] == last(left)["id"]
    assert again["messages"] == resumed["messages"]
    assert len(held.upstream.requests) == 2, "the question and the release"


@pytest.mark.parametrize("library", LIBRARIES)
def test_a_reader_that_comes_back_can_stop_the_answer(held: Held, library: str) -> None:
    at_second = {"at": TOKENS[1]}
    [left] = chat_of(held, library)({**ASK, **at_second, "act": "abort"})

    [stopped] = chat_of(held, library)(
        {"resume": True, **at_second, "act": "stop"}, messages=left["messages"][:1]
    )

    assert held.upstream.wait_for_disconnect(5)
    assert (stopped["status"], stopped["acted"]) == ("ready", 204)
    assert words(last(stopped)) == "".join(TOKENS[:2])
