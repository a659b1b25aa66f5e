"""Read a client's request: the body of a chat completion, or a single question."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qsl

from langchain_core.messages import BaseMessage

from langchain_sse_chat.serve.failure.failure import (
    RequestRefused,
    refused,
    unsupported_content_type,
)
from langchain_sse_chat.serve.request.body_json import (
    JSON,
    media_type,
    read_object,
    read_text,
)
from langchain_sse_chat.serve.request.fields import (
    KNOWN,
    read_include_usage,
    read_metadata,
    read_modalities,
    read_model,
    read_options,
    read_response_format,
    read_tool_choice,
    read_tools,
    read_top_logprobs,
    refuse_old_functions,
)
from langchain_sse_chat.serve.request.json_checks import (
    flag,
    mapping,
    missing,
    name,
    text,
    whole,
)
from langchain_sse_chat.serve.request.limits import RequestLimits
from langchain_sse_chat.serve.request.messages import read_messages
from langchain_sse_chat.serve.request.ui_messages import (
    before_answer,
    last_answer_id,
    read_ui_messages,
)
from langchain_sse_chat.serve.request.ui_tools import read_ui_tools

_DEFAULT_LIMITS = RequestLimits()

_REGENERATE = "regenerate-message"
_UI_FIELDS = frozenset({"id", "messages", "trigger", "messageId"})
"""Fields that `useChat` sends; others are those of the page."""

_FORM = "application/x-www-form-urlencoded"
_FORM_FIELDS = frozenset({"message", "model"})
_MOST_FORM_FIELDS = 100
_HEADER_NAME = re.compile(r"[\w.-]{1,64}", re.ASCII)
_MOST_HEADER_NAMES = 32


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """A request that is valid, though its target may still refuse some of it."""

    messages: list[BaseMessage]
    """The conversation, in LangChain's messages. At least one."""

    model: str | None = None
    """The name of the model, `None` if the request has none."""

    options: dict[str, Any] = field(default_factory=dict)
    """Keywords for a call of a chat model: `temperature`, `max_tokens`, `top_p`, `stop`
    (a list), `seed`, `presence_penalty`, `frequency_penalty`, `logit_bias`,
    `reasoning_effort` and `user`; only those in the request."""

    tools: list[dict[str, Any]] | None = None
    """Tools in OpenAI's form. A target that cannot offer them must refuse."""

    tool_choice: str | dict[str, Any] | None = None
    """`auto`, `none`, `required`, or `{"type": …, <type>: {"name": …}}` for one of the
    tools. Only with tools."""

    parallel_tool_calls: bool | None = None
    """Whether the model may make several calls in one answer. Only with tools."""

    response_format: dict[str, Any] | None = None
    """The format in OpenAI's form, `None` for text."""

    n: int = 1
    """The number of answers, 1 to 128."""

    logprobs: bool = False
    """Whether log probabilities are requested."""

    top_logprobs: int | None = None
    """The number of alternatives for each token, 0 to 20. Only with `logprobs`."""

    modalities: list[str] | None = None
    """The kinds of output, `None` for text alone."""

    audio: dict[str, Any] | None = None
    """Voice and format of spoken output."""

    metadata: dict[str, str] = field(default_factory=dict)
    """The client's own words about the request. Not in `options`: `metadata` of a call
    in LangChain is that of its traces."""

    stream: bool = False
    """Whether the answer is streamed."""

    include_usage: bool = False
    """Whether the stream ends with the usage."""

    ignored: tuple[str, ...] = ()
    """The names of the unknown fields, which have no effect."""

    fields: dict[str, Any] = field(default_factory=dict)
    """All fields as sent."""

    chat_id: str | None = None
    """The ID of the chat, from `useChat` alone. The browser chooses it."""

    continues: str | None = None
    """The ID of the message that the answer continues, from `useChat` alone: the last
    message is an answer then, whose tools the browser has run."""

    @property
    def demands(self) -> dict[str, Any]:
        """The fields without which the answer would be a wrong one.

        A target that does not support one of them must refuse it, with its name as
        `param`: tools and formats, several answers, log probabilities, audio.
        """
        found = {
            "tools": self.tools,
            "response_format": self.response_format,
            "n": self.n if self.n > 1 else None,
            "logprobs": self.logprobs or None,
            "modalities": self.modalities,
            "audio": self.audio,
        }
        return {name: value for name, value in found.items() if value is not None}


def read_chat_request(
    body: bytes, content_type: str | None, limits: RequestLimits = _DEFAULT_LIMITS
) -> ChatRequest:
    """Return the request in the body of a chat completion.

    A field that is `null` counts as missing.

    Args:
        body: The body.
        content_type: The `Content-Type` header; it must be `application/json`.
        limits: The limits on the request.

    Raises:
        RequestRefused: The body or one of its fields is not valid; `failure.param`
            names the field.
    """
    return _chat_request(read_object(body, content_type, limits), limits)


