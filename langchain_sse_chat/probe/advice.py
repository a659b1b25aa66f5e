"""Advise how to set `ChatSSE` for a server."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from langchain_sse_chat.dialect import Dialect
from langchain_sse_chat.probe.checks.reasoning import tags_in
from langchain_sse_chat.probe.line import Answers, ProbeLine, Verdict
from langchain_sse_chat.probe.questions import FIELDS, MAIN, MODELS
from langchain_sse_chat.providers import find_provider

_OWNERS = {"vllm": "vllm", "llamacpp": "llamacpp", "sglang": "sglang"}
"""Providers by the `owned_by` that only their servers write into a list of models."""

_KINDS = {
    "tool_choice: auto": "auto",
    "tool_choice: required": "required",
    "tool_choice: by name": "named",
}

_REFUSABLE = frozenset({"logprobs", "seed", "n"})


@dataclass(frozen=True, slots=True)
class Advice:
    """The provider and the settings to pass to `ChatSSE`."""

    provider: str | None = None
    """The row of the table that fits, `None` if there is none."""
    reason: str = ""
    """Why it fits."""
    dialect: Mapping[str, Any] = field(default_factory=dict)
    """The facts of a `Dialect` that differ from the provider's, or from the default."""
    settings: Mapping[str, Any] = field(default_factory=dict)
    """The settings of `ChatSSE`."""
    notes: tuple[str, ...] = ()
    """Sentences about what no setting changes."""


def advice_of(
    answers: Answers,
    lines: Iterable[ProbeLine],
    *,
    base_url: str,
    model: str,
    provider: str | None,
) -> Advice:
    """Return the advice for a server.

    Args:
        answers: Its answers by the names of their questions.
        lines: The lines about it.
        base_url: Its address.
        model: The name of the model.
        provider: The provider that the user named.
    """
    verdicts = {line.name: line.verdict for line in lines}
    found, reason = _provider(answers, base_url, provider)
    known = find_provider(found, None).dialect_for(model) if found else Dialect()
    differing = {
        name: value
        for name, value in _facts(answers, verdicts, known).items()
        if getattr(known, name) != value
    }
    return Advice(
        found, reason, differing, _settings(answers, verdicts, known), _notes(verdicts)
    )


def _provider(
    answers: Answers, base_url: str, provider: str | None
) -> tuple[str | None, str]:
    if provider is not None:
        return provider, "you named it"
    by_host = find_provider(None, base_url).name
    if by_host != "custom":
        return by_host, "by the host of the address"
    for owner in _owners(answers):
        if owner in _OWNERS:
            return _OWNERS[owner], f"its list of models says owned_by: {owner}"
    return None, "no row of the table has this host"


def _owners(answers: Answers) -> list[str]:
    answer = answers.get(MODELS)
    chunks = answer.chunks if answer is not None else []
    lists = [chunk.get("data") for _, chunk in chunks]
    return [
        str(entry.get("owned_by", "")).lower()
        for data in lists
        if isinstance(data, list)
        for entry in data
        if isinstance(entry, dict)
    ]


def _facts(
    answers: Answers, verdicts: Mapping[str, Verdict], known: Dialect
) -> dict[str, Any]:
    """Return the facts of a dialect that were seen."""
    facts: dict[str, Any] = {}
    if verdicts["max_tokens"] == "no" and verdicts["max_completion_tokens"] == "yes":
        facts["max_tokens_field"] = "max_completion_tokens"
    refused = {kind for name, kind in _KINDS.items() if verdicts[name] == "no"}
    if refused:
        facts["tool_choices"] = known.tool_choices - refused
    if verdicts["json_schema with strict"] == "no":
        facts["json_schema"] = "none"
    if verdicts["role developer"] == "yes":
        facts["supports_developer"] = True
    if verdicts["stop"] == "no":
        facts["stop"] = "client"
    if verdicts["continues an answer"] == "yes":
        facts["continuation"] = "prefix"
    fields = answers.get(FIELDS)
    refused_fields = set(fields.seen.ask.refused if fields else ()) & _REFUSABLE
    if refused_fields:
        facts["refused_fields"] = known.refused_fields | refused_fields
    return facts


def _settings(
    answers: Answers, verdicts: Mapping[str, Verdict], known: Dialect
) -> dict[str, Any]:
    settings: dict[str, Any] = {}
    if verdicts["usage when asked for"] == "no" and known.supports_stream_options:
        settings["stream_usage"] = False
    if verdicts["streams"] == "no":
        settings["streaming"] = False
    if verdicts["in tags in the text"] == "yes":
        tags = tags_in(answers[MAIN].text)
        if tags != known.reasoning_tags:
            settings["reasoning_tags"] = tags
    ends = (verdicts["finish reason"], verdicts["[DONE] at the end"])
    if ends == ("no", "no"):
        settings["on_truncation"] = "accept"
    return settings


def _notes(verdicts: Mapping[str, Verdict]) -> tuple[str, ...]:
    notes = []
    if verdicts["tokens arrive one by one"] == "no":
        notes.append(
            "Something between you and the model collects the tokens. Switch off "
            "buffering and compression in the proxy, such as nginx's proxy_buffering."
        )
    if verdicts["json_schema with strict"] == "no":
        method = "json_mode" if verdicts["json_object"] == "yes" else "function_calling"
        notes.append(f'Use with_structured_output(…, method="{method}").')
    return tuple(notes)
