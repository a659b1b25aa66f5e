"""Access tokens: who gets one, for how long, and what is shown of it."""

from __future__ import annotations

from typing import Any

from langchain_sse_chat.exchange.access_token import (
    AccessGrant,
    AuthorizedExchange,
    TokenStore,
    store_of,
)
from langchain_sse_chat.exchange.retry import RetryPolicy
from langchain_sse_chat.transport.clients import HTTPClients
from langchain_sse_chat.transport.protocols import Timeouts
from tests.unit_tests.gigachat.gigachat_scripts import (
    KEY,
)


def test_a_store_lets_one_at_a_time_get_a_token() -> None:
    now = [1000.0]
    store = TokenStore(now=lambda: now[0])
    one, two = object(), object()
    assert store.token() is None
    assert store.claim(one)
    assert not store.claim(two)
    store.release(two)
    assert not store.claim(two)
    now[0] += 91
    assert store.claim(two), "a claim that is never given back ends"
    store.keep("t", now[0] + 61)
    store.release(two)
    assert store.token() == "t"
    assert not store.claim(one), "there is a token by now"
    store.refuse("older")
    assert store.token() == "t"
    now[0] += 1
    assert store.token() is None


def test_an_exchange_that_cannot_begin_yet_is_asked_again_later() -> None:
    class Waiting:
        closed = False

        def begin(self) -> float:
            return 0.5

        def finished(self) -> bool:
            return True

        def failed(self, error: Exception) -> None:
            raise AssertionError(error)

        def close(self) -> None:
            self.closed = True

    waiting = Waiting()
    grant = AccessGrant("https://auth.test", "Basic x", access_token="t")
    exchange = AuthorizedExchange[Any](
        waiting,
        grant,
        clients=HTTPClients(),
        policy=RetryPolicy(),
        timeouts=Timeouts(),
    )
    assert exchange.begin() == 0.5
    exchange.close()
    assert waiting.closed


def test_a_token_request_is_short() -> None:
    grant = AccessGrant("https://auth.test", "Basic x")
    clients = HTTPClients()
    limits = [None, 600.0, 5.0]
    read = [grant.request(clients, Timeouts(read=r), "").timeouts.read for r in limits]
    assert read == [30.0, 30.0, 5.0]


def test_no_secret_is_shown() -> None:
    grant = AccessGrant("https://auth.test", f"Basic {KEY}", access_token="given")
    assert KEY not in repr(grant)
    assert "given" not in repr(grant)
    assert KEY not in repr(grant.request(HTTPClients(), Timeouts(), ""))


def test_equal_grants_share_a_store() -> None:
    assert store_of(AccessGrant("u", "a")) is store_of(AccessGrant("u", "a"))
    assert store_of(AccessGrant("u", "a")) is not store_of(AccessGrant("u", "b"))
