"""Check the names of fields that go into the request's body."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from langchain_sse_chat.errors import ConfigurationError
from langchain_sse_chat.lazy_pattern import lazy_pattern
from langchain_sse_chat.secrets import speaks_of_a_secret
from langchain_sse_chat.settings.field_use import Use, names_of, use_of, uses_of
from langchain_sse_chat.settings.peer_names.peer_name import Meaning, PeerName

if TYPE_CHECKING:
    from langchain_sse_chat.settings.checked_model import CheckedModel

_SPEAKS_OF_AN_ADDRESS = lazy_pattern(
    r"(?:^|_)(?:(?:api_)?base|endpoint|host|proxy|server|ur[il])s?$"
)


def check_body_name(cls: type[CheckedModel], name: str, value: object) -> None:
    """Check that a key belongs in the request's body.

    Args:
        cls: The model's class.
        name: The key.
        value: Its value, which is not shown.

    Raises:
        ConfigurationError: It is a setting of the model, here or in another package, or
            its name looks like that of a key, token, secret, password or credential.
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
    row = cls._PEER_NAMES.get(name)  # of this package
    if row is not None:
        _check_sent(cls, row)
    elif speaks_of_a_secret(name, value):
        msg = (
            f"{cls.__name__} has no parameter {name!r}. The name looks like a secret, "
            "so the value is not sent to the server. Pass a key or token as `api_key`, "
            "headers as `default_headers`, and a field that belongs in the request's "
            "body in `extra_body`."
        )
        raise ConfigurationError(msg)


def check_no_address(cls: type[CheckedModel], name: str) -> None:
    """Check that an unknown argument is not named like an address.

    Raises:
        ConfigurationError: It is.
    """
    if _SPEAKS_OF_AN_ADDRESS.search(name):
        msg = (
            f"{cls.__name__} has no parameter {name!r}. Pass an address as `base_url` "
            "or `proxy`, and a field of the request's body in `model_kwargs`."
        )
        raise ConfigurationError(msg)


def refusal(cls: type[CheckedModel], row: PeerName) -> ConfigurationError:
    """Return the error for an argument of another package that cannot be followed."""
    msg = (
        f"`{row.name}` has no equivalent in {cls.__name__}. {row.note} A field of the "
        "request's body with this name can be passed in `extra_body`."
    )
    return ConfigurationError(msg)


def _check_sent(cls: type[CheckedModel], row: PeerName) -> None:
    """Check that an argument of another package is sent in the body by its own name."""
    if row.meaning is Meaning.REFUSED:
        raise refusal(cls, row)
    is_body = row.meaning is Meaning.BODY
    if is_body and row.to == row.name:
        return
    where = f"It is sent as {row.to!r}." if is_body else "It is a setting of the model."
    msg = f"{row.name!r} is not a field of the request's body. {where}"
    if not is_body:
        msg += " Pass it to the constructor."
    raise ConfigurationError(msg)
