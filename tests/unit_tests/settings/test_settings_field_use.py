"""The use of each field of a model."""

from __future__ import annotations

from pathlib import Path

import pytest
from langchain_core.language_models import BaseChatModel

from langchain_sse_chat import ChatSSE
from langchain_sse_chat.gigachat import GigaChat
from langchain_sse_chat.settings.field_use import use_of
from tests.unit_tests.chat_models.scripted import Scripted
from tests.unit_tests.settings.asked_models import (
    MakeChat,
    answer,
)


@pytest.mark.parametrize("cls", [ChatSSE, GigaChat])
def test_each_field_says_whether_it_is_sent(cls: type[ChatSSE]) -> None:
    own = set(cls.model_fields) - set(BaseChatModel.model_fields)

    assert [name for name in sorted(own) if use_of(cls, name) is None] == []
    assert {"model", "api_key", "fallbacks", "temperature"} <= own


def test_a_subclass_with_a_field_of_its_own_does_not_send_it(
    make_chat: MakeChat, server: Scripted, tmp_path: Path
) -> None:
    class Own(ChatSSE):
        tenant: str = "t"
        temperature: float | None = 0.5

    make_chat(answer(), cls=Own).invoke("Hello", record=tmp_path)

    assert server.body["temperature"] == 0.5
    assert "tenant" not in server.body
