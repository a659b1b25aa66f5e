"""Convert requests to the older form of tools: `functions` and `function_call`.

OpenAI had this form before tools, and GigaChat has it with its own rules
(https://developers.sber.ru/docs/ru/gigachat/api/reference/rest/post-chat): one call in
a message, an object as its arguments, the JSON of an object as its result, and only
text as content.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from langchain_sse_chat.errors import ConfigurationError
from langchain_sse_chat.request.conversation import Sent
from langchain_sse_chat.request.custom_tools import as_function_call, as_function_tool
from langchain_sse_chat.request.schema_walk import without_keyword
from langchain_sse_chat.wire.custom_calls import CUSTOM
from langchain_sse_chat.wire.jsontext import dumps, loads, parse_arguments, strict_loads

_FUNCTION_KEYS = (
    "name",
    "description",
    "parameters",
    "few_shot_examples",
    "return_parameters",
)

_MESSAGE_KEYS = ("reasoning_content", "functions_state_id", "attachments")
"""Keys of a message that are sent unchanged."""


def fields_as_functions(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of a body with functions instead of tools.

    Args:
        fields: Fields in the form of tools. With tools but without a `tool_choice`, the
            choice is `auto`.

    Raises:
        ConfigurationError: A tool cannot be sent in this form.
    """
    body = dict(fields)
    tools = body.pop("tools", None) or []
    choice = body.pop("tool_choice", None)
    body.pop("parallel_tool_calls", None)
    if tools:
        body["functions"] = [tool_to_function(tool) for tool in tools]
        choice = choice or "auto"
    if isinstance(choice, Mapping):
        function = choice.get("function") or choice.get(CUSTOM) or {}
        choice = {"name": function.get("name") or choice.get("type")}
    if choice is not None:
        # A `function_call` that the caller set takes precedence.
        body.setdefault("function_call", choice)
    return body


def tool_to_function(tool: Mapping[str, Any]) -> dict[str, Any]:
    """Return a tool as a function.

    A server-side tool, such as `{"type": "text2image"}`, is a function with only a
    name.

    Raises:
        ConfigurationError: GigaChat does not support its schema.
    """
    tool = as_function_tool(tool)
    if tool.get("type") != "function":
        return {"name": tool.get("type")}
    given = tool["function"]
    function = {key: given[key] for key in _FUNCTION_KEYS if given.get(key)}
    # A missing description is replaced by the name: the model needs it to choose.
    function.setdefault("description", function["name"])
    path = f"The tool {function['name']!r}"
    parameters = _plain_schema(given.get("parameters") or {}, path)
    function["parameters"] = {"type": "object", "properties": {}, **parameters}
    return function


def _plain_schema(schema: Any, path: str) -> Any:
    """Return a schema without titles and without the `null` of optional values.

    GigaChat rejects `anyOf`, and objects without `properties`.
    """

    def plain(part: Mapping[str, Any]) -> Mapping[str, Any]:
        part = _only_choice(part, path)
        if part.get("type") == "object" and "properties" not in part:
            return {**part, "properties": {}}
        return part

    return without_keyword(schema, "title", plain)


def _only_choice(schema: Mapping[str, Any], path: str) -> Mapping[str, Any]:
    """Replace the choices of a schema, if any, by the only one that is not null."""
    kinds = schema.get("type")
    if isinstance(kinds, list):
        kind = _single([kind for kind in kinds if kind != "null"], path)
        schema = {**schema, "type": kind}
    for keyword in ("anyOf", "oneOf", "allOf"):
        if keyword in schema:
            null = {"type": "null"}
            choice = _single([part for part in schema[keyword] if part != null], path)
            rest = {key: value for key, value in schema.items() if key != keyword}
            if rest.get("default", "") is None:
                del rest["default"]
            return _only_choice({**choice, **rest}, path)
    return schema


def _single(choices: Sequence[Any], path: str) -> Any:
    if len(choices) != 1:
        msg = (
            f"The schema at {path} has a parameter with {len(choices)} alternatives, "
            "but GigaChat accepts exactly one type beside null. Use a single type."
        )
        raise ConfigurationError(msg)
    return choices[0]


def add_attachments(sent: Iterable[Sent]) -> None:
    """Add the file IDs in `additional_kwargs["attachments"]` to the messages.

    Args:
        sent: The messages, whose sent form is changed in place.
    """
    for item in sent:
        message = item.message
        if message and (files := message.additional_kwargs.get("attachments")):
            item.wire["attachments"] = list(files)


def messages_as_functions(
    messages: Sequence[Mapping[str, Any]],
) -> list[dict[str, Any]]:
    """Return the messages with function calls instead of tool calls.

    A message with several calls becomes one pair of call and result per call, in order.
    The system messages are joined into one, at the start.

    Args:
        messages: Messages from `messages_to_wire`, each call followed by its result.

    Raises:
        ConfigurationError: Something cannot be sent in this form.
    """
    system = [_text(m) for m in messages if _role(m) == "system"]
    first = [{"role": "system", "content": "\n\n".join(system)}] if system else []
    rest = [message for message in messages if _role(message) != "system"]
    return [*first, *_turns(rest)]


def _role(message: Mapping[str, Any]) -> str:
    role = str(message.get("role"))
    return "system" if role == "developer" else role


def _turns(messages: Iterable[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    rest = iter(messages)
    for message in rest:
        wire = _message(message)
        calls = message.get("tool_calls")
        if not calls:
            yield wire
        # The results follow their calls in the same order. The text goes with the
        # first call.
        for call, result in zip(calls or (), rest, strict=False):
            function = as_function_call(call)["function"]
            name = function["name"]
            arguments = loads(function["arguments"])
            yield {**wire, "function_call": {"name": name, "arguments": arguments}}
            yield _result(result, name)
            wire = {**wire, "content": ""}


def _message(message: Mapping[str, Any]) -> dict[str, Any]:
    """Return a message as sent, except for its tool calls."""
    wire: dict[str, Any] = {"role": _role(message), "content": _text(message)}
    wire |= {key: message[key] for key in _MESSAGE_KEYS if message.get(key)}
    if files := _files(message):
        # A file that is named twice is one attachment.
        wire["attachments"] = [*dict.fromkeys([*wire.get("attachments", []), *files])]
    return wire


def _result(message: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Return the result of a function, as the JSON of an object."""
    text = _text(message)
    if parse_arguments(text) is None:
        text = dumps({"result": _value(text)})
    return {"role": "function", "name": name, "content": text}


def _value(text: str) -> Any:
    try:
        return strict_loads(text)
    except ValueError:
        return text


def _text(message: Mapping[str, Any]) -> str:
    """Return the content as text.

    Raises:
        ConfigurationError: It has parts other than text and uploaded files.
    """
    content = message.get("content") or ""
    if isinstance(content, str):
        return content
    texts = []
    for part in content:
        if part.get("type") == "text":
            texts.append(part["text"])
        elif not _file_id(part):
            msg = (
                f"A message has a part of type {part.get('type')!r}. This server "
                "accepts text, and files that were uploaded to it before, by ID: "
                "{'type': 'file', 'file_id': '...'}. `GigaChat.upload_file` uploads "
                "one, and `auto_upload_attachments=True` the data in messages."
            )
            raise ConfigurationError(msg)
    return "\n".join(texts)


def _files(message: Mapping[str, Any]) -> list[str]:
    content = message.get("content")
    parts = content if isinstance(content, list) else []
    return [file_id for part in parts if (file_id := _file_id(part))]


def _file_id(part: Mapping[str, Any]) -> str | None:
    file = part.get("file")
    return file.get("file_id") if isinstance(file, Mapping) else None
