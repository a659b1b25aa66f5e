"""Build the body of a chat-completions request, and encode it as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from langchain_sse_chat.dialect import Dialect
from langchain_sse_chat.errors import ConfigurationError
from langchain_sse_chat.request.apply_dialect import (
    fields_in_dialect,
    messages_in_dialect,
)
from langchain_sse_chat.request.continuation import continued
from langchain_sse_chat.request.reasoning_switch import merged_objects

PATH = "/chat/completions"
"""Where the body is posted to, under the root of an API."""

_MAX_TOKENS_FIELDS = ("max_completion_tokens", "max_tokens")
"""The two names of the token limit; the first wins when a caller sets both."""

_JSON_ERRORS = (TypeError, ValueError, RecursionError)
"""Errors of `json.dumps` for a value that is not JSON."""


def request_body(
    *,
    model: str,
    messages: Sequence[Mapping[str, Any]],
    dialect: Dialect,
    stream: bool,
    include_usage: bool = False,
    params: Mapping[str, Any] | None = None,
    tools: Sequence[Mapping[str, Any]] | None = None,
    tool_choice: str | Mapping[str, Any] | None = None,
    parallel_tool_calls: bool | None = None,
    response_format: Mapping[str, Any] | None = None,
    extra_body: Iterable[Mapping[str, Any] | None] = (),
) -> dict[str, Any]:
    """Return the body of a request as a dict; the arguments are not changed.

    Args:
        model: The model's name on the server. A `model` in `params` replaces it.
        messages: Messages from `messages_to_wire`.
        dialect: The server's dialect. It does not apply to `extra_body`.
        stream: Whether to request an event stream. Always sent, because servers have
            different defaults.
        include_usage: Whether to request usage in the stream. Ignored without `stream`,
            or if the dialect says that the server rejects the option.
        params: Sampling parameters and all other fields of the body; unknown fields are
            sent unchanged, and those that are `None` are not sent. The token limit is
            sent under the dialect's name, with either name here. A `stop` string
            becomes a list.
        tools: Tools from `tools_to_wire`. Without tools, `parallel_tool_calls` and a
            `tool_choice` of `"auto"` or `"none"` are left out too: they mean nothing
            then, and OpenAI rejects them.
        tool_choice: A choice from `tool_choice_to_wire`.
        parallel_tool_calls: Whether the model may make several calls in one answer.
        response_format: A format from `response_format_to_wire`.
        extra_body: Dicts whose keys replace all of the above; later dicts replace
            earlier ones, key by key. Values are not merged, except `stream_options` and
            the variables of a chat template. A `None` is sent as `null`.

    Raises:
        ConfigurationError: The server does not support one of the values.
    """
    extra: dict[str, Any] = {}
    for layer in extra_body:
        extra.update(layer or {})
    given = {
        "model": model,
        **(params or {}),
        **_tools(tools, tool_choice, parallel_tool_calls),
        **({} if response_format is None else {"response_format": response_format}),
    }
    given = fields_in_dialect(given, dialect)
    if "chat_template_kwargs" in given or "chat_template_args" in given:
        extra = merged_objects(given, extra)
    limit = _limit(given, dialect, extra)
    # An empty list has no effect, and OpenAI rejects it.
    stop = given.pop("stop", None) or None
    if isinstance(stop, str):
        stop = [stop]
    options = given.pop("stream_options", None)
    merged = _stream_options(
        # OpenAI rejects them without streaming.
        options if stream else None,
        extra,
        ask=stream and include_usage and dialect.supports_stream_options,
    )
    wire_messages: Sequence[Mapping[str, Any]]
    wire_messages = messages_in_dialect(messages, dialect)
    if wire_messages[-1]["role"] == "assistant":
        wire_messages, fields = continued(wire_messages, dialect)
        given = fields | given
    given |= {"stop": stop, **limit, "messages": wire_messages, "stream": stream}
    body = {key: value for key, value in given.items() if value is not None}
    return {**body, **extra, **merged}


def encode_body(body: Mapping[str, Any]) -> bytes:
    r"""Return a request body as compact JSON in UTF-8.

    Characters outside ASCII are not escaped, except lone surrogates, which UTF-8 cannot
    encode: they are sent as JSON escapes, such as `\ud83d`.

    Raises:
        ConfigurationError: A value is not JSON: a Python object, a number that is not
            finite, or a structure that contains itself. The error names its key.
    """
    try:
        text = _dumps(body)
    except _JSON_ERRORS as exc:
        msg = (
            f"The request's {_bad_key(body)} cannot be sent as JSON: {exc}. Pass "
            "strings, numbers, booleans, None, lists and dicts."
        )
        raise ConfigurationError(msg) from exc
    # Only lone surrogates cannot be encoded. They occur only in strings, and Python's
    # escape for them equals JSON's.
    return text.encode("utf-8", "backslashreplace")


def _dumps(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def _bad_key(body: Mapping[str, Any]) -> str:
    """Return the first key that is not JSON, or whose value is not."""
    return next(
        (repr(key) for key, value in body.items() if not _is_json({key: value})),
        "body",
    )


def _is_json(value: Any) -> bool:
    try:
        _dumps(value)
    except _JSON_ERRORS:
        return False
    return True


def _tools(
    tools: Sequence[Mapping[str, Any]] | None,
    tool_choice: str | Mapping[str, Any] | None,
    parallel_tool_calls: bool | None,  # noqa: FBT001  # a value that is passed on
) -> dict[str, Any]:
    if tools:
        wire = {
            "tools": list(tools),
            "tool_choice": tool_choice,
            "parallel_tool_calls": parallel_tool_calls,
        }
    elif tool_choice is None or tool_choice in ("auto", "none"):
        # https://platform.openai.com/docs/api-reference/chat/create: "only allowed when
        # tools are specified".
        return {}
    else:
        wire = {"tool_choice": tool_choice}
    return {key: value for key, value in wire.items() if value is not None}


def _limit(
    given: dict[str, Any], dialect: Dialect, extra: Mapping[str, Any]
) -> dict[str, Any]:
    """Remove the token limit from the fields; return it under the dialect's name."""
    limit, other = map(given.pop, _MAX_TOKENS_FIELDS, (None, None))
    if extra.keys() & set(_MAX_TOKENS_FIELDS):
        return {}
    return {dialect.max_tokens_field: other if limit is None else limit}


def _stream_options(
    given: Mapping[str, Any] | None, extra: Mapping[str, Any], *, ask: bool
) -> dict[str, Any]:
    """Merge `stream_options`: the default, the parameters', the extra body's."""
    own = extra.get("stream_options", {})
    if not isinstance(own, Mapping):
        return {}
    merged = {**({"include_usage": True} if ask else {}), **(given or {}), **own}
    return {"stream_options": merged} if merged else {}
