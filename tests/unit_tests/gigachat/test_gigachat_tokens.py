"""Access tokens: got, shared, renewed, refused."""

from __future__ import annotations

import asyncio
import ssl
import threading
import time
import uuid
from typing import Any

import httpx
import pytest

from langchain_sse_chat import (
    AuthenticationError,
    ChatSSE,
    ConnectionFailedError,
    InvalidRequestError,
    ProtocolError,
    ServerError,
    SSEChatError,
    StreamError,
)
from langchain_sse_chat.exchange.access_token import (
    store_of,
)
from tests.unit_tests.gigachat.gigachat_scripts import (
    TEXT,
    Ask,
    Sber,
    ask_sync,
    fresh_key,
    stream,
    token_answer,
    unauthorized,
)


def test_a_key_is_exchanged_for_a_token_first(sber: Sber, ask: Ask) -> None:
    key = fresh_key()
    chat = ChatSSE(
        provider="gigachat", model="GigaChat-2", api_key=key, **sber.clients()
    )
    assert ask(chat).content == "Ясное небо"
    [request] = sber.token_requests
    assert str(request.url) == "https://ngw.devices.sberbank.ru:9443/api/v2/oauth"
    assert request.headers["authorization"] == f"Basic {key}"
    assert request.headers["content-type"] == "application/x-www-form-urlencoded"
    assert request.headers["accept"] == "application/json"
    assert uuid.UUID(request.headers["rquid"]).version == 4
    assert request.content == b"scope=GIGACHAT_API_PERS"
    assert sber.bearers == ["Bearer token-number-1"]
    assert sber.chats[0].url.host == "gigachat.devices.sberbank.ru"


def test_scope_and_address_come_from_the_environment(
    sber: Sber, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIGACHAT_SCOPE", "GIGACHAT_API_CORP")
    monkeypatch.setenv("GIGACHAT_AUTH_URL", "https://auth.test/oauth")
    chat = ChatSSE(
        provider="gigachat", model="m", api_key=fresh_key(), **sber.clients()
    )
    ask(chat)
    assert str(sber.token_requests[0].url) == "https://auth.test/oauth"
    assert sber.token_requests[0].content == b"scope=GIGACHAT_API_CORP"


def test_a_token_is_used_again_by_every_model_with_the_same_key(
    sber: Sber, ask: Ask
) -> None:
    key = fresh_key()
    ask(sber.chat(credentials=key))
    ask_sync(sber.chat(credentials=key))
    ask_sync(sber.chat(credentials=f"Basic {key}"))
    assert len(sber.token_requests) == 1
    ask(sber.chat(credentials=key, scope="GIGACHAT_API_B2B"))
    assert len(sber.token_requests) == 2


def test_a_header_of_the_callers_own_takes_the_place_of_a_token(
    sber: Sber, ask: Ask
) -> None:
    ask(sber.chat(), extra_headers={"authorization": "Bearer mine"})
    assert sber.token_requests == []
    assert sber.bearers == ["Bearer mine"]


@pytest.mark.parametrize(
    ("answer", "is_renewed"),
    [
        pytest.param(
            {"access_token": "t", "expires_at": time.time() + 1800},
            False,
            id="long, seconds",
        ),
        pytest.param(
            {"access_token": "t", "expires_at": (time.time() + 1800) * 1000},
            False,
            id="long, milliseconds",
        ),
        pytest.param(
            {"access_token": "t", "expires_at": time.time() + 59},
            True,
            id="short, seconds",
        ),
        pytest.param(
            {"access_token": "t", "expires_at": (time.time() + 59) * 1000},
            True,
            id="short, milliseconds",
        ),
        pytest.param(
            {"tok": "t", "exp": time.time() + 1800}, False, id="long, tok and exp"
        ),
        pytest.param(
            {"tok": "t", "exp": time.time() + 59}, True, id="short, tok and exp"
        ),
        pytest.param({"access_token": "t"}, False, id="no end"),
        pytest.param(
            {"access_token": "t", "expires_at": True}, False, id="boolean end"
        ),
    ],
)
def test_a_token_is_renewed_a_minute_before_its_end(
    sber: Sber, ask: Ask, answer: dict[str, Any], *, is_renewed: bool
) -> None:
    """Ends are sent in seconds or milliseconds, under two names, or not at all."""
    sber.tokens = [lambda _: httpx.Response(200, json=answer)]
    chat = sber.chat()
    ask(chat)
    assert sber.bearers == ["Bearer t"]
    ask(chat)
    assert sber.bearers[1] == ("Bearer token-number-2" if is_renewed else "Bearer t")


def test_a_refused_token_is_renewed_once(sber: Sber, ask: Ask) -> None:
    chat = sber.chat()
    sber.answers = [unauthorized()]
    assert ask(chat).content == "Ясное небо"
    assert sber.bearers == ["Bearer token-number-1", "Bearer token-number-2"]
    sber.answers = [unauthorized(), unauthorized()]
    with pytest.raises(AuthenticationError, match="Token has expired"):
        ask(chat)
    assert len(sber.token_requests) == 3


def test_other_errors_do_not_renew_a_token(sber: Sber, ask: Ask) -> None:
    sber.answers = [httpx.Response(500, json={"status": 500, "message": "Oh"})]
    with pytest.raises(ServerError):
        ask(sber.chat())
    assert len(sber.token_requests) == 1


def test_a_failed_token_request_is_sent_again(sber: Sber, ask: Ask) -> None:
    busy = httpx.Response(
        429, headers={"retry-after": "0"}, json={"message": "Too many requests"}
    )
    sber.tokens = [lambda _: busy]
    assert ask(sber.chat(max_retries=1)).content == "Ясное небо"
    assert len(sber.token_requests) == 2


def test_the_servers_words_about_a_token_are_in_the_error(sber: Sber, ask: Ask) -> None:
    key = fresh_key()
    body = {"code": 5, "message": f"scope is empty, key {key}"}
    sber.tokens = [lambda _: httpx.Response(400, json=body)]
    with pytest.raises(InvalidRequestError) as caught:
        ask(sber.chat(credentials=key))
    assert "scope is empty" in str(caught.value)
    assert "/api/v2/oauth answered 400" in str(caught.value)
    assert caught.value.code == 5
    assert key not in f"{caught.value!r} {caught.value.response.text}"
    assert sber.chats == []


def test_a_wrong_key_is_an_authentication_error(sber: Sber, ask: Ask) -> None:
    body = {"code": 6, "message": "credentials doesn't match db data"}
    sber.tokens = [lambda _: httpx.Response(401, json=body)]
    with pytest.raises(AuthenticationError, match="doesn't match"):
        ask(sber.chat())
    assert len(sber.token_requests) == 1


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ({"code": 7, "message": "scope from db"}, "It says: scope from db"),
        ([], "without an access token. Check `auth_url`.$"),
        ({"access_token": 5}, "without an access token. Check `auth_url`.$"),
    ],
)
def test_an_answer_without_a_token_is_an_error(
    sber: Sber, ask: Ask, answer: Any, words: str
) -> None:
    sber.tokens = [lambda _: httpx.Response(200, json=answer)]
    with pytest.raises(ProtocolError, match=words):
        ask(sber.chat())


