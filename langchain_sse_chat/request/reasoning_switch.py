"""Write `reasoning` and `reasoning_effort` in the form of the server."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

from langchain_sse_chat.dialect import Dialect
from langchain_sse_chat.errors import ConfigurationError

RIVALS = {"reasoning": "reasoning_effort", "reasoning_effort": "reasoning"}
"""The two fields for the same thing. One of a call replaces the other of the model."""

_ON: dict[str, dict[str, Any]] = {
    "reasoning": {"reasoning": {"enabled": True}},
    "thinking": {"thinking": {"type": "enabled"}},
    "adaptive_thinking": {"thinking": {"type": "adaptive"}},
    "enable_thinking": {"enable_thinking": True},
    # Templates ignore names that they do not use.
    "chat_template_kwargs": {
        "chat_template_kwargs": {"enable_thinking": True, "thinking": True}
    },
    "chat_template_args": {"chat_template_args": {"enable_thinking": True}},
}
"""The fields that switch reasoning on, by the dialect's switch."""

_OFF: dict[str, dict[str, Any]] = {
    "reasoning": {"reasoning": {"enabled": False}},
    "thinking": {"thinking": {"type": "disabled"}},
    "adaptive_thinking": {"thinking": {"type": "disabled"}},
    "enable_thinking": {"enable_thinking": False},
    "chat_template_kwargs": {
        "chat_template_kwargs": {"enable_thinking": False, "thinking": False}
    },
}

_BUDGETS = {
    "reasoning": ("reasoning", "max_tokens"),
    "thinking": ("thinking", "budget_tokens"),
    "thinking_budget": ("thinking_budget",),
    "thinking_token_budget": ("thinking_token_budget",),
    # The body has a field `extra_body` here.
    "thinking_config": ("extra_body", "google", "thinking_config", "thinking_budget"),
}
"""The path of the limit on tokens, by the dialect's budget."""

_KNOWN_KEYS = frozenset({"effort", "max_tokens", "enabled"})

_OF_RESPONSES = frozenset({"summary", "generate_summary", "encrypted_content"})

_UNCHECKED = "To send something else, pass the server's own field in `extra_body`."


class _Wish(NamedTuple):
    """The reasoning that a caller requests."""

    kind: Literal["on", "off", "effort", "budget"]
    value: Any = None


def with_reasoning(fields: Mapping[str, Any], dialect: Dialect) -> dict[str, Any]:
    """Return the fields with `reasoning` and `reasoning_effort` in the server's form.

    Args:
        fields: The fields of a body. The server's own fields among them replace those
            that are written here.
        dialect: The server's dialect.

    Raises:
        ConfigurationError: The server has no such form, or the two fields differ.
    """
    rest = dict(fields)
    given, effort = rest.pop("reasoning", None), rest.pop("reasoning_effort", None)
    if isinstance(given, Mapping) and dialect.reasoning_effort == "reasoning":
        told = {k: v for k, v in given.items() if k in _KNOWN_KEYS and v is not True}
        if told not in ({}, {"effort": effort}):
            _check_none(effort, given)
        whole = {**({} if effort is None else {"effort": effort}), **given}
        return {**rest, "reasoning": whole} if whole else rest
    wish = None if given is None else _wish(given)
    if effort is None:
        sent = {} if wish is None else _checked(wish, given, dialect)
    elif wish is None or wish.kind == "on":
        sent = _effort_alone(effort, dialect)
    else:
        if wish != (_Wish("off") if effort == "none" else _Wish("effort", effort)):
            _check_none(effort, given)
        sent = _checked(wish, given, dialect)
    for name, value in sent.items():
        own = rest.get(name)
        rest[name] = value if own is None else _merged(value, own)
    return rest


def merged_objects(body: Mapping[str, Any], extra: Mapping[str, Any]) -> dict[str, Any]:
    """Return an extra body whose variables of a chat template are added to the body's.

    They are independent of one another, so that the user's do not remove the switch of
    reasoning.
    """
    names = ("chat_template_kwargs", "chat_template_args")
    return {
        **extra,
        **{n: _merged(body[n], extra[n]) for n in names if n in extra and n in body},
    }


def reasons(layers: tuple[Mapping[str, Any] | None, ...], *, by_default: bool) -> bool:
    """Whether a model reasons in a call.

    Args:
        layers: Fields of the body, in any server's form; the first that say something
            about reasoning decide.
        by_default: Whether it reasons if none does.
    """
    said = (_said(layer) for layer in layers if layer)
    return next((word for word in said if word is not None), by_default)


def _said(fields: Mapping[str, Any]) -> bool | None:
    """Whether fields switch reasoning on or off; `None` if they do not say so."""
    template = fields.get("chat_template_kwargs")
    switches = (
        fields.get("enable_thinking"),
        template.get("enable_thinking") if isinstance(template, Mapping) else None,
        fields.get("reasoning"),
        fields.get("thinking"),
        fields.get("reasoning_effort"),
    )
    return next((_is_on(value) for value in switches if value not in (None, {})), None)


