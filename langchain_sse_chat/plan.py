"""Plan a call: the request for its settings, messages and keywords."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from langchain_core.messages import BaseMessage

from langchain_sse_chat.answer.cost import Pricing
from langchain_sse_chat.answer.pipeline import PipelineOptions
from langchain_sse_chat.dialect import Dialect, ReasoningEcho
from langchain_sse_chat.exchange.adjustments import (
    QUIET_TOOLS,
    calls_tools_quietly,
    warn_once,
    without_reasoning,
)
from langchain_sse_chat.exchange.endpoint_attempts import CallPlan, refuses_usage
from langchain_sse_chat.providers import Provider
from langchain_sse_chat.providers.table import CUSTOM
from langchain_sse_chat.request.body import PATH, request_body
from langchain_sse_chat.request.messages import messages_to_wire
from langchain_sse_chat.request.model_limits import within_limits
from langchain_sse_chat.request.reasoning_switch import RIVALS
from langchain_sse_chat.request.strict import effective_strict
from langchain_sse_chat.request.tools import (
    has_strict_tool,
    output_class_of,
    response_format_to_wire,
    tool_choice_to_wire,
    tools_to_wire,
)
from langchain_sse_chat.secrets import Secrets
from langchain_sse_chat.secrets.masking import MaskedStr
from langchain_sse_chat.settings.arguments import call_settings
from langchain_sse_chat.settings.body_names import check_body_name
from langchain_sse_chat.settings.chat_settings import ChatSSESettings
from langchain_sse_chat.settings.field_use import Use, fields_for
from langchain_sse_chat.settings.route import find_route
from langchain_sse_chat.tool_names import sent_names, under_sent_names
from langchain_sse_chat.transport.protocols import Clients, Timeouts
from langchain_sse_chat.transport.url import safe_url

ENDPOINT_KEYWORDS = frozenset({"model", "extra_headers", "extra_query", "extra_body"})
"""Keywords of a call for one server, which must not reach another."""

_RIVALS = {
    **RIVALS,
    "max_tokens": "max_completion_tokens",
    "max_completion_tokens": "max_tokens",
}
"""Pairs of fields for the same thing. One of a call replaces the other of the model."""

PARSED_LATER = "_parsed_later"
"""Keyword of a call whose object is added to the message after LangChain's cache."""


@dataclass(slots=True)
class _Keywords:
    """The keywords of one call, sorted by their use."""

    settings: dict[str, Any] = field(default_factory=dict)
    """Settings that replace those of the model for this call."""
    body: dict[str, Any] = field(default_factory=dict)
    headers: dict[str, Any] = field(default_factory=dict)
    query: dict[str, Any] = field(default_factory=dict)
    extra_body: dict[str, Any] = field(default_factory=dict)
    strict: bool | None = None
    parsed_later: bool = False


class _Body(NamedTuple):
    """The body of a request, and what reading its answer needs."""

    body: dict[str, Any]
    tool_names: dict[str, str]
    """The names of tools that are sent, by their own."""
    adjusted: dict[str, Any]
    """Fields that the model refuses, as in `CallPlan.adjusted`."""
    held: dict[str, Any]
    """Those that it refuses only while it reasons, as in `CallPlan.held`."""
    output_class: type | None
    """The class of the object that is requested, `None` for none."""


class _Common(NamedTuple):
    """The parts of a plan that the calls of a model share."""

    plan: CallPlan
    """A plan without a body."""
    asks_usage: bool
    """Whether streams request usage, unless the server has rejected that."""


