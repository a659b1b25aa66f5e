"""Map constructor arguments to fields, including the names that other packages use."""

from __future__ import annotations

import inspect
import re
import warnings
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from pydantic import BaseModel

from langchain_sse_chat.errors import ConfigurationError
from langchain_sse_chat.providers import PROVIDERS, Provider
from langchain_sse_chat.secrets import speaks_of_a_secret
from langchain_sse_chat.settings.field_use import (
    Use,
    aliases_only,
    names_of,
    takes_none,
    use_of,
    uses_of,
)

_FIELDS_OF_PEERS = {
    "api_base": "base_url",  # ChatDeepSeek, ChatLiteLLM
    "endpoint": "base_url",  # ChatMistralAI
    "openai_proxy": "proxy",
    "groq_proxy": "proxy",
    "cerebras_proxy": "proxy",
}
"""Arguments of other packages that are not named after an environment variable, with
the corresponding fields."""

_OF_ANY_PROVIDER = "openai"
"""The provider whose argument names are used for every server of its protocol."""

_EXTRAS = {
    "extra_headers": "default_headers",
    "extra_query": "default_query",
    "extra_body": "extra_body",
}
"""Keywords of the OpenAI SDK, which users of LangChain pass in `model_kwargs`."""

_RENAMED_IN_BODY = frozenset({"model_name", "stop_sequences"})
"""Aliases of fields that no server knows; the body uses the field names."""

_SPEAKS_OF_AN_ADDRESS = re.compile(
    r"(?:^|_)(?:(?:api_)?base|endpoint|host|proxy|server|ur[il])s?$"
)

_IS_BETWEEN = re.compile(r"(?:langchain_sse_chat|langchain_core|pydantic)\b").match

_TOKEN_OF_AZURE = re.compile(r"azure_ad_(?:async_)?token")