def test_an_answer_that_is_a_page_is_an_error(sber: Sber, ask: Ask) -> None:
    sber.tokens = [lambda _: httpx.Response(200, text="<html>")]
    with pytest.raises(ProtocolError, match="without an access token"):
        ask(sber.chat())


def test_a_token_is_in_no_error(sber: Sber, ask: Ask) -> None:
    body = {"status": 400, "message": "Bearer token-number-1 is odd"}
    sber.answers = [httpx.Response(400, json=body)]
    with pytest.raises(InvalidRequestError) as caught:
        ask(sber.chat())
    assert "token-number-1" not in f"{caught.value!r} {caught.value.response.text}"


def test_user_and_password_get_a_token_from_the_api_itself(
    sber: Sber, ask: Ask
) -> None:
    sber.tokens = [lambda _: httpx.Response(200, json={"tok": "t", "exp": 4102444800})]
    store_of.cache_clear()
    chat = sber.chat(user="me", password="hunter2", base_url="https://own.test/api/v1/")
    ask(chat)
    [request] = sber.token_requests
    assert str(request.url) == "https://own.test/api/v1/token"
    assert request.headers["authorization"] == "Basic bWU6aHVudGVyMg=="
    assert request.content == b""
    assert sber.bearers == ["Bearer t"]


def test_a_given_token_is_used_as_it_is(sber: Sber, ask: Ask) -> None:
    ask(sber.chat(access_token="given-token"))
    assert sber.token_requests == []
    assert sber.bearers == ["Bearer given-token"]


def test_a_given_token_that_is_refused_is_an_error(sber: Sber, ask: Ask) -> None:
    sber.answers = [unauthorized()]
    with pytest.raises(AuthenticationError):
        ask(sber.chat(access_token="old-token"))
    assert sber.token_requests == []


def test_a_given_token_gives_way_to_one_for_the_key(sber: Sber, ask: Ask) -> None:
    sber.answers = [unauthorized()]
    ask(sber.chat(access_token="old-token", credentials=fresh_key()))
    assert sber.bearers == ["Bearer old-token", "Bearer token-number-1"]


