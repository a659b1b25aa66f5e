"""Files, models and tokens, sync and async, from the embedded server."""

from __future__ import annotations

import asyncio
import base64
import io
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from langchain_sse_chat import ConfigurationError, NotFoundError
from langchain_sse_chat.gigachat import GigaChat
from langchain_sse_chat.testing import ScriptedGigaChat

pytestmark = pytest.mark.enable_socket

Call = Callable[..., Any]


def call_sync(chat: GigaChat, name: str, *args: Any) -> Any:
    with chat:
        return getattr(chat, name)(*args)


def call_async(chat: GigaChat, name: str, *args: Any) -> Any:
    async def run() -> Any:
        method: Callable[..., Awaitable[Any]] = getattr(chat, f"a{name}")
        async with chat:
            return await method(*args)

    return asyncio.run(run())


@pytest.fixture(params=[call_sync, call_async], ids=["sync", "async"])
def call(request: pytest.FixtureRequest) -> Call:
    """Return a function that calls a method, or its async twin."""
    run: Call = request.param
    return run


def test_a_file_is_uploaded_described_read_and_deleted(call: Call) -> None:
    with ScriptedGigaChat() as server:
        chat = GigaChat(**server.settings)
        uploaded = call(chat, "upload_file", ("счёт.pdf", b"%PDF-1.7"))
        described = call(chat, "get_file", uploaded.id_)
        listed = call(chat, "list_files")
        content = call(chat, "get_file_content", uploaded.id_)
        deleted = call(chat, "delete_file", uploaded.id_)

        assert (described.filename, described.bytes_) == ("счёт.pdf", 8)
        assert (described.purpose, described.object_) == ("general", "file")
        assert [file.id_ for file in listed.data] == [uploaded.id_]
        assert content.data == b"%PDF-1.7"
        assert base64.b64decode(content.content) == b"%PDF-1.7"
        assert (deleted.id_, deleted.deleted) == (uploaded.id_, True)
        assert server.files == {}


@pytest.mark.parametrize("form", ["bytes", "open", "path"])
def test_a_file_has_many_forms(call: Call, tmp_path: Path, form: str) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"text")
    file: Any = {"bytes": b"text", "open": io.BytesIO(b"text"), "path": path}[form]

    with ScriptedGigaChat() as server:
        uploaded = call(GigaChat(**server.settings), "upload_file", file, "assistant")
        [stored] = server.files.values()

    assert stored.content == b"text"
    assert (uploaded.purpose, uploaded.filename) == (
        "assistant",
        "a.txt" if form == "path" else "file",
    )


def test_models_are_listed_and_described(call: Call) -> None:
    with ScriptedGigaChat() as server:
        chat = GigaChat(**server.settings)
        models = call(chat, "get_models")
        model = call(chat, "get_model", "GigaChat-2")

    assert "GigaChat-2" in [each.id_ for each in models.data]
    assert (model.id_, model.object_) == ("GigaChat-2", "model")
    assert model.owned_by == "salutedevices"
    assert model.x_headers["x-request-id"]


def test_tokens_are_counted_by_the_server(call: Call) -> None:
    with ScriptedGigaChat() as server:
        chat = GigaChat(model="GigaChat-2", **server.settings)
        counts = call(chat, "tokens_count", ["one two", "three"])
        call(chat, "tokens_count", ["x"], "GigaChat-2-Max")

    assert [(each.tokens, each.characters) for each in counts] == [(2, 7), (1, 5)]
    models = [sent.json()["model"] for sent in server.requests if sent.body[:1] == b"{"]
    assert models == ["GigaChat-2", "GigaChat-2-Max"]


@pytest.mark.parametrize("name", ["get_file", "get_file_content", "delete_file"])
def test_a_file_that_is_not_there_is_an_error(call: Call, name: str) -> None:
    with (
        ScriptedGigaChat() as server,
        pytest.raises(NotFoundError, match="Check the ID of the file"),
    ):
        call(GigaChat(**server.settings), name, "nothing")


@pytest.mark.parametrize("name", ["get_file", "get_model"])
@pytest.mark.parametrize("given", ["", "..", 3], ids=repr)
def test_an_id_that_is_none_is_an_error_without_a_request(
    call: Call, name: str, given: Any
) -> None:
    with ScriptedGigaChat() as server:
        with pytest.raises(ConfigurationError, match="Pass an ID"):
            call(GigaChat(**server.settings), name, given)

        assert server.requests == []


def test_a_token_is_requested_once_for_all(call: Call) -> None:
    with ScriptedGigaChat() as server:
        chat = GigaChat(**server.settings)
        call(chat, "get_models")
        call(chat, "list_files")
        server.expire_tokens()
        call(chat, "get_models")

    paths = [sent.path for sent in server.requests]
    assert paths == [
        "/api/v2/oauth",
        "/v1/models",
        "/v1/files",
        "/v1/models",
        "/api/v2/oauth",
        "/v1/models",
    ]
