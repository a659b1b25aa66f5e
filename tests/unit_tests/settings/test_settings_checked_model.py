"""Models that are copied and changed are checked again."""

from __future__ import annotations

import asyncio
import json
import pickle
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from langchain_core.runnables import ConfigurableField
from langchain_core.runnables.configurable import RunnableConfigurableFields
from pydantic import SecretStr

from langchain_sse_chat import ChatSSE, ConfigurationError
from langchain_sse_chat.gigachat import GigaChat
from langchain_sse_chat.providers import PROVIDERS
from langchain_sse_chat.transport.clients import ClientSettings
from tests.unit_tests.chat_models.scripted import Scripted, streamed, text_stream
from tests.unit_tests.settings.asked_models import (
    SECRET,
    MakeChat,
    answer,
    where_and_with,
)

CHANGES: list[Any] = [
    pytest.param(
        {"proxy": "http://p:1"},
        lambda c: c._clients._settings.proxy,
        "http://p:1",
        id="proxy",
    ),
    pytest.param(
        {"verify": False}, lambda c: c._clients._settings.verify, False, id="verify"
    ),
    pytest.param(
        {"cert": "c.pem"}, lambda c: c._clients._settings.cert, "c.pem", id="cert"
    ),
    pytest.param(
        {"base_url": "http://o/v1"}, lambda c: c._address, "http://o/v1", id="base_url"
    ),
    pytest.param(
        {"provider": "groq"}, lambda c: c._provider.name, "groq", id="provider"
    ),
    pytest.param(
        {"provider": "groq"},
        lambda c: c._address,
        PROVIDERS["groq"].base_url,
        id="address of the provider",
    ),
    pytest.param({"temperature": 1}, lambda c: c.temperature, 1.0, id="temperature"),
]


@pytest.mark.parametrize(("update", "shown", "value"), CHANGES)
@pytest.mark.parametrize("assigns", [False, True])
def test_a_change_takes_effect(
    update: dict[str, Any],
    shown: Callable[[ChatSSE], Any],
    value: Any,
    *,
    assigns: bool,
) -> None:
    chat = ChatSSE(model="m", api_key="k", seed=1)
    changed = chat
    if assigns:
        for name, given in update.items():
            setattr(changed, name, given)
    else:
        changed = chat.model_copy(update=update)
        assert chat == ChatSSE(model="m", api_key="k", seed=1)

    assert shown(changed) == value
    assert changed == ChatSSE(model="m", api_key="k", seed=1, **update)


async def test_another_key_and_another_client_are_used(
    make_chat: MakeChat, server: Scripted
) -> None:
    chat = make_chat(answer(), answer(), answer())
    other = Scripted()
    other.answers = [answer()]
    copied = chat.model_copy(
        update={"http_client": httpx.Client(transport=httpx.MockTransport(other))}
    )

    copied.invoke("Hello")
    chat.api_key = "another"
    chat.invoke("Hello")
    await chat.model_copy(update={"openai_api_key": "third"}).ainvoke("Hello")

    assert len(other.requests) == 1
    assert [r.headers["authorization"] for r in server.requests] == [
        "Bearer another",
        "Bearer third",
    ]


@pytest.mark.parametrize(
    "update",
    [
        {"temperature": "hot"},
        {"api_key": 5},
        {"provider": "nobody"},
        {"http_client": 5},
        {"max_retries": -1},
        {"token": SECRET},
        {"fallbacks": 5},
    ],
)
def test_a_change_that_cannot_be_is_refused(update: dict[str, Any]) -> None:
    chat = ChatSSE(model="m", api_key="k")
    [(name, value)] = update.items()

    with pytest.raises(ConfigurationError) as caught:
        chat.model_copy(update=update)
    if name != "token":
        with pytest.raises(ConfigurationError):
            setattr(chat, name, value)

    assert SECRET not in str(caught.value)
    assert chat == ChatSSE(model="m", api_key="k")


