"""Check the fields of a request other than its messages.

https://platform.openai.com/docs/api-reference/chat/create. A range is that of the most
liberal server, because the model's server checks its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from langchain_sse_chat.serve.failure.failure import refused
from langchain_sse_chat.serve.request.json_checks import (
    flag,
    listing,
    mapping,
    name,
    number,
    text,
    whole,
    wrong_type,
    wrong_value,
)
from langchain_sse_chat.serve.request.limits import RequestLimits

_INT64 = 2**63

Check = Callable[[Any, str, RequestLimits], Any]


def _stop(value: Any, param: str, limits: RequestLimits) -> list[str]:
    stops = [value] if isinstance(value, str) else value
    if not isinstance(stops, list):
        raise wrong_type(value, param, "a string or a list of strings")
    return [
        name(stop, f"{param}[{position}]", 1_000)
        for position, stop in enumerate(listing(stops, param, limits.stops))
    ]


def _bias(value: Any, param: str, limits: RequestLimits) -> dict[str, float]:
    entries = mapping(value, param, limits.items).items()
    return {token: number(bias, param, -100, 100) for token, bias in entries}


def _number(low: float, high: float) -> Check:
    return lambda value, param, _: number(value, param, low, high)


def _whole(low: int, high: int) -> Check:
    return lambda value, param, _: whole(value, param, low, high)


def _name(value: Any, param: str, limits: RequestLimits) -> str:
    return name(value, param, limits.name)


OPTIONS: Mapping[str, Check] = {
    "temperature": _number(0, 100),
    "top_p": _number(0, 1),
    "max_tokens": _whole(1, 2**31 - 1),
    "max_completion_tokens": _whole(1, 2**31 - 1),
    "stop": _stop,
    "seed": _whole(-_INT64, _INT64 - 1),
    "presence_penalty": _number(-2, 2),
    "frequency_penalty": _number(-2, 2),
    "logit_bias": _bias,
    "reasoning_effort": _name,
    "user": _name,
}
"""The fields that a call of a chat model takes, each with its check."""

KNOWN = frozenset(
    {
        *OPTIONS,
        "audio",
        "function_call",
        "functions",
        "logprobs",
        "messages",
        "metadata",
        "modalities",
        "model",
        "n",
        "parallel_tool_calls",
        "response_format",
        "stream",
        "stream_options",
        "tool_choice",
        "tools",
        "top_logprobs",
    }
)
"""All fields that are read. Others are accepted and ignored."""


def read_options(fields: Mapping[str, Any], limits: RequestLimits) -> dict[str, Any]:
    """Return the keywords for a call of a chat model.

    The token limit is `max_tokens`, by either name; `stop` is a list.

    Args:
        fields: The fields of the request without those that are `null`.
        limits: The limits of a request.

    Raises:
        RequestRefused: A field has the wrong type or is out of range.
    """
    options = {
        name: check(fields[name], name, limits)
        for name, check in OPTIONS.items()
        if name in fields
    }
    if "max_completion_tokens" in options:
        options["max_tokens"] = options.pop("max_completion_tokens")
    if options.get("stop") == []:
        del options["stop"]
    return options


def read_tools(
    fields: Mapping[str, Any], limits: RequestLimits
) -> list[dict[str, Any]] | None:
    """Return the tools of a request, `None` without any.

    Raises:
        RequestRefused: A tool is neither a function nor a custom tool, or its name is
            missing or used twice.
    """
    tools = listing(fields.get("tools", []), "tools", limits.tools)
    known: set[str] = set()
    for position, value in enumerate(tools):
        path = f"tools[{position}]"
        own = _tool_name(value, path, limits)
        if own in known:
            raise wrong_value(path, "has the name of another tool.")
        known.add(own)
    return tools or None


def _tool_name(value: Any, path: str, limits: RequestLimits) -> str:
    tool = mapping(value, path)
    kind = tool.get("type")
    if not isinstance(kind, str) or kind not in {"function", "custom"}:
        msg = f"`{path}` has no `type` that is supported: `function` or `custom`."
        raise refused(msg, path, "invalid_value")
    function = mapping(tool.get(kind), f"{path}.{kind}")
    if (said := function.get("description")) is not None:
        text(said, f"{path}.{kind}.description")
    if (schema := function.get("parameters")) is not None:
        mapping(schema, f"{path}.{kind}.parameters")
    if (strict := function.get("strict")) is not None:
        flag(strict, f"{path}.{kind}.strict")
    return name(function.get("name"), f"{path}.{kind}.name", limits.name)


def read_tool_choice(
    value: Any, tools: list[dict[str, Any]] | None
) -> str | dict[str, Any] | None:
    """Return the `tool_choice`; `auto` and `none` without tools are left out.

    Raises:
        RequestRefused: The choice is not known, or its tool is not among the tools.
    """
    if value is None:
        return None
    param = "tool_choice"
    if isinstance(value, str):
        if value not in {"auto", "none", "required"}:
            raise wrong_value(param, "must be `auto`, `none`, `required` or a tool.")
        if tools or value != "required":
            return value if tools else None
        raise wrong_value(param, "needs `tools`.")
    kind = mapping(value, param).get("type")
    inner = value.get(kind) if isinstance(kind, str) else None
    wanted = inner.get("name") if isinstance(inner, dict) else None
    if not any(
        tool["type"] == kind and tool[kind]["name"] == wanted for tool in tools or []
    ):
        raise wrong_value(param, "names a tool that is not in `tools`.")
    return {"type": kind, str(kind): {"name": wanted}}


def read_response_format(value: Any, limits: RequestLimits) -> dict[str, Any] | None:
    """Return the `response_format`, `None` for text.

    Raises:
        RequestRefused: The format is not known, or has no schema.
    """
    if value is None:
        return None
    param = "response_format"
    kind = mapping(value, param).get("type")
    if kind == "text":
        return None
    if kind == "json_object":
        return {"type": kind}
    if kind != "json_schema":
        raise wrong_value(
            param, "must have the `type` `text`, `json_object` or `json_schema`."
        )
    inner = mapping(value.get(kind), f"{param}.{kind}")
    name(inner.get("name"), f"{param}.{kind}.name", limits.name)
    if (schema := inner.get("schema")) is not None:
        mapping(schema, f"{param}.{kind}.schema")
    if (strict := inner.get("strict")) is not None:
        flag(strict, f"{param}.{kind}.strict")
    return {"type": kind, kind: inner}


def read_include_usage(fields: Mapping[str, Any], *, stream: bool) -> bool:
    """Return whether usage is requested in the stream.

    Raises:
        RequestRefused: There are `stream_options` without `stream`.
    """
    param = "stream_options"
    if param not in fields:
        return False
    options = mapping(fields[param], param)
    if not stream:
        raise wrong_value(param, "is allowed only with `stream: true`.")
    asked = options.get("include_usage")
    return asked is not None and flag(asked, f"{param}.include_usage")


def read_top_logprobs(fields: Mapping[str, Any], *, logprobs: bool) -> int | None:
    """Return the number of alternatives for each token.

    Raises:
        RequestRefused: The number is out of range, or `logprobs` is not true.
    """
    param = "top_logprobs"
    if param not in fields:
        return None
    asked = whole(fields[param], param, 0, 20)
    if not logprobs:
        raise wrong_value(param, "needs `logprobs: true`.")
    return asked


def read_modalities(value: Any) -> list[str] | None:
    """Return the kinds of output that are requested, `None` for text alone.

    Raises:
        RequestRefused: The value is not a list of strings.
    """
    if value is None:
        return None
    param = "modalities"
    kinds = [name(one, param, 64) for one in listing(value, param, 16)]
    return None if set(kinds) <= {"text"} else kinds


def refuse_old_functions(fields: Mapping[str, Any]) -> None:
    """Refuse the form that OpenAI had before tools.

    Its client expects a `function_call`, and would not find the `tool_calls` that
    models return.

    Raises:
        RequestRefused: There are `functions`, or there is a `function_call`.
    """
    for old, new in (("functions", "tools"), ("function_call", "tool_choice")):
        if fields.get(old):
            msg = f"`{old}` is not supported. Use `{new}`."
            raise refused(msg, old, "unsupported_parameter")


def read_metadata(value: Any, limits: RequestLimits) -> dict[str, str]:
    """Return the `metadata`: strings by name.

    Raises:
        RequestRefused: The value is not an object of strings.
    """
    param = "metadata"
    entries = mapping({} if value is None else value, param, limits.items).items()
    return {key: text(one, f"{param}.{key[:64]}") for key, one in entries}


def read_model(value: Any, limits: RequestLimits) -> str | None:
    """Return the name of the model, `None` without one.

    Raises:
        RequestRefused: The name is not a string, is empty or is too long.
    """
    return None if value is None else name(value, "model", limits.name)
