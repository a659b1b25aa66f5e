"""Put the arguments of other packages under the names of this one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from langchain_sse_chat.errors import ConfigurationError
from langchain_sse_chat.providers import Provider
from langchain_sse_chat.settings.body_names import refusal
from langchain_sse_chat.settings.field_use import names_of
from langchain_sse_chat.settings.peer_names.azure_arguments import with_azure
from langchain_sse_chat.settings.peer_names.peer_name import Meaning, PeerName
from langchain_sse_chat.settings.peer_names.variables import named_after_variable

if TYPE_CHECKING:
    from langchain_sse_chat.settings.checked_model import CheckedModel

_OF_ANY_PROVIDER = "openai"
"""The provider whose argument names are used for every server of its protocol."""

EXTRAS = {
    "extra_headers": "default_headers",
    "extra_query": "default_query",
    "extra_body": "extra_body",
}
"""Keywords of the OpenAI SDK, which users of LangChain pass in `model_kwargs`."""


def renamed(
    cls: type[CheckedModel], given: Mapping[str, Any], now: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return arguments with those of other packages under the fields' names.

    Args:
        cls: The model's class.
        given: The arguments.
        now: The fields of the model that they change, if there is one.

    Returns:
        The arguments, and those that are documented fields of the request's body.

    Raises:
        ConfigurationError: An argument cannot be followed, is for another provider, or
            means the same as another one. No value is shown.
    """
    names, rows = names_of(cls), cls._PEER_NAMES  # of this package
    values = dict(given)
    body: dict[str, Any] = {}
    azure: dict[str, Any] = {}
    followed: list[PeerName] = []
    told: dict[str, str] = {}
    for name, value in given.items():
        row = rows.get(name)
        if name in names:
            _check_once(told.setdefault(names[name], name), name, given)
            if row is not None and row.values and value in row.values:
                raise refusal(cls, row)
            continue
        if name in EXTRAS:
            merge_extra(cls, name, values.pop(name), values)
            continue
        row = named_after_variable(name, given.get("provider")) or row
        if row is None:
            continue
        del values[name]
        if value is None:
            continue
        if row.meaning is Meaning.AZURE:
            azure[name] = value
        else:
            if row.meaning is Meaning.HEADER:
                _check_once(told.setdefault(row.to, name), name, given)
            _follow(cls, row, value, values, body)
            followed.append(row)
    for row in followed:
        _bring_provider(row, values, now)
    return (with_azure(azure, values, now) if azure else values), body


def merge_extra(
    cls: type[CheckedModel], name: str, extra: Any, values: dict[str, Any]
) -> None:
    """Merge a keyword of the OpenAI SDK over its field.

    Raises:
        ConfigurationError: It is not a dict.
    """
    if extra is None:
        return
    field = EXTRAS[name]
    _check_dict(cls, name, extra)
    values[field] = {**_dict(cls, field, values), **extra}


def _follow(
    cls: type[CheckedModel],
    row: PeerName,
    value: Any,
    values: dict[str, Any],
    body: dict[str, Any],
) -> None:
    """Do what an argument of another package does there."""
    if row.meaning is Meaning.REFUSED and value:
        raise refusal(cls, row)
    if row.meaning is Meaning.FIELD:
        _set(row.to, row.name, value, values)
    elif row.meaning is Meaning.BODY:
        body[row.to] = value
    elif row.meaning is Meaning.METADATA:
        values["metadata"] = {row.to: value, **_dict(cls, "metadata", values)}
    elif row.meaning is Meaning.HEADER:
        is_list = isinstance(value, (list, tuple))
        # The type of another value is checked with that of the headers.
        joins = is_list and all(isinstance(each, str) for each in value)
        others = _dict(cls, "default_headers", values)
        values["default_headers"] = {
            row.to: ",".join(value) if joins else value,
            **others,
        }


def _dict(
    cls: type[CheckedModel], name: str, values: Mapping[str, Any]
) -> Mapping[str, Any]:
    """Return a field that holds a dict, empty if it is not set.

    Raises:
        ConfigurationError: It holds something else.
    """
    value = values.get(name)
    if value is None:
        return {}
    _check_dict(cls, name, value)
    found: Mapping[str, Any] = value
    return found


def _check_dict(cls: type[CheckedModel], name: str, value: object) -> None:
    """Check that an argument is a dict.

    Raises:
        ConfigurationError: It is not.
    """
    if not isinstance(value, Mapping):
        what = type(value).__name__
        msg = f"`{name}` of {cls.__name__} must be a dict, not {what}."
        raise ConfigurationError(msg)


def _check_once(first: str, name: str, given: Mapping[str, Any]) -> None:
    """Check that two names for the same thing have the same value.

    Raises:
        ConfigurationError: The values differ.
    """
    if first != name and given[first] != given[name]:
        raise _twice(first, name)


def _twice(first: str, name: str) -> ConfigurationError:
    msg = f"Both {first!r} and {name!r} are given, but mean the same. Pass one."
    return ConfigurationError(msg)


def _set(field: str, name: str, value: Any, values: dict[str, Any]) -> None:
    if values.get(field) is not None:
        raise _twice(field, name)
    values[field] = value


def _bring_provider(
    row: PeerName, values: dict[str, Any], now: Mapping[str, Any]
) -> None:
    """Select the provider of an argument, as its own package does.

    A model that is changed keeps its provider and its address: its key belongs there.

    Raises:
        ConfigurationError: The model has another provider.
    """
    owners = row.owners
    if not owners or _OF_ANY_PROVIDER in owners:
        return
    provider = values.get("provider", now.get("provider"))
    known = provider.name if isinstance(provider, Provider) else provider
    if known is None:
        # In its own package, the key is sent to that provider or to the given address.
        base_url = values.get("base_url", now.get("base_url"))
        if base_url is None or row.to == "base_url":
            values["provider"] = owners[0]
    elif str(known).strip().lower() not in owners:
        msg = (
            f"{row.name!r} is an argument for {' or '.join(owners)}, but `provider` "
            f"is {known!r}. Remove it, or pass it {_way(row)} to send it anyway."
        )
        raise ConfigurationError(msg)


def _way(row: PeerName) -> str:
    """Return how an argument is passed to a server that is not its own."""
    if row.meaning is Meaning.HEADER:
        return f"as `default_headers={{{row.to!r}: …}}`"
    if row.meaning is Meaning.BODY:
        return f"as `extra_body={{{row.to!r}: …}}`"
    return f"as {row.to!r}"