@pytest.mark.skipif(
    not RunnableConfigurableFields.__pydantic_complete__,
    reason="LangChain's class is not complete with pydantic 2.9",
)
@pytest.mark.parametrize("given", [(), ("api_key",), ("api_key", "base_url")])
def test_a_found_key_does_not_go_to_another_host(
    monkeypatch: pytest.MonkeyPatch, given: tuple[str, ...]
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", SECRET)
    chat = ChatSSE(model="m", **dict.fromkeys(given))
    bound: Any = chat.configurable_fields(
        base_url=ConfigurableField(id="u"), provider=ConfigurableField(id="p")
    )
    local = chat.model_copy(update={"base_url": "http://localhost:1/v1"})
    configured, _ = bound._prepare({"configurable": {"u": "http://localhost:1/v1"}})
    same, _ = bound._prepare({})

    for model in (local, configured):
        assert where_and_with(model) == ("http://localhost:1/v1", None)
        assert model._key is None
    assert (same._address, same._key) == (chat.base_url, chat.api_key)
    monkeypatch.setenv("GROQ_API_KEY", "g")
    configured, _ = bound._prepare({"configurable": {"p": "groq"}})
    assert where_and_with(configured) == (PROVIDERS["groq"].base_url, "g")


@pytest.mark.parametrize("given", [(), ("api_key",), ("base_url",)])
def test_a_copy_has_the_key_and_the_address_that_were_found(
    monkeypatch: pytest.MonkeyPatch, given: tuple[str, ...]
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", SECRET)
    monkeypatch.setenv("OPENAI_BASE_URL", "http://localhost:1/v1")
    chat = ChatSSE(model="m", **dict.fromkeys(given))
    monkeypatch.setenv("GIGACHAT_CREDENTIALS", SECRET)
    gigachat = GigaChat(**dict.fromkeys(given))

    for model in (chat, gigachat):
        copied = model.model_copy(update={"temperature": 0.5})
        assert where_and_with(copied) == where_and_with(model)
        assert where_and_with(copied)[1] == SECRET


def test_further_fields_of_the_body_stay_in_a_copy() -> None:
    chat = ChatSSE(model="m", api_key="k", model_kwargs={"top_k": 3})
    with pytest.warns(UserWarning, match="min_p"):
        copied = chat.model_copy(update={"min_p": 0.1})

    assert copied.model_kwargs == {"top_k": 3, "min_p": 0.1}
    assert chat.model_copy(update={"model_name": "o"}).model == "o"
    assert chat.model_copy() == chat
    assert chat.model_copy(update={"max_retries": None}).max_retries == 2


def test_a_copy_of_gigachat_is_asked_with_what_was_changed() -> None:
    chat = GigaChat(credentials="a", verify_ssl_certs=False, cert_file="c.pem")

    copied = chat.model_copy(update={"api_key": "b", "verify": "ca.pem"})

    assert copied.credentials == SecretStr("b")
    assert copied._clients._settings == ClientSettings(verify="ca.pem", cert="c.pem")
    chat.cert = "d.pem"
    assert chat._clients._settings.cert == "d.pem"


def test_equal_settings_make_equal_models() -> None:
    fields: dict[str, Any] = {"model": "m", "api_key": "k", "proxy": "http://p:1"}

    assert ChatSSE(**fields) == ChatSSE(**fields)
    assert ChatSSE(**fields) != ChatSSE(**fields, seed=1)
    assert ChatSSE(**fields) != ChatSSE(**{**fields, "proxy": "http://p:2"})
    assert ChatSSE(**fields) == pickle.loads(pickle.dumps(ChatSSE(**fields)))  # noqa: S301
    assert ChatSSE(**fields) != "m"


def test_none_is_the_default_where_it_is_no_value() -> None:
    fields = ("fallbacks", "max_retries", "model_kwargs", "verify", "on_truncation")
    chat = ChatSSE(model="m", api_key="k", **dict.fromkeys(fields))

    assert chat == ChatSSE(model="m", api_key="k")
    assert ChatSSE(model="m", api_key="k", first_token_timeout=None) != chat


@pytest.mark.parametrize("sync", [True, False], ids=["sync", "async"])
def test_a_constructed_model_is_checked_and_works(*, sync: bool) -> None:
    asked: list[Any] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(json.loads(request.content))
        return streamed(text_stream("Hi"))

    transport = httpx.MockTransport(answer)
    chat = ChatSSE.model_construct(
        model="m",
        base_url="http://test/v1",
        temperature=0.5,
        http_client=httpx.Client(transport=transport),
        http_async_client=httpx.AsyncClient(transport=transport),
    )

    message = chat.invoke("Hello") if sync else asyncio.run(chat.ainvoke("Hello"))

    assert message.text == "Hi"
    assert asked[0]["temperature"] == 0.5


def test_a_constructed_model_has_the_given_fields() -> None:
    values: dict[str, Any] = {
        "model": "m",
        "base_url": "http://test/v1",
        "temperature": 0.5,
    }

    chat = ChatSSE.model_construct({"model", "base_url"}, **values)

    assert chat == ChatSSE(model="m", base_url="http://test/v1")


def test_a_constructed_model_that_cannot_be_is_refused() -> None:
    values: dict[str, Any] = {"api_key": "sk-secret", "timeout": "x"}

    with pytest.raises(ConfigurationError, match="timeout") as caught:
        ChatSSE.model_construct(model="m", base_url="http://test/v1", **values)

    frames = [str(frame.frame.f_locals) for frame in caught.traceback[1:]]
    assert "sk-secret" not in "".join(frames)