def understood(cls: type[BaseModel], given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments of a constructor under the names of the fields.

    Args:
        cls: The model's class.
        given: The user's arguments. `None` stands for the default, unless it is a
            valid value of the field. Unknown arguments go into `model_kwargs`, with a
            warning.

    Raises:
        ConfigurationError: An unknown name looks like a secret or an address, or two
            arguments for the same field differ. No value is shown.
    """
    names = names_of(cls)
    values = {
        name: value
        for name, value in given.items()
        if value is not None
        or name not in names
        or takes_none(cls.model_fields[names[name]])
    }
    for name in [name for name in values if name not in names]:
        _rename(cls, name, values)
    kwargs = _mapping(values.get("model_kwargs"))
    if kwargs is not None:
        values["model_kwargs"] = kwargs
        for name in _EXTRAS.keys() & kwargs.keys():
            _merge(cls, name, kwargs.pop(name), values)
    unknown = {k: values.pop(k) for k in list(values) if k not in names}
    for name, value in {**unknown, **(kwargs or {})}.items():
        check_body_name(cls, name, value)
    if unknown:
        for name in unknown:
            _check_no_address(cls, name)
        warnings.warn(
            f"{', '.join(sorted(unknown))}: not a parameter of {cls.__name__}, sent in "
            "the request's body. Pass it in `model_kwargs` to silence this warning.",
            UserWarning,
            stacklevel=_depth(),
        )
        values["model_kwargs"] = {**unknown, **(kwargs or {})}
    for field, alias in aliases_only(cls).items():
        if field in values:
            values.setdefault(alias, values.pop(field))
    return values


def _depth() -> int:
    """Return the `stacklevel` of a warning for the code that made or changed a model.

    How many frames of pydantic, LangChain and this package are between depends on the
    class and on the method.
    """
    frame, depth = inspect.currentframe(), 0
    while frame is not None and _IS_BETWEEN(frame.f_globals.get("__name__", "")):
        frame, depth = frame.f_back, depth + 1
    return depth


def check_body_name(cls: type[BaseModel], name: str, value: object) -> None:
    """Check that a key of the request's body is not a secret.

    Args:
        cls: The model's class.
        name: The key.
        value: Its value, which is not shown.

    Raises:
        ConfigurationError: The name looks like that of a key, token, secret, password
            or credential.
    """
    field = names_of(cls).get(name)
    if field is not None:
        # OpenRouter's body has a field `provider` of its own, an object.
        is_object = field == "provider" and isinstance(value, Mapping)
        if not is_object and Use.BODY not in uses_of(cls, field) and use_of(cls, field):
            msg = (
                f"{name!r} is a setting of the model and is not sent in the body of a "
                "request. Pass it to the constructor, or create another model with it: "
                f"`model_copy(update={{{field!r}: …}})`."
            )
            raise ConfigurationError(msg)
        return
    if not speaks_of_a_secret(name, value):
        return
    instead = (
        "For a token of Microsoft Entra ID, pass it as `api_key` with a provider that "
        'sends it: `replace(PROVIDERS["azure"], api_key_header="Authorization", '
        'api_key_prefix="Bearer ")`.'
        if _TOKEN_OF_AZURE.match(name)
        else "Pass a key or token as `api_key`, headers as `default_headers`, and a "
        "field that belongs in the request's body in `extra_body`."
    )
    msg = (
        f"{cls.__name__} has no parameter {name!r}. The name looks like a secret, so "
        f"the value is not sent to the server. {instead}"
    )
    raise ConfigurationError(msg)


def call_settings(cls: type[BaseModel], keywords: dict[str, Any]) -> dict[str, Any]:
    """Remove the settings of a call from its keywords.

    Args:
        cls: The model's class.
        keywords: The keywords, under any name that the constructor accepts. Those for
            the request's body stay, under the names of the fields.

    Returns:
        The settings. `None` is omitted unless it is a valid value of the field: it
        stands for the value of the model.
    """
    names = names_of(cls)
    found = {}
    for name in [name for name in keywords if name in names]:
        field = names[name]
        if use_of(cls, field) is Use.CALL:
            value = keywords.pop(name)
            if value is not None or takes_none(cls.model_fields[field]):
                found[field] = value
        elif name in _RENAMED_IN_BODY:
            keywords[field] = keywords.pop(name)
    return found


def _check_no_address(cls: type[BaseModel], name: str) -> None:
    if _SPEAKS_OF_AN_ADDRESS.search(name):
        msg = (
            f"{cls.__name__} has no parameter {name!r}. Pass an address as `base_url` "
            "or `proxy`, and a field of the request's body in `model_kwargs`."
        )
        raise ConfigurationError(msg)


def _rename(cls: type[BaseModel], name: str, values: dict[str, Any]) -> None:
    """Store an argument of another package under the corresponding field."""
    if name in _EXTRAS:
        _merge(cls, name, values.pop(name), values)
        return
    field, owners = _variables(values.get("provider")).get(name, ("", frozenset()))
    field = field or _FIELDS_OF_PEERS.get(name, "")
    if not field:
        return
    value = values.pop(name)
    if value is None:
        return
    if values.get(field) is not None:
        msg = f"Both {field!r} and {name!r} are given, but mean the same. Pass one."
        raise ConfigurationError(msg)
    values[field] = value
    if not owners or _OF_ANY_PROVIDER in owners:
        return
    provider = values.get("provider")
    known = provider.name if isinstance(provider, Provider) else provider
    if known is None:
        # In its own package, the key is sent to that provider or to the given address.
        if values.get("base_url") is None or field == "base_url":
            values["provider"] = min(owners)
    elif str(known).strip().lower() not in owners:
        msg = (
            f"{name!r} is for {' or '.join(sorted(owners))}, and `provider` is "
            f"{known!r}. Pass it as {field!r} if this is intended."
        )
        raise ConfigurationError(msg)


def _merge(cls: type[BaseModel], name: str, extra: Any, values: dict[str, Any]) -> None:
    if extra is None:
        return
    field = _EXTRAS[name]
    if not isinstance(extra, Mapping):
        what = type(extra).__name__
        msg = f"`{name}` of {cls.__name__} must be a dict, not {what}."
        raise ConfigurationError(msg)
    values[field] = {**(values.get(field) or {}), **extra}


def _mapping(value: Any) -> dict[str, Any] | None:
    return dict(value) if isinstance(value, Mapping) else None


def _variables(provider: Any) -> Mapping[str, tuple[str, frozenset[str]]]:
    """Return the arguments that are named after environment variables of providers.

    LangChain's packages name an argument like its variable, in lower case.

    Args:
        provider: The provider of the model, which may be the user's own.

    Returns:
        The field and the names of the providers for each argument.
    """
    if isinstance(provider, Provider):
        return {**_known_variables(), **_names_of_variables([provider])}
    return _known_variables()


@cache
def _known_variables() -> Mapping[str, tuple[str, frozenset[str]]]:
    azure = frozenset({"azure", "azure-deployments"})
    # AzureChatOpenAI's argument, which differs from its variable.
    return {
        "azure_endpoint": ("base_url", azure),
        **_names_of_variables(PROVIDERS.values()),
    }


def _names_of_variables(
    providers: Iterable[Provider],
) -> dict[str, tuple[str, frozenset[str]]]:
    found: dict[str, tuple[str, frozenset[str]]] = {}
    for provider in providers:
        for field, variables in (
            ("api_key", provider.key_variables),
            ("base_url", provider.address_variables),
        ):
            for name in map(str.lower, variables):
                _, owners = found.get(name, ("", frozenset()))
                found[name] = (field, owners | {provider.name})
    return found
