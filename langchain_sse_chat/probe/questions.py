"""The questions to a server, in the order of their use."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from langchain_sse_chat.probe.ask import Ask
from langchain_sse_chat.probe.picture import picture_url

MODELS = "models"
MAIN = "main"
UNASKED = "unasked"
FIELDS = "fields"
REQUIRED = "required"
AUTO = "auto"
NAMED = "named"
SCHEMA = "schema"
OBJECT = "object"
DEVELOPER = "developer"
IMAGE = "image"
PREFIX = "prefix"
UNKNOWN_MODEL = "unknown model"
BAD_FIELD = "bad field"
WRONG_KEY = "wrong key"
SEED = "seed"
SEED_AGAIN = "seed again"
OTHER_SEED = "other seed"

SYSTEM_WORD = "PROBE-7"
DEVELOPER_WORD = "ZEBRA-4"
MAIN_LIMIT = 117
"""An unusual number, so that no limit of the server itself looks like it."""
SHORT_LIMIT = 9
SCHEMA_VALUE = "mauve-17"
UNFINISHED = "The capital of France is Par"
NO_MODEL = "no-such-model-4711"
OTHER_TOOL = "get_time"

_COUNT = "Count from 1 to 100 in digits, with a comma after each number."
_HELLO = "Say hello."
_NO_TOOL = "Do not call any tool. Say hello."
"""Only a server that enforces the choice of a tool gets a call for it."""


def questions(model: str) -> tuple[Ask, ...]:
    """Return the questions, the most important ones first.

    Args:
        model: The name of the model.
    """
    return (
        Ask(MODELS, path="/models"),
        *_about_answers(model),
        *_about_tools(model),
        *_about_formats(model),
        *_about_messages(model),
        *_about_errors(model),
        *_about_seeds(model),
    )


def _about_answers(model: str) -> tuple[Ask, ...]:
    system = f"Before anything else, write the word {SYSTEM_WORD}."
    main = _body(
        model,
        _COUNT,
        system=system,
        max_tokens=MAIN_LIMIT,
        stream_options={"include_usage": True},
    )
    words = "Write these four words: alpha beta gamma delta"
    fields: dict[str, Any] = {"stop": ["gamma"], "logprobs": True, "seed": 7, "n": 2}
    return (
        Ask(MAIN, main, limit=MAIN_LIMIT, optional=("stream_options", "max_tokens")),
        Ask(
            UNASKED,
            _body(model, _COUNT, max_completion_tokens=SHORT_LIMIT),
            limit=SHORT_LIMIT,
            optional=("max_completion_tokens",),
        ),
        Ask(
            FIELDS,
            _body(model, words, max_tokens=24, **fields),
            limit=48,
            optional=("max_tokens", *fields),
        ),
    )


def _about_tools(model: str) -> tuple[Ask, ...]:
    cities = (
        "What is the weather in Paris and in Rome? Call the tool once for each city."
    )
    named = {"type": "function", "function": {"name": OTHER_TOOL}}
    return (
        _tools(REQUIRED, model, _NO_TOOL, "required"),
        _tools(AUTO, model, cities, "auto"),
        _tools(NAMED, model, _NO_TOOL, named),
    )


def _tools(name: str, model: str, prompt: str, choice: Any) -> Ask:
    city = {"type": "object", "properties": {"city": {"type": "string"}}}
    tools = [
        {
            "type": "function",
            "function": {
                "name": each,
                "description": f"Get the {each.removeprefix('get_')} of a city.",
                "parameters": {**city, "required": ["city"]},
            },
        }
        for each in ("get_weather", OTHER_TOOL)
    ]
    body = _body(model, prompt, max_tokens=60, tools=tools, tool_choice=choice)
    return Ask(name, body, limit=60, optional=("max_tokens",))


def _about_formats(model: str) -> tuple[Ask, ...]:
    schema = {
        "type": "object",
        "properties": {
            "fish_mood": {"type": "string", "enum": [SCHEMA_VALUE]},
            "count_q": {"type": "integer"},
        },
        "required": ["fish_mood", "count_q"],
        "additionalProperties": False,
    }
    form = {
        "type": "json_schema",
        "json_schema": {"name": "probe", "schema": schema, "strict": True},
    }
    prose = "Answer in plain words and not as JSON: how are you?"
    anything = {"type": "json_object"}
    return (
        _short(
            SCHEMA, _body(model, "How are you?", max_tokens=60, response_format=form)
        ),
        _short(OBJECT, _body(model, prose, max_tokens=60, response_format=anything)),
    )


def _about_messages(model: str) -> tuple[Ask, ...]:
    order = f"Answer every message with the one word {DEVELOPER_WORD} and nothing else."
    developer = _body(model, "Hello", max_tokens=16)
    developer["messages"].insert(0, {"role": "developer", "content": order})
    parts = [
        {
            "type": "text",
            "text": "Which color has the left half of this image, and which the right "
            "half? Answer with the two colors only.",
        },
        {"type": "image_url", "image_url": {"url": picture_url()}},
    ]
    prefix = _body(model, "What is the capital of France?", max_tokens=8)
    prefix["messages"].append(
        {"role": "assistant", "content": UNFINISHED, "prefix": True}
    )
    return (
        _short(DEVELOPER, developer),
        _short(IMAGE, _body(model, parts, max_tokens=16), extra=100),
        _short(PREFIX, prefix),
    )


def _about_errors(model: str) -> tuple[Ask, ...]:
    hello = _body(model, _HELLO, max_tokens=2)
    return (
        _short(UNKNOWN_MODEL, {**hello, "model": NO_MODEL}),
        _short(BAD_FIELD, {**hello, "temperature": "hot"}),
        Ask(WRONG_KEY, hello, limit=2, has_wrong_key=True),
    )


def _about_seeds(model: str) -> tuple[Ask, ...]:
    prompt = "Write six random words, as unusual as you can."
    seeds = {SEED: 7, SEED_AGAIN: 7, OTHER_SEED: 8}
    # No two requests are equal, so that a cache cannot repeat an answer.
    return tuple(
        _short(
            name,
            _body(model, prompt, max_tokens=limit, temperature=1.0, seed=seed),
            optional=("temperature", "seed"),
        )
        for limit, (name, seed) in enumerate(seeds.items(), start=32)
    )


def _short(
    name: str,
    body: Mapping[str, Any],
    extra: int = 0,
    optional: tuple[str, ...] = (),
) -> Ask:
    limit = body["max_tokens"]
    optional = ("max_tokens", *optional)
    return Ask(name, body, limit=limit, extra=extra, optional=optional)


def _body(
    model: str, prompt: Any, *, system: str | None = None, **fields: Any
) -> dict[str, Any]:
    messages = [{"role": "user", "content": prompt}]
    if system is not None:
        messages.insert(0, {"role": "system", "content": system})
    return {"model": model, "messages": messages, "stream": True, **fields}
