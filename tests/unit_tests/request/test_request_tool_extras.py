from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import httpx
import pytest
from langchain_core.tools import StructuredTool, tool
from pydantic import BaseModel

from langchain_sse_chat import ChatSSE
from langchain_sse_chat.dialect import Dialect
from langchain_sse_chat.providers import PROVIDERS
from langchain_sse_chat.request.apply_dialect import fields_in_dialect
from langchain_sse_chat.request.tool_extras import without_extras
from langchain_sse_chat.request.tools import tools_to_wire
from tests.unit_tests.chat_models.scripted import Scripted, completion

CACHED = {"cache_control": {"type": "ephemeral"}}
A = {"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"]}


def add(a: int) -> int:
    """Add one."""
    return a + 1


def made(**extras: Any) -> StructuredTool:
    return StructuredTool.from_function(add, extras=extras)


def sent(given: Any, **kwargs: Any) -> dict[str, Any]:
    [wire] = tools_to_wire([given], **kwargs)
    return wire


@pytest.mark.parametrize(
    "extras",
    [
        CACHED,
        {"defer_loading": True, "allowed_callers": ["code_execution"]},
        {"input_examples": [{"a": 1}], "eager_input_streaming": True},
    ],
    ids=["cache", "search", "examples"],
)
def test_extras_of_a_tool_stand_next_to_its_function(extras: dict[str, Any]) -> None:
    wire = sent(made(**extras))

    assert {k: v for k, v in wire.items() if k in extras} == extras
    assert wire.keys() == {"type", "function", *extras}
    assert wire["function"] == sent(made())["function"]


def test_other_extras_are_the_programs_own() -> None:
    assert sent(made(owner="billing", retries=3)) == sent(made())


@pytest.mark.parametrize("own", [True, False])
def test_strict_in_the_extras_goes_before_the_general_one(own: bool) -> None:
    wire = sent(made(strict=own), strict=not own)

    assert wire["function"]["strict"] is own
    assert "strict" not in wire


def test_a_dict_of_anthropic_keeps_its_keys() -> None:
    wire = sent({"name": "add", "input_schema": A, **CACHED})

    assert wire == {
        "type": "function",
        "function": {"name": "add", "parameters": A},
        **CACHED,
    }


def test_a_dict_of_the_wire_keeps_its_keys() -> None:
    given = {"type": "function", "function": {"name": "f", "parameters": A}, **CACHED}

    assert sent(given) == given


class Extras(BaseModel):
    """Has a field of that name."""

    extras: dict[str, Any] = {"cache_control": 1}  # copied by pydantic


def test_a_class_has_no_extras() -> None:
    assert sent(Extras).keys() == {"type", "function"}


def test_a_tool_without_extras_has_none() -> None:
    assert sent(tool(add)).keys() == {"type", "function"}


def test_a_server_that_rejects_unknown_keys_gets_none() -> None:
    tools = [*tools_to_wire([made(**CACHED), made()]), {"type": "web", **CACHED}]

    fields = fields_in_dialect(
        {"tools": tools}, replace(Dialect(), supports_call_extras=False)
    )

    plain = sent(made())
    assert fields["tools"] == [plain, plain, {"type": "web", **CACHED}]
    assert tools[0].keys() >= CACHED.keys()
    assert without_extras([]) == []


@pytest.mark.parametrize("name", ["openrouter", "litellm", "custom", "aitunnel"])
def test_gateways_get_them(name: str) -> None:
    tools = tools_to_wire([made(**CACHED)])

    assert fields_in_dialect({"tools": tools}, PROVIDERS[name].dialect) == {
        "tools": tools
    }


@pytest.mark.parametrize("name", ["openai", "mistral", "groq", "gigachat"])
def test_servers_without_them_do_not(name: str) -> None:
    tools = tools_to_wire([made(**CACHED)])

    assert "cache_control" not in str(
        fields_in_dialect({"tools": tools}, PROVIDERS[name].dialect)
    )


@pytest.mark.parametrize(
    ("provider", "has_them"),
    [("openrouter", True), ("custom", True), ("openai", False)],
)
def test_the_bytes_that_leave(
    make_chat: Callable[..., ChatSSE],
    server: Scripted,
    provider: str,
    has_them: bool,
) -> None:
    answer = httpx.Response(200, json=completion({"content": "Hi"}))
    chat = make_chat(answer, provider=provider)

    chat.bind_tools([made(**CACHED)]).invoke("Hi")

    [sent_tool] = server.body["tools"]
    assert (sent_tool.get("cache_control") == {"type": "ephemeral"}) is has_them


def test_a_mark_for_the_whole_request_is_a_keyword(
    make_chat: Callable[..., ChatSSE], server: Scripted
) -> None:
    chat = make_chat(httpx.Response(200, json=completion({"content": "Hi"})))

    chat.invoke("Hi", cache_control={"type": "ephemeral"})

    assert server.body["cache_control"] == {"type": "ephemeral"}
