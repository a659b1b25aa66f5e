"""Sort the arguments of constructors and calls by what they are for."""

from __future__ import annotations

import inspect
import re
import warnings
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from langchain_sse_chat.settings.body_names import check_body_name, check_no_address
from langchain_sse_chat.settings.field_use import (
    Use,
    aliases_only,
    names_of,
    takes_none,
    use_of,
)
from langchain_sse_chat.settings.renaming import EXTRAS, merge_extra, renamed

if TYPE_CHECKING:
    from langchain_sse_chat.settings.checked_model import CheckedModel

_RENAMED_IN_BODY = frozenset({"model_name", "stop_sequences"})
"""Aliases of fields that no server knows; the body uses the field names."""

_IS_BETWEEN = re.compile(r"(?:langchain_sse_chat|langchain_core|pydantic)\b").match


def understood(
    cls: type[CheckedModel], given: Mapping[str, Any], now: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the arguments of a constructor under the names of the fields.

    Args:
        cls: The model's class.
        given: The user's arguments. `None` stands for the default, unless it is a
            valid value of the field. Those of the request's body go into
            `model_kwargs`, with a warning for unknown ones.
        now: The fields of the model that they change, if there is one.

    Raises:
        ConfigurationError: An argument of another package cannot be followed, an
            unknown name looks like a secret or an address, or two arguments for the
            same field differ. No value is shown.
    """
    names = names_of(cls)
    values = {
        name: value
        for name, value in given.items()
        if value is not None
        or name not in names
        or takes_none(cls.model_fields[names[name]])
    }
    values, body = renamed(cls, values, now)
    kwargs = _mapping(values.get("model_kwargs"))
    if kwargs is not None:
        values["model_kwargs"] = kwargs
        for name in EXTRAS.keys() & kwargs.keys():
            merge_extra(cls, name, kwargs.pop(name), values)
    unknown = {k: values.pop(k) for k in list(values) if k not in names}
    for name, value in {**body, **unknown, **(kwargs or {})}.items():
        check_body_name(cls, name, value)
    if unknown:
        for name in unknown:
            check_no_address(cls, name)
        warnings.warn(
            f"{', '.join(sorted(unknown))}: not a parameter of {cls.__name__}, sent in "
            "the request's body. Pass it in `model_kwargs` to silence this warning.",
            UserWarning,
            stacklevel=_depth(),
        )
    if body or unknown:
        values["model_kwargs"] = {**body, **unknown, **(kwargs or {})}
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


def call_settings(cls: type[CheckedModel], keywords: dict[str, Any]) -> dict[str, Any]:
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


def _mapping(value: Any) -> dict[str, Any] | None:
    return dict(value) if isinstance(value, Mapping) else None
