"""A server that does everything right, and the same with single quirks."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from langchain_sse_chat.probe.questions import (
    AUTO,
    BAD_FIELD,
    DEVELOPER,
    FIELDS,
    IMAGE,
    MAIN,
    NAMED,
    NO_MODEL,
    OBJECT,
    OTHER_SEED,
    PREFIX,
    REQUIRED,
    SCHEMA,
    SEED,
    UNASKED,
    UNKNOWN_MODEL,
    WRONG_KEY,
    questions,
)
from langchain_sse_chat.testing import Reply, Request, ScriptedServer
from tests.unit_tests.probe.answers import calls, chunk, events, texts

KEY = "sk-right-key-1234567890"
USAGE = {"prompt_tokens": 9, "completion_tokens": 117, "total_tokens": 126}
NUMBERS = ["PROBE-7", *(f" {number}," for number in range(116))]


def call(name: str, index: int | None, arguments: str, identifier: str) -> Any:
    """Return an entry of `tool_calls`; what is empty is missing."""
    function = {"name": name, "arguments": arguments}
    entry = {"index": index, "id": identifier, "function": function}
    return {key: value for key, value in entry.items() if value not in (None, "")}


def two_calls() -> list[dict[str, Any]]:
    """Return the chunks of two calls in pieces."""
    return calls(
        call("get_weather", 0, '{"city":', "c0"),
        call("", 0, ' "Paris"}', ""),
        call("get_weather", 1, '{"city": "Rome"}', "c1"),
    )


def sse(chunks: list[Any], *, done: bool = True) -> Reply:
    """Return a stream of chunks."""
    return Reply.sse(events(chunks, done=done))


def counted(chunks: list[Any]) -> Reply:
    """Return a stream of chunks with token counts."""
    usage = {"prompt_tokens": 9, "completion_tokens": 9}
    return sse([*chunks, {"choices": [], "usage": usage}])


def refusal(words: str, status: int = 400) -> Reply:
    """Return a refusal."""
    return Reply.status(status, error=words)


def two_answers() -> list[dict[str, Any]]:
    """Return the chunks of two answers with log probabilities."""
    first = chunk(content="alpha beta ")
    first["choices"][0]["logprobs"] = {"content": [{"logprob": -0.5}]}
    return [first, *texts(), chunk(index=1, content="alpha"), chunk(1, "stop")]


def good() -> dict[str, Reply]:
    """Return the answers of a server that does everything, by their questions."""
    schema = '{"fish_mood": "mauve-17", "count_q": 1}'
    usage = [{"choices": [], "usage": USAGE}]
    short = texts(*"123456789", finish="length")
    return {
        MAIN: sse([*texts(*NUMBERS, finish="length"), *usage]),
        UNASKED: sse([*short, {"choices": [], "usage": {**USAGE, **NINE}}]),
        FIELDS: counted(two_answers()),
        REQUIRED: counted(calls(call("get_weather", 0, '{"city": "Oslo"}', "c"))),
        AUTO: counted(two_calls()),
        NAMED: counted(calls(call("get_time", 0, '{"city": "Oslo"}', "c"))),
        SCHEMA: counted(texts(schema)),
        OBJECT: counted(texts('{"mood": "fine"}')),
        DEVELOPER: counted(texts("ZEBRA-4")),
        IMAGE: counted(texts("Green, red")),
        PREFIX: counted(texts("is.")),
        WRONG_KEY: counted(texts("Hello")),
        UNKNOWN_MODEL: refusal("The model does not exist", 404),
        BAD_FIELD: refusal("temperature must be a number"),
        SEED: counted(texts("quokka zephyr marzipan thimble")),
        OTHER_SEED: counted(texts("gazebo flotsam umlaut pumpernickel")),
    }


NINE = {"completion_tokens": 9, "total_tokens": 18}


def asked(request: Request) -> str:
    """Return the name of the question in a request."""
    body = request.settings()
    if body["model"] == NO_MODEL:
        return UNKNOWN_MODEL
    if body.get("temperature") == "hot":
        return BAD_FIELD
    if body.get("temperature") == 1.0:
        return {8: OTHER_SEED}.get(body["seed"], SEED)
    for each in reversed(questions("m")):
        known: Mapping[str, Any] = each.body or {}
        names = ("messages", "tools", "tool_choice", "response_format")
        has_usage = "stream_options" in body or "max_tokens" in body
        if all(json.dumps(known.get(n)) == json.dumps(body.get(n)) for n in names) and (
            each.name != UNASKED or not has_usage
        ):
            return each.name
    return MAIN


def server(
    key: str | None = KEY, models: Reply | None = None, **quirks: Any
) -> ScriptedServer:
    """Return a server.

    Args:
        key: The key that it asks for.
        models: Its answer to a request for models.
        **quirks: Replies by the name of the question, with `_` for a space, or
            functions from a request to a reply or `None` for the usual one.
    """
    answers = good()

    def answer(request: Request) -> Reply:
        name = asked(request)
        quirk = quirks.get(name.replace(" ", "_"))
        if callable(quirk):
            quirk = quirk(request)
        every = quirks.get("every")
        return quirk or (every(request) if every else None) or answers[name]

    listed = models or Reply.json({"data": [{"id": "m", "owned_by": "me"}]})
    return ScriptedServer(default=answer, routes={"/v1/models": listed}, api_key=key)
