from __future__ import annotations

from typing import Any

import pytest

from langchain_sse_chat.cli.endpoint_model import EndpointModel
from langchain_sse_chat.cli.load import CommandError
from langchain_sse_chat.errors import ConfigurationError

pytestmark = pytest.mark.enable_socket

HERE = {"BASE_URL": "http://here/v1", "MODEL": "mine", "OPENAI_API_KEY": "sk-here"}


def facts(environment: dict[str, str], **given: Any) -> tuple[str, str, bool]:
    with EndpointModel(environment, **given) as endpoint:
        chat = endpoint.chat
        return chat.model, str(chat.base_url), endpoint.is_embedded


def test_without_any_endpoint_the_embedded_server_answers() -> None:
    with EndpointModel({}) as endpoint:
        assert endpoint.is_embedded
        assert endpoint.chat.invoke("Hi").text == "You said: Hi"
        endpoint.set_model("other")
        assert endpoint.chat.model == "other"
        assert endpoint.chat.invoke("Hi").text == "You said: Hi"


def test_the_environment_names_the_endpoint() -> None:
    assert facts(HERE) == ("mine", "http://here/v1", False)
    assert facts(HERE, model="m") == ("m", "http://here/v1", False)


def test_options_are_stronger_than_the_environment() -> None:
    found = facts(HERE, base_url="http://there/v1", model="m")
    assert found == ("m", "http://there/v1", False)


def test_the_key_of_the_environment_goes_to_no_other_server() -> None:
    with EndpointModel(HERE, base_url="http://there/v1") as endpoint:
        assert endpoint.chat.model == "mine"
        assert "sk-here" not in str(endpoint.chat.api_key)
    key = {**HERE, "KEY": "sk-there"}
    there = EndpointModel(key, base_url="http://there/v1", api_key_env="KEY")
    with there as endpoint:
        secret: Any = endpoint.chat.api_key
        assert secret.get_secret_value() == "sk-there"


def test_a_server_without_a_model_is_not_enough() -> None:
    with pytest.raises(CommandError, match="Name the model with --model"):
        EndpointModel({}, provider="openai")


def test_a_wrong_setting_is_told_and_leaves_the_model_as_it_is() -> None:
    with pytest.raises(ConfigurationError, match="Unknown provider 'nobody'"):
        EndpointModel({}, provider="nobody", model="m")


def test_broken_streams_are_resumed_on_request() -> None:
    with EndpointModel(HERE, resumes=True) as endpoint:
        assert endpoint.chat.on_disconnect == "resume"