def plan_call(
    settings: ChatSSESettings,
    messages: Sequence[BaseMessage],
    *,
    provider: Provider,
    clients: Clients,
    key: str | None,
    stop: list[str] | None,
    keywords: Mapping[str, Any],
    streamed: bool,
) -> CallPlan:
    """Return the plan of a call: its request, and how to read the answer.

    Args:
        settings: The model.
        messages: The conversation.
        provider: The model's provider.
        clients: What sends the requests.
        key: The API key, `None` for none.
        stop: Stop sequences; `None` for those of the settings.
        keywords: Those of the call: they override the settings; `extra_headers`,
            `extra_query` and `extra_body` are merged over theirs, and what is not
            known goes into the body.
        streamed: Whether to ask for an event stream.

    Raises:
        ConfigurationError: A message, tool or setting cannot be sent.
    """
    call = _sort_keywords(settings, keywords) if keywords else _Keywords()
    plan, asks_usage = _common(
        settings, provider, clients, key, call, streamed=streamed
    )
    stops = _stops(settings, call, stop)
    ends_here = plan.dialect.stop == "client"
    made = _body(
        settings,
        messages,
        call,
        dialect=plan.dialect,
        stop=None if ends_here else stops,
        streamed=streamed,
        include_usage=asks_usage
        and not (plan.may_drop_usage and refuses_usage(plan.url)),
    )
    url, options, body, adjusted = plan.url, plan.options, made.body, made.adjusted
    strict = settings._strict_address  # noqa: SLF001  # found by the settings for this
    if strict is not None and "tools" in body and has_strict_tool(body):
        url = MaskedStr(strict + url.removeprefix(settings._address))  # noqa: SLF001
        options = options._replace(url=safe_url(url))
    if QUIET_TOOLS and calls_tools_quietly(url, body):
        body, adjusted = without_reasoning(body, adjusted, made.held)
    if adjusted:
        warn_once(options.url, body["model"], adjusted)
    secrets = Secrets()
    secrets.learn(url, plan.headers, body)
    options = options._replace(secrets=secrets)
    if ends_here and stops:
        options = options._replace(stop=tuple(filter(None, stops)))
    if made.tool_names:
        own_names = {sent: own for own, sent in made.tool_names.items()}
        options = options._replace(tool_names=own_names)
    return replace(
        plan,
        url=url,
        body=body,
        clients=clients,
        options=options,
        adjusted=adjusted,
        held=made.held,
        output_class=made.output_class,
    )


def _common(
    settings: ChatSSESettings,
    provider: Provider,
    clients: Clients,
    key: str | None,
    call: _Keywords,
    *,
    streamed: bool,
) -> _Common:
    """Return the parts that the calls of a model share, created for the first call.

    They are created again for a call with keywords of its own, for a provider with
    access tokens or query variables in the environment, and after the key, the headers
    or the query have changed. A change of any other setting empties `_shared_parts`.
    """
    differs = call.settings or call.headers or call.query or call.body.get("model")
    if differs or provider.token or provider.query_env:
        return _new_common(settings, provider, clients, key, call, streamed=streamed)
    # Mappings of the caller's, which may be changed in place.
    given = dict(settings.default_headers or ()), dict(settings.default_query or ())
    kept = settings._shared_parts  # noqa: SLF001  # kept by the settings for this
    found = kept.get(streamed)
    if found is not None and found[0] == (key, given):
        common: _Common = found[1]
        return common
    common = _new_common(settings, provider, clients, key, call, streamed=streamed)
    kept[streamed] = (key, given), common
    return common


def _new_common(
    settings: ChatSSESettings,
    provider: Provider,
    clients: Clients,
    key: str | None,
    call: _Keywords,
    *,
    streamed: bool,
) -> _Common:
    own = vars(settings)
    used = {name: own[name] for name in fields_for(type(settings), Use.CALL)}
    used |= call.settings
    named = call.body.get("model") or settings.model_kwargs.get("model")
    model = str(named or settings.model)
    route = find_route(
        settings,
        provider,
        PATH,
        key=key,
        model=model,
        used=used,
        streamed=streamed,
        headers=call.headers,
        query=call.query,
    )
    stream_usage = used["stream_usage"]
    asks_usage = streamed and stream_usage is not False
    dialect = settings._dialect  # noqa: SLF001  # kept by the settings for this
    if model != settings.model:
        kept = settings._shared_parts  # noqa: SLF001  # kept by the settings for this
        if model not in kept:
            kept[model] = provider.dialect_for(model)
        dialect = kept[model]
    dialect = _dialect(dialect, used["reasoning_echo"])
    tags = used["reasoning_tags"]
    plan = CallPlan(
        url=route.url,
        headers=route.headers,
        body={},
        clients=clients,
        timeouts=_timeouts(used),
        streamed=streamed,
        may_drop_usage=asks_usage and stream_usage is None,
        options=PipelineOptions(
            url=safe_url(route.url),
            on_truncation=used["on_truncation"],
            reasoning_tags=dialect.reasoning_tags if tags is None else tags or None,
            include_response_headers=used["include_response_headers"],
            marks_generated_files=dialect.marks_generated_files,
            key_hint=route.key_hint,
            pricing=_pricing(settings, provider),
        ),
        policy=route.policy,
        dialect=dialect,
        on_disconnect=used["on_disconnect"],
        grant=route.grant,
        tls_hint=provider.tls_hint,
        record=route.record,
    )
    return _Common(plan, asks_usage)