def _is_on(value: Any) -> bool:
    if isinstance(value, Mapping):
        words = value.get("enabled"), value.get("effort"), value.get("type")
        return all(_is_on(word) for word in words if word is not None)
    return value not in (False, "none", "disabled")


def _wish(given: Any) -> _Wish | None:
    """Return the meaning of a value of `reasoning`; `None` for an empty object.

    Raises:
        ConfigurationError: It has no meaning.
    """
    if isinstance(given, bool):
        return _Wish("on") if given else _Wish("off")
    if isinstance(given, str) and given:
        return _Wish("off") if given == "none" else _Wish("effort", given)
    if not isinstance(given, Mapping):
        msg = (
            "`reasoning` must be True, False, an effort such as 'high', or a limit on "
            f"tokens such as {{'max_tokens': 2000}}, not {given!r}."
        )
        raise ConfigurationError(msg)
    told = {key: value for key, value in given.items() if value is not None}
    unknown = told.keys() - _KNOWN_KEYS
    if unknown:
        names = ", ".join(sorted(map(repr, unknown)))
        of = "the Responses API, which this package does not use"
        if not unknown & _OF_RESPONSES:
            of = "other servers"
        msg = (
            f"`reasoning` has {names}, which belongs to {of}. This server gets 'effort'"
            f" or 'max_tokens'. {_UNCHECKED}"
        )
        raise ConfigurationError(msg)
    enabled = told.pop("enabled", None)
    if len(told) > 1 or (enabled is False and told):
        msg = f"`reasoning={given!r}` says two things. Pass one."
        raise ConfigurationError(msg)
    if "max_tokens" in told:
        return _Wish("budget", told["max_tokens"])
    word = told.get("effort", enabled)
    return None if word is None else _wish(word)


def _check_none(effort: Any, given: Any) -> None:
    """Check that there is no `reasoning_effort`, as `reasoning` says another thing.

    Raises:
        ConfigurationError: There is one.
    """
    if effort is not None:
        msg = (
            f"`reasoning={given!r}` and `reasoning_effort={effort!r}` differ. Pass one."
        )
        raise ConfigurationError(msg)


def _effort_alone(effort: Any, dialect: Dialect) -> dict[str, Any]:
    """Return the fields for a `reasoning_effort`, which is not checked."""
    if effort == "none" and dialect.reasoning_switch in _OFF:
        return _OFF[dialect.reasoning_switch]
    return _with_effort(effort, dialect)


def _with_effort(effort: Any, dialect: Dialect) -> dict[str, Any]:
    if dialect.reasoning_effort == "reasoning":
        return {"reasoning": {"effort": effort}}
    return {"reasoning_effort": effort}


def _checked(wish: _Wish, given: Any, dialect: Dialect) -> dict[str, Any]:
    """Return the fields for a wish.

    Raises:
        ConfigurationError: The server has no form for it.
    """
    sent = _sent(wish, dialect)
    if sent is not None:
        return sent
    others = {
        "True": _Wish("on"),
        "False": _Wish("off"),
        "{'max_tokens': …}": _Wish("budget", 1),
    }
    known = [word for word, each in others.items() if _sent(each, dialect) is not None]
    if dialect.reasoning_efforts is None:
        known.append("an effort such as 'high'")
    known += map(repr, sorted((dialect.reasoning_efforts or set()) - {"none"}))
    forms = f"The forms are {', '.join(known)}. " if known else ""
    msg = (
        f"`reasoning={given!r}`: this server or model has no form for that. {forms}"
        f"{_UNCHECKED}"
    )
    raise ConfigurationError(msg)


def _sent(wish: _Wish, dialect: Dialect) -> dict[str, Any] | None:
    """Return the fields for a wish; `None` if the server has no form for it."""
    switch, known = dialect.reasoning_switch, dialect.reasoning_efforts
    if wish.kind == "budget":
        return _with_budget(wish.value, dialect)
    if wish.kind == "effort":
        if known is not None and wish.value not in known:
            return None
        # An object of its own says both.
        on = {} if switch == "reasoning" else _ON.get(switch, {})
        return {**on, **_with_effort(wish.value, dialect)}
    if switch == "effort":
        word = dialect.default_effort if wish.kind == "on" else "none"
        is_known = known is None or word in known
        return _with_effort(word, dialect) if is_known else None
    if switch == "none":
        always = wish.kind == "on" and dialect.reasons_by_default
        return {} if always else None
    return (_ON if wish.kind == "on" else _OFF).get(switch)


def _with_budget(tokens: Any, dialect: Dialect) -> dict[str, Any] | None:
    path = _BUDGETS.get(dialect.reasoning_budget)
    if path is None:
        return None
    value = tokens
    for name in reversed(path):
        value = {name: value}
    switch = dialect.reasoning_switch
    if dialect.reasoning_budget == "thinking":
        switch = "thinking"
    on = {} if switch == "reasoning" else _ON.get(switch, {})
    return {
        **on,
        **{name: _merged(on.get(name, {}), own) for name, own in value.items()},
    }


def _merged(value: Any, own: Any) -> Any:
    """Return the keys of both objects, or the second value if one is not an object."""
    both = isinstance(value, Mapping) and isinstance(own, Mapping)
    return {**value, **own} if both else own
