"""Mistakes in the settings: found when the model is made, and told in plain words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Self

import pytest
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage
from pydantic import model_validator

from langchain_sse_chat import ChatSSE, ConfigurationError
from langchain_sse_chat.gigachat import GigaChat

BASE = {"model": "m", "base_url": "http://test/v1"}
OTHER = ChatSSE(**BASE)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"api_key": 5}, "`api_key` must be a string, a `SecretStr`, or a function"),
        ({"api_key": 5}, "not int."),
        ({"stop": 5}, "`stop` must be a string or a list of strings, not int."),
        ({"stop": [5]}, "`stop` must be a string or a list of strings"),
        ({"cert": 5}, "`cert` must be a path"),
        ({"record": 5}, "`record` must be the path of a folder, not int."),
        ({"provider": 5}, "`provider` must be the name of a provider"),
        ({"reasoning_tags": 5}, "`reasoning_tags` must be a pair of strings"),
        ({"temperature": "hot"}, "temperature: Input should be a valid number"),
        pytest.param(
            {"fallbacks": OTHER},
            "`fallbacks` must be a list of models, not ChatSSE.",
            id="fallbacks not in a list",
        ),
        pytest.param(
            {"fallbacks": [[OTHER]]},
            "`fallbacks` takes ChatSSE models, not a list.",
            id="fallbacks in a list in a list",
        ),
        ({"base_url": ""}, "`base_url` is ''"),
        ({"base_url": " "}, "`base_url` is ''"),
        ({"base_url": "ws://host/v1"}, "`base_url` is 'ws://host/v1'"),
        ({"base_url": "host/v1"}, "`base_url` is 'host/v1'"),
        ({"base_url": "http://[::1/v1"}, "`base_url` is 'http://[::1/v1'"),
        ({"timeout": "10"}, "Invalid `timeout`: str. Pass seconds"),
        ({"timeout": -1}, "`timeout` is -1"),
        ({"timeout": (1, "x")}, "`timeout` is 'x'"),
    ],
)
def test_a_wrong_setting_is_found_when_the_model_is_made(
    fields: dict[str, Any], words: str
) -> None:
    with pytest.raises(ConfigurationError) as caught:
        ChatSSE(**{**BASE, **fields})

    assert words in str(caught.value)
    assert "lax-or-strict" not in str(caught.value)


def test_a_wrong_key_is_not_shown() -> None:
    with pytest.raises(ConfigurationError) as caught:
        ChatSSE(**BASE, api_key=["secret-key-1234"])

    assert "secret-key" not in str(caught.value)
    assert "not list" in str(caught.value)


def test_a_missing_model_is_named() -> None:
    with pytest.raises(ConfigurationError, match="model: Field required"):
        ChatSSE(base_url="http://test/v1")


class Picky(ChatSSE):
    """A subclass with a rule of its own about several fields."""

    @model_validator(mode="after")
    def _check(self) -> Self:
        msg = "these do not go together"
        raise ValueError(msg)


def test_a_rule_about_several_fields_is_told_as_such() -> None:
    with pytest.raises(ConfigurationError, match=r"arguments: .* do not go together"):
        Picky(**BASE)


def test_the_address_of_tokens_has_its_own_name() -> None:
    with pytest.raises(ConfigurationError, match=r"`auth_url` is 'ws://x'"):
        GigaChat(credentials="a2V5", auth_url="ws://x")


IMAGE = {"type": "image"}


@pytest.mark.parametrize(
    ("block", "words"),
    [
        pytest.param(
            {**IMAGE, "base64": b"x", "mime_type": "image/png"},
            "contains bytes",
            id="bytes",
        ),
        pytest.param(
            {**IMAGE, "base64": bytearray(b"x")}, "contains bytes", id="bytearray"
        ),
        pytest.param(
            {**IMAGE, "data": b"x"}, "contains bytes", id="bytes of the old form"
        ),
        pytest.param(
            {"type": "image_url", "image_url": {"url": b"x"}},
            "contains bytes",
            id="bytes as a URL",
        ),
        pytest.param(
            {"type": "file", "base64": b"x"}, "contains bytes", id="bytes of a file"
        ),
        pytest.param({**IMAGE, "base64": "aGk="}, "Add a `mime_type`", id="no type"),
        pytest.param(
            {**IMAGE, "source_type": "base64", "data": "aGk="},
            "Add a `mime_type`",
            id="no type, old form",
        ),
        pytest.param(IMAGE, "has no data", id="no data"),
    ],
)
@pytest.mark.parametrize("kind", [HumanMessage, ToolMessage])
async def test_an_image_that_cannot_be_sent_says_where_and_why(
    make_chat: Callable[..., ChatSSE],
    block: dict[str, Any],
    words: str,
    kind: type[BaseMessage],
) -> None:
    fields = {"tool_call_id": "c1"} if kind is ToolMessage else {}
    messages = [HumanMessage("Look."), kind([block], **fields)]
    chat = make_chat()
    errors = []
    with pytest.raises(ConfigurationError) as caught:
        chat.invoke(messages)
    errors.append(caught.value)
    with pytest.raises(ConfigurationError) as caught:
        async for _ in chat.astream(messages):
            pass
    for error in [*errors, caught.value]:
        assert words in str(error)
        assert "messages[1].content[0]" in str(error)


def test_an_image_of_the_models_own_is_not_checked(
    make_chat: Callable[..., ChatSSE],
) -> None:
    message = AIMessage([{"type": "text", "text": "Here."}])

    assert make_chat()._convert_input([message]).to_messages() == [message]
