"""The requests of providers with an address, a header or a form of their own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from pydantic import BaseModel

from langchain_sse_chat import ChatSSE, ConfigurationError
from langchain_sse_chat.providers import PROVIDERS
from tests.unit_tests.chat_models.scripted import Scripted, completion
from tests.unit_tests.providers.environment import variables

MakeChat = Callable[..., ChatSSE]

KEY = "secret-key-1234"


class Answer(BaseModel):
    """An answer."""

    text: str


@pytest.fixture
def ask(
    make_chat: MakeChat, server: Scripted, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., httpx.Request]:
    """Return a function that asks a provider and gives the request."""
    for each in PROVIDERS.values():
        for name in variables(each):
            monkeypatch.delenv(name, raising=False)

    def run(provider: str, environment: dict[str, str], **keywords: Any) -> Any:
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        answer = httpx.Response(200, json=completion({"content": '{"text": "Hi"}'}))
        chat = make_chat(answer, provider=provider, base_url=None, api_key=None)
        schema = keywords.pop("schema", None)
        model = chat.with_structured_output(schema) if schema else chat
        model.invoke("Hello", **keywords)
        return server.requests[-1]

    return run


@pytest.mark.parametrize(
    ("provider", "environment", "url"),
    [
        pytest.param(
            "bedrock",
            {"AWS_BEARER_TOKEN_BEDROCK": KEY, "AWS_DEFAULT_REGION": "eu-west-1"},
            "https://bedrock-runtime.eu-west-1.amazonaws.com/openai/v1",
            id="bedrock",
        ),
        pytest.param(
            "cloudflare",
            {"CLOUDFLARE_API_TOKEN": KEY, "CLOUDFLARE_ACCOUNT_ID": "acc"},
            "https://api.cloudflare.com/client/v4/accounts/acc/ai/v1",
            id="cloudflare",
        ),
        pytest.param(
            "databricks",
            {"DATABRICKS_TOKEN": KEY, "DATABRICKS_HOST": "https://adb.test/"},
            "https://adb.test/serving-endpoints",
            id="databricks",
        ),
        pytest.param(
            "heroku",
            {
                "HEROKU_INFERENCE_KEY": KEY,
                "HEROKU_INFERENCE_URL": "https://eu.inference.heroku.com",
            },
            "https://eu.inference.heroku.com/v1",
            id="heroku",
        ),
        pytest.param(
            "snowflake",
            {"SNOWFLAKE_PAT": KEY, "SNOWFLAKE_ACCOUNT": "org-me"},
            "https://org-me.snowflakecomputing.com/api/v2/cortex/v1",
            id="snowflake",
        ),
        pytest.param(
            "vertex",
            {
                "VERTEX_API_KEY": KEY,
                "GOOGLE_CLOUD_PROJECT": "p",
                "GOOGLE_CLOUD_LOCATION": "us-east1",
            },
            (
                "https://us-east1-aiplatform.googleapis.com/v1/projects/p/locations/"
                "us-east1/endpoints/openapi"
            ),
            id="vertex",
        ),
    ],
)
def test_an_account_or_a_region_is_a_part_of_the_address(
    ask: Callable[..., httpx.Request],
    provider: str,
    environment: dict[str, str],
    url: str,
) -> None:
    request = ask(provider, environment)

    assert str(request.url) == f"{url}/chat/completions"
    assert request.headers["Authorization"] == f"Bearer {KEY}"


def test_a_missing_region_is_an_error_before_anything_is_sent(
    ask: Callable[..., httpx.Request], server: Scripted
) -> None:
    with pytest.raises(ConfigurationError, match="AWS_REGION or AWS_DEFAULT_REGION"):
        ask("bedrock", {"AWS_BEARER_TOKEN_BEDROCK": KEY})

    assert server.requests == []


YANDEX = {"YANDEX_CLOUD_API_KEY": KEY, "YANDEX_CLOUD_FOLDER": "b1g"}


def test_yandex_gets_the_folder_and_a_bare_schema(
    ask: Callable[..., httpx.Request], server: Scripted
) -> None:
    request = ask("yandex", YANDEX, schema=Answer)

    assert request.headers["OpenAI-Project"] == "b1g"
    sent = server.body["response_format"]
    assert set(sent) == {"type", "json_schema"}
    assert set(sent["json_schema"]["properties"]) == {"text"}


def test_yandex_cannot_be_told_to_call_a_tool(
    ask: Callable[..., httpx.Request], server: Scripted
) -> None:
    def find(place: str) -> str:
        """Find a place."""
        return place

    with pytest.raises(ConfigurationError, match="tool_choice"):
        ask("yandex", YANDEX, tools=[find], tool_choice="required")
    ask("yandex", YANDEX, tools=[find], tool_choice="auto")

    assert server.body["tool_choice"] == "auto"


def test_cohere_gets_the_schema_next_to_the_type(
    ask: Callable[..., httpx.Request], server: Scripted
) -> None:
    ask("cohere", {"COHERE_API_KEY": KEY}, schema=Answer)

    assert set(server.body["response_format"]) == {"type", "schema"}
    assert server.body["response_format"]["type"] == "json_object"


def test_anthropic_is_asked_for_an_object_with_a_tool(
    make_chat: MakeChat, server: Scripted
) -> None:
    call = {
        "id": "c1",
        "type": "function",
        "function": {"name": "Answer", "arguments": '{"text": "Hi"}'},
    }
    answer = completion({"content": None, "tool_calls": [call]})
    chat = make_chat(
        httpx.Response(200, json=answer), provider="anthropic", base_url=None
    )

    assert chat.with_structured_output(Answer).invoke("Hello") == Answer(text="Hi")

    assert "response_format" not in server.body
    assert server.body["tool_choice"]["function"]["name"] == "Answer"


def test_gptunnel_gets_the_key_alone(ask: Callable[..., httpx.Request]) -> None:
    request = ask("gptunnel", {"GPTUNNEL_API_KEY": KEY})

    assert request.headers["Authorization"] == KEY


def test_a_field_that_the_provider_does_not_support_is_an_error(
    ask: Callable[..., httpx.Request], server: Scripted
) -> None:
    with pytest.raises(ConfigurationError, match="logit_bias"):
        ask("scaleway", {"SCW_SECRET_KEY": KEY}, logit_bias={"1": 1})
    ask("scaleway", {"SCW_SECRET_KEY": KEY}, user="me", seed=1)

    assert "user" not in server.body
    assert server.body["seed"] == 1


def test_zenmux_gets_its_name_for_the_limit(
    ask: Callable[..., httpx.Request], server: Scripted
) -> None:
    ask("zenmux", {"ZENMUX_API_KEY": KEY}, max_tokens=5)

    assert server.body["max_completion_tokens"] == 5
    assert "max_tokens" not in server.body