def _pricing(settings: ChatSSESettings, provider: Provider) -> Pricing:
    # Nobody has prices for a server of one's own.
    is_known = not (provider.is_local or provider is CUSTOM)
    computes = is_known and settings.compute_cost is not False
    return Pricing(provider.currency, provider.name if computes else "")


def _dialect(dialect: Dialect, echo: ReasoningEcho | None) -> Dialect:
    return dialect if echo is None else replace(dialect, reasoning_echo=echo)


def _stops(
    settings: ChatSSESettings, call: _Keywords, stop: list[str] | None
) -> list[str] | None:
    """Return the stop sequences of the call or of the model."""
    given = call.body.pop("stop", None) if stop is None else stop
    if given is None:
        given = settings.model_kwargs.get("stop", settings.stop)
    return [given] if isinstance(given, str) else given


def _sort_keywords(settings: ChatSSESettings, keywords: Mapping[str, Any]) -> _Keywords:
    body = dict(keywords)
    # `stream` is LangChain's word for how a call is run, and decided by now.
    body.pop("stream", None)
    return _Keywords(
        settings=call_settings(type(settings), body),
        headers=dict(body.pop("extra_headers", None) or {}),
        query=dict(body.pop("extra_query", None) or {}),
        extra_body=dict(body.pop("extra_body", None) or {}),
        strict=body.pop("strict", None),
        parsed_later=body.pop(PARSED_LATER, False),
        body=body,
    )


def _body(
    settings: ChatSSESettings,
    messages: Sequence[BaseMessage],
    call: _Keywords,
    *,
    dialect: Dialect,
    stop: list[str] | None,
    streamed: bool,
    include_usage: bool,
) -> _Body:
    """Return the body of a request, and what reading its answer needs."""
    cls, own = type(settings), vars(settings)
    params = {
        name: own[name] for name in fields_for(cls, Use.BODY) if own[name] is not None
    }
    given = {**settings.model_kwargs, **call.body}
    for name in call.body:
        if name in _RIVALS and call.body[name] is not None:
            params.pop(_RIVALS[name], None)
            if _RIVALS[name] not in call.body:
                given.pop(_RIVALS[name], None)
    for name, value in given.items():
        check_body_name(cls, name, value)
        params[name] = value
    params["stop"] = stop
    adjusted: dict[str, Any] = {}
    held: dict[str, Any] = {}
    if dialect.dropped_fields or dialect.while_reasoning:
        whole, always = params, dialect.dropped_fields
        extra = call.extra_body, settings.extra_body
        params, dialect, adjusted = within_limits(whole, extra, dialect)
        refused = dialect.dropped_fields - always
        held = {n: whole[n] for n in refused if whole.get(n) is not None}
    response_format = params.pop("response_format", None)
    tools, choice, names = _tools(
        params.pop("tools", None), params.pop("tool_choice", None), call.strict
    )
    body = request_body(
        model=params.pop("model", settings.model),
        messages=messages_to_wire(messages, dialect, names),
        dialect=dialect,
        stream=streamed,
        include_usage=include_usage,
        tools=tools,
        tool_choice=choice,
        parallel_tool_calls=params.pop("parallel_tool_calls", None),
        response_format=None
        if response_format is None
        else response_format_to_wire(
            response_format,
            strict=effective_strict(response_format, call.strict, dialect),
        ),
        params=params,
        extra_body=(settings.extra_body, call.extra_body),
    )
    later = response_format is None or call.parsed_later
    return _Body(
        body, names, adjusted, held, None if later else output_class_of(response_format)
    )


def _tools(
    tools: Any,
    choice: Any,
    strict: bool | None,  # noqa: FBT001  # the caller's own
) -> tuple[Sequence[Mapping[str, Any]], Any, dict[str, str]]:
    """Return tools and choice in their wire form, and the names that it changes."""
    if not tools and choice is None:
        return (), None, {}
    wire = tools_to_wire(tools or [], strict=strict)
    names = sent_names(wire)
    sent = tool_choice_to_wire(choice, wire)
    if isinstance(sent, Mapping):
        sent = dict(under_sent_names([sent], names)[0])
    return under_sent_names(wire, names), sent, names


def _timeouts(given: Mapping[str, Any]) -> Timeouts:
    timeouts = Timeouts(
        first_token=given["first_token_timeout"], gap=given["stream_chunk_timeout"]
    )
    return timeouts.overridden_by(given["timeout"])
