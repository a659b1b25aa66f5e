"""Mark how each field of a model is used: sent, set by a call, or of the model only."""

from __future__ import annotations

from enum import Enum
from functools import cache
from typing import get_args

from pydantic import AliasChoices, BaseModel
from pydantic.fields import FieldInfo


class Use(Enum):
    """The use of a field; each field has one, as `Annotated[type, Use.…]`."""

    BODY = "body"
    """Sent in the request's body under its own name."""
    CALL = "call"
    """Not sent; a keyword of a call replaces it."""
    MODEL = "model"
    """Not sent; a call cannot replace it."""


def use_of(cls: type[BaseModel], name: str) -> Use | None:
    """Return the use of a field, `None` for one without a marker."""
    return next(iter(uses_of(cls, name)), None)


@cache
def uses_of(cls: type[BaseModel], name: str) -> tuple[Use, ...]:
    """Return the uses of a field in a class, then in its base classes.

    A subclass that changes only the default need not repeat the marker. If it changes
    the use, calls still accept the keyword.
    """
    models = (base for base in cls.__mro__ if issubclass(base, BaseModel))
    fields = (model.model_fields for model in models)
    metadata = (own[name].metadata for own in fields if name in own)
    return tuple(each for marks in metadata for each in marks if isinstance(each, Use))


@cache
def fields_for(cls: type[BaseModel], use: Use) -> tuple[str, ...]:
    """Return the names of the fields of a class with this use."""
    return tuple(name for name in cls.model_fields if use_of(cls, name) is use)


@cache
def names_of(cls: type[BaseModel]) -> dict[str, str]:
    """Return all argument names of the constructor, each with its field name."""
    names: dict[str, str] = {}
    for name, field in cls.model_fields.items():
        names |= dict.fromkeys([name, *_aliases(field)], name)
    return names


@cache
def aliases_only(cls: type[BaseModel]) -> dict[str, str]:
    """Return the fields that pydantic takes by another name alone, each with that."""
    config = cls.model_config
    if config.get("populate_by_name") or config.get("validate_by_name"):
        return {}
    found = {name: _aliases(field) for name, field in cls.model_fields.items()}
    return {n: names[0] for n, names in found.items() if names and n not in names}


def _aliases(field: FieldInfo) -> list[str]:
    alias = field.validation_alias
    choices = alias.choices if isinstance(alias, AliasChoices) else [alias]
    return [choice for choice in choices if isinstance(choice, str)]


def has_own_value(field: FieldInfo, value: object) -> bool:
    """Whether a value is not the field's default, or one that was made for it."""
    return field.default_factory is not None or value is not field.default


def takes_none(field: FieldInfo) -> bool:
    """Whether `None` is a valid value of a field; otherwise it means the default."""
    has_value = (
        not field.is_required()
        and field.get_default(call_default_factory=True) is not None
    )
    return not has_value or type(None) in get_args(field.annotation)
