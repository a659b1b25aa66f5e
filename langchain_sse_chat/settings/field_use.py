"""What each field of a model is for: one marker says whether it is sent."""

from __future__ import annotations

from enum import Enum
from functools import cache
from typing import get_args

from pydantic import AliasChoices, BaseModel
from pydantic.fields import FieldInfo


class Use(Enum):
    """What a field is used for; each field has one as `Annotated[type, Use.…]`."""

    BODY = "body"
    """It goes into the request's body under its own name."""
    CALL = "call"
    """It is not sent, and a keyword of a call replaces it."""
    MODEL = "model"
    """It is not sent, and no call can replace it."""


def use_of(cls: type[BaseModel], name: str) -> Use | None:
    """Return what a field is used for, `None` for one without a marker."""
    return next(iter(uses_of(cls, name)), None)


@cache
def uses_of(cls: type[BaseModel], name: str) -> tuple[Use, ...]:
    """Return what a field is used for in a class, then in those that it is made of.

    A subclass that gives a field another default need not repeat the marker. One that
    uses it for something else leaves its keyword to calls.
    """
    fields = (getattr(base, "model_fields", {}) for base in cls.__mro__)
    metadata = (own[name].metadata for own in fields if name in own)
    return tuple(each for marks in metadata for each in marks if isinstance(each, Use))


@cache
def fields_for(cls: type[BaseModel], use: Use) -> tuple[str, ...]:
    """Return the names of the fields of a class that are used so."""
    return tuple(name for name in cls.model_fields if use_of(cls, name) is use)


@cache
def names_of(cls: type[BaseModel]) -> dict[str, str]:
    """Return all names that the constructor takes, each with that of its field."""
    names = {}
    for name, field in cls.model_fields.items():
        names[name] = name
        if isinstance(field.validation_alias, AliasChoices):
            names |= dict.fromkeys(map(str, field.validation_alias.choices), name)
    return names


def takes_none(field: FieldInfo) -> bool:
    """Whether `None` is a value of a field; else it stands for the default."""
    has_value = (
        not field.is_required()
        and field.get_default(call_default_factory=True) is not None
    )
    return not has_value or type(None) in get_args(field.annotation)
