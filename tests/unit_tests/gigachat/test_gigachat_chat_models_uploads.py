"""Images, audio and documents that are uploaded before a call."""

from __future__ import annotations

import asyncio
import base64
import pickle
from collections.abc import Callable
from typing import Any

import pytest
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage

from langchain_sse_chat import ChatSSE, ConfigurationError, InvalidRequestError
from langchain_sse_chat.gigachat import GigaChat
from langchain_sse_chat.testing import Reply, ScriptedGigaChat, ScriptedServer
from tests.unit_tests.gigachat.gigachat_scripts import KEY, Ask, ask_async, ask_sync

pytestmark = pytest.mark.enable_socket

PNG = base64.b64encode(b"\x89PNG").decode()
URL = {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PNG}"}}
ASKED: list[BaseMessage] = [HumanMessage(["What is this?", URL])]


def invoked(chat: ChatSSE, messages: Any) -> AIMessage:
    with chat:
        return chat.invoke(messages)


@pytest.fixture(params=[ask_sync, ask_async, invoked], ids=["sync", "async", "whole"])
def ask(request: pytest.FixtureRequest) -> Callable[..., AIMessage]:
    """Return a function that asks for an answer."""
    run: Callable[..., AIMessage] = request.param
    return run


def paths(server: ScriptedServer) -> list[str]:
    return [sent.path for sent in server.requests]


def test_data_is_uploaded_once_and_referred_to(ask: Ask) -> None:
    with ScriptedGigaChat() as server:
        chat = GigaChat(auto_upload_attachments=True, **server.settings)
        answer = ask(chat, ASKED)
        ask(chat, [*ASKED, answer, *ASKED])

        [stored] = server.files.values()
        messages = server.requests[-1].json()["messages"]

    assert paths(server).count("/v1/files") == 1
    assert (stored.content, stored.mime_type) == (b"\x89PNG", "image/png")
    assert messages[0] == messages[2]
    assert messages[0]["attachments"] == [stored.file_id]
    assert messages[0]["content"] == "What is this?"
    assert ASKED[0].content == ["What is this?", URL]


def batched(chat: GigaChat, inputs: list[Any]) -> list[AIMessage]:
    with chat:
        return chat.batch(inputs)


def abatched(chat: GigaChat, inputs: list[Any]) -> list[AIMessage]:
    async def run() -> list[AIMessage]:
        async with chat:
            return await chat.abatch(inputs)

    return asyncio.run(run())


@pytest.mark.parametrize("batch", [batched, abatched])
def test_calls_at_the_same_time_upload_a_content_once(
    batch: Callable[[GigaChat, list[Any]], list[AIMessage]],
) -> None:
    with ScriptedGigaChat() as server:
        chat = GigaChat(auto_upload_attachments=True, **server.settings)
        answers = batch(chat, [ASKED] * 6)
        sent = [each.json() for each in server.requests if each.path.endswith("ns")]

        assert len(answers) == len(sent) == 6
        assert paths(server).count("/v1/files") == len(server.files) == 1
        assert {tuple(s["messages"][0]["attachments"]) for s in sent} == {
            tuple(server.files)
        }


@pytest.mark.parametrize("batch", [batched, abatched])
def test_the_next_call_uploads_what_the_first_could_not(
    batch: Callable[[GigaChat, list[Any]], list[AIMessage]],
) -> None:
    with ScriptedServer(routes={"/v1/files": Reply.status(400)}) as server:
        chat = GigaChat(
            access_token="a-token-of-some-length",
            base_url=server.base_url,
            auto_upload_attachments=True,
            max_retries=0,
        )
        with pytest.raises(InvalidRequestError):
            batch(chat, [ASKED] * 3)

        assert set(paths(server)) == {"/v1/files"}


def test_a_file_that_is_named_twice_is_one_attachment(ask: Ask) -> None:
    with ScriptedGigaChat() as server:
        chat = GigaChat(auto_upload_attachments=True, **server.settings)
        ask(chat, [HumanMessage(["What?", URL, URL])])

        assert server.requests[-1].json()["messages"][0]["attachments"] == [
            *server.files
        ]


def test_data_is_an_error_unless_it_may_be_uploaded(ask: Ask) -> None:
    with ScriptedGigaChat() as server:
        with pytest.raises(ConfigurationError, match="auto_upload_attachments=True"):
            ask(GigaChat(**server.settings), ASKED)

        assert server.requests == []


def test_an_id_of_the_other_package_needs_no_setting(ask: Ask) -> None:
    with ScriptedGigaChat() as server:
        chat = GigaChat(**server.settings)
        file = chat.upload_file(("a.png", b"x"))
        block = {"type": "image_url", "image_url": {"giga_id": file.id_}}
        ask(chat, [HumanMessage(["What?", block])])

        sent = server.requests[-1].json()["messages"][0]

    assert sent["attachments"] == [file.id_]


def test_a_failed_upload_is_the_error_of_the_call(ask: Ask) -> None:
    routes = {
        "/v1/files": Reply.status(400, error="too large"),
        "/v1/chat/completions": Reply.status(500),
    }
    with ScriptedServer(routes=routes) as server:
        chat = GigaChat(
            access_token="a-token-of-some-length",
            base_url=server.base_url,
            auto_upload_attachments=True,
            max_retries=0,
        )
        with pytest.raises(InvalidRequestError, match="too large"):
            ask(chat, ASKED)

        assert paths(server) == ["/v1/files"]


def test_a_fallback_at_another_server_gets_the_data(ask: Ask) -> None:
    with ScriptedServer() as other, ScriptedGigaChat([Reply.status(500)]) as server:
        chat = GigaChat(
            auto_upload_attachments=True,
            fallbacks=[ChatSSE(model="m", base_url=other.base_url, api_key="k")],
            max_retries=0,
            **server.settings,
        )
        ask(chat, ASKED)

        assert len(server.files) == 1
        assert other.requests[0].json()["messages"][0]["content"][1] == URL


@pytest.mark.parametrize("name", ["delete_file", "adelete_file"])
def test_a_deleted_file_is_uploaded_again(ask: Ask, name: str) -> None:
    with ScriptedGigaChat() as server:
        chat = GigaChat(auto_upload_attachments=True, **server.settings)
        ask(chat, ASKED)
        [file_id] = server.files
        if name == "delete_file":
            chat.delete_file(file_id)
        else:
            asyncio.run(chat.adelete_file(file_id))
        ask(chat, ASKED)

        assert len(server.files) == 1
        assert paths(server).count("/v1/files") == 2


def test_another_server_has_other_files() -> None:
    chat = GigaChat(credentials=KEY, auto_upload_attachments=True)

    copied = chat.model_copy(update={"base_url": "http://other.test/v1"})

    assert copied._uploads is not chat._uploads
    assert pickle.loads(pickle.dumps(chat)) == chat  # noqa: S301  # ours