def test_threads_wait_for_the_one_that_gets_the_token(sber: Sber) -> None:
    asked, may_go_on = threading.Event(), threading.Event()

    def slow(number: int) -> httpx.Response:
        asked.set()
        assert may_go_on.wait(10)
        return token_answer(number)

    sber.tokens = [slow]
    chat = sber.chat()
    texts: list[Any] = []
    threads = [
        threading.Thread(target=lambda: texts.append(ask_sync(chat).content))
        for _ in range(5)
    ]
    threads[0].start()
    assert asked.wait(10)
    for thread in threads[1:]:
        thread.start()
    may_go_on.set()
    for thread in threads:
        thread.join()
    assert texts == ["Ясное небо"] * 5
    assert len(sber.token_requests) == 1


async def test_tasks_wait_for_the_one_that_gets_the_token() -> None:
    sber = Sber()
    may_go_on = asyncio.Event()

    async def handler(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/oauth"):
            await may_go_on.wait()
        return sber(request)

    client = httpx.AsyncClient(transport=httpx.MockTransport(handler))
    chat = sber.chat(http_async_client=client)
    tasks = [asyncio.create_task(chat.ainvoke("x")) for _ in range(5)]
    await asyncio.sleep(0)
    may_go_on.set()
    answers = await asyncio.gather(*tasks)
    assert [a.content for a in answers] == ["Ясное небо"] * 5
    assert len(sber.token_requests) == 1


async def test_a_stop_while_the_token_is_got_holds_up_nobody() -> None:
    sber = Sber()
    asked = asyncio.Event()

    async def handler(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/oauth") and not asked.is_set():
            asked.set()
            await asyncio.Event().wait()
        return sber(request)

    client = httpx.AsyncClient(transport=httpx.MockTransport(handler))
    chat = sber.chat(http_async_client=client)
    stopped = asyncio.create_task(chat.ainvoke("x"))
    await asked.wait()
    waiting = asyncio.create_task(chat.ainvoke("x"))
    await asyncio.sleep(0)
    stopped.cancel()
    assert (await waiting).content == "Ясное небо"


def test_a_token_is_renewed_at_the_first_byte_only(sber: Sber, ask: Ask) -> None:
    """An error in the stream does not justify to begin again."""
    cut = TEXT.partition("\n\n")[0] + "\n\n"
    error = 'data: {"status": 401, "message": "Token has expired"}\n\n'
    sber.answers = [stream(cut + error)]
    with pytest.raises(StreamError, match="Token has expired") as caught:
        ask(sber.chat())
    assert caught.value.partial is not None
    assert caught.value.partial.content == "Ясное"
    assert len(sber.token_requests) == 1


def test_an_untrusted_certificate_names_the_authority(sber: Sber, ask: Ask) -> None:
    def untrusted(request: httpx.Request) -> httpx.Response:
        del request
        cause = ssl.SSLCertVerificationError("self-signed certificate in chain")
        msg = "TLS"
        raise httpx.ConnectError(msg) from cause

    transport = httpx.MockTransport(untrusted)
    chat = sber.chat(
        http_client=httpx.Client(transport=transport),
        http_async_client=httpx.AsyncClient(transport=transport),
    )
    with pytest.raises(ConnectionFailedError) as caught:
        ask(chat)
    said = str(caught.value)
    assert "Russian Trusted Root CA" in said
    assert "gosuslugi.ru/crt" in said
    assert "ca_bundle_file=" in said
    assert "verify=" in said
    assert not caught.value.is_retryable


def _unreachable(_: int) -> httpx.Response:
    msg = "[Errno 111] refused"
    raise httpx.ConnectError(msg)


@pytest.mark.parametrize(
    ("fails", "words"),
    [
        pytest.param(_unreachable, "Check `auth_url`, the network", id="not reached"),
        pytest.param(
            lambda _: httpx.Response(404, text="no such page"),
            "Check `auth_url`.",
            id="not found",
        ),
        pytest.param(
            lambda _: httpx.Response(400, text="HTTP request to an HTTPS server"),
            "Use https:// in `auth_url`.",
            id="without TLS",
        ),
    ],
)
def test_an_error_of_the_token_endpoint_names_its_own_setting(
    sber: Sber, ask: Ask, fails: Any, words: str
) -> None:
    sber.tokens = [fails]
    with pytest.raises(SSEChatError) as caught:
        ask(sber.chat(auth_url="http://auth.test/oauth"))

    assert words in str(caught.value)
    assert "base_url" not in str(caught.value)


def test_an_error_of_a_providers_token_endpoint_names_the_variable(
    sber: Sber, ask: Ask
) -> None:
    sber.tokens = [_unreachable]
    chat = ChatSSE(
        provider="gigachat",
        model="m",
        api_key=fresh_key(),
        max_retries=0,
        **sber.clients(),
    )
    with pytest.raises(ConnectionFailedError, match="Check `GIGACHAT_AUTH_URL`"):
        ask(chat)
