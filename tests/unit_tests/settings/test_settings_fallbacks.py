"""Which models may take over for another."""

from __future__ import annotations

import pytest

from langchain_sse_chat import ChatSSE, ConfigurationError
from tests.unit_tests.settings.asked_models import (
    MakeChat,
    answer,
)


def test_a_model_for_a_list_of_fallbacks_is_an_error_that_says_so() -> None:
    other = ChatSSE(model="o", api_key="k")

    with pytest.raises(ConfigurationError, match=r"fallbacks=\[ChatSSE"):
        ChatSSE(model="m", api_key="k", fallbacks=other)


async def test_fallbacks_in_a_loop_are_an_error(make_chat: MakeChat) -> None:
    one, other = make_chat(), make_chat()
    other.fallbacks = [one]

    with pytest.raises(ConfigurationError, match="loop"):
        one.fallbacks = [other]
    one.fallbacks.append(other)
    with pytest.raises(ConfigurationError, match="loop"):
        one.invoke("Hello")
    with pytest.raises(ConfigurationError, match="loop"):
        await other.ainvoke("Hello")


def test_one_fallback_of_two_models_is_no_circle(make_chat: MakeChat) -> None:
    last = make_chat(answer())
    middle = make_chat(answer(), fallbacks=[last])

    chat = make_chat(answer(), fallbacks=[middle, last])

    assert chat.invoke("Hello").text == "Hi"