def read_plain_request(
    body: bytes,
    content_type: str | None,
    limits: RequestLimits = _DEFAULT_LIMITS,
    *,
    query: str = "",
) -> ChatRequest:
    """Return the request for a plain event stream, which is always streamed.

    Args:
        body: Empty for a GET, whose question is the `message` of the query. Otherwise a
            JSON object with `message` or `messages` and any field of a chat completion,
            a form with `message`, or the question itself as `text/plain`.
        content_type: The `Content-Type` header.
        limits: The limits on the request.
        query: The query of the URL, which may also have the `model`.

    Raises:
        RequestRefused: There is no message, or a field is not valid.
    """
    param = "message"
    asked, ignored = _form_fields(query)
    sent, others = _plain_fields(body, content_type, limits)
    fields: dict[str, Any] = {**asked, **sent}
    message = fields.pop(param, None)
    if message is not None:
        if fields.get("messages") is not None:
            msg = "Send either `message` or `messages`, not both."
            raise refused(msg, param, "invalid_value")
        if not text(message, param).strip():
            raise missing(param, "The `message` is empty.")
        fields["messages"] = [{"role": "user", "content": message}]
    elif fields.get("messages") is None:
        raise missing(param, "The request has no `message`.")
    # The wire decides these two.
    fields |= {"stream": True, "stream_options": None}
    return _chat_request(fields, limits, (*ignored, *others))


def read_ui_request(
    body: bytes,
    content_type: str | None,
    limits: RequestLimits = _DEFAULT_LIMITS,
    *,
    system: bool = False,
) -> ChatRequest:
    """Return the request of `useChat` of the AI SDK, which is always streamed.

    Args:
        body: A JSON object with `messages` in the form of the AI SDK, `id`, `trigger`
            and `messageId`, and any field of a chat completion.
        content_type: The `Content-Type` header; it must be `application/json`.
        limits: The limits on the request.
        system: Whether system messages are passed on; otherwise they are left out.

    Raises:
        RequestRefused: A message or a field is not valid.
    """
    sent = read_object(body, content_type, limits)
    messages, again = sent.get("messages"), sent.get("trigger") == _REGENERATE
    if again:
        messages = before_answer(messages, sent.get("messageId"))
    fields = {key: value for key, value in sent.items() if key not in _UI_FIELDS}
    fields["tools"] = read_ui_tools(sent.get("tools"))
    # The wire decides these two.
    fields |= {"stream": True, "stream_options": None}
    chat_id = sent.get("id")
    request = _chat_request(
        fields, limits, messages=read_ui_messages(messages, limits, system=system)
    )
    return replace(
        request,
        fields=sent,
        chat_id=None if chat_id is None else name(chat_id, "id", limits.name),
        continues=None if again else last_answer_id(messages),
    )


def ignored_header(names: Iterable[str]) -> str:
    """Return the value of the header `x-ignored-parameters`.

    Names that a header cannot have are left out, and there are at most 32.
    """
    fit = [name for name in names if _HEADER_NAME.fullmatch(name)]
    return ", ".join(fit[:_MOST_HEADER_NAMES])


def _chat_request(
    sent: dict[str, Any],
    limits: RequestLimits,
    ignored: Iterable[str] = (),
    messages: list[BaseMessage] | None = None,
) -> ChatRequest:
    fields = {name: value for name, value in sent.items() if value is not None}
    refuse_old_functions(fields)
    stream = flag(fields.get("stream", False), "stream")
    logprobs = flag(fields.get("logprobs", False), "logprobs")
    tools = read_tools(fields, limits)
    parallel = fields.get("parallel_tool_calls")
    if parallel is not None:
        parallel = flag(parallel, "parallel_tool_calls")
    return ChatRequest(
        messages=messages or read_messages(fields.get("messages"), limits),
        model=read_model(fields.get("model"), limits),
        options=read_options(fields, limits),
        tools=tools,
        tool_choice=read_tool_choice(fields.get("tool_choice"), tools),
        parallel_tool_calls=parallel if tools else None,
        response_format=read_response_format(fields.get("response_format"), limits),
        n=whole(fields.get("n", 1), "n", 1, 128),
        logprobs=logprobs,
        top_logprobs=read_top_logprobs(fields, logprobs=logprobs),
        modalities=read_modalities(fields.get("modalities")),
        audio=mapping(fields["audio"], "audio") if "audio" in fields else None,
        metadata=read_metadata(fields.get("metadata"), limits),
        stream=stream,
        include_usage=read_include_usage(fields, stream=stream),
        ignored=(*ignored, *(name for name in fields if name not in KNOWN)),
        fields=sent,
    )


def _plain_fields(
    body: bytes, content_type: str | None, limits: RequestLimits
) -> tuple[Mapping[str, Any], list[str]]:
    """Return the fields of a body, and the names of those that are not read."""
    kind = media_type(content_type)
    if not body and kind != JSON:
        return {}, []
    if kind == JSON:
        return read_object(body, content_type, limits), []
    if kind == "text/plain":
        return {"message": read_text(body, limits)}, []
    if kind == _FORM:
        return _form_fields(read_text(body, limits))
    raise RequestRefused(unsupported_content_type(JSON))


def _form_fields(form: str) -> tuple[dict[str, str], list[str]]:
    """Return message and model of a query or a form, and the names of other fields."""
    try:
        pairs = parse_qsl(
            form,
            keep_blank_values=True,
            errors="strict",
            max_num_fields=_MOST_FORM_FIELDS,
        )
    except ValueError:
        msg = "The query or form is not UTF-8, or has too many fields."
        raise refused(msg, code="invalid_body") from None
    fields: dict[str, str] = {}
    others = []
    for key, value in pairs:
        if key not in _FORM_FIELDS:
            others.append(key)
        elif key in fields:
            msg = f"`{key}` is given more than once."
            raise refused(msg, key, "invalid_value")
        else:
            fields[key] = value
    return fields, others
