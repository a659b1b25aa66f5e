"""Find a Python object by its address on the command line."""

from __future__ import annotations

import importlib
import os
import sys
from functools import reduce
from typing import Any

from langchain_sse_chat.errors import ConfigurationError


class CommandError(Exception):
    """The command cannot be carried out as it stands; the message says why."""


def load(address: str) -> Any:
    """Return the object at `module:attribute`.

    The module may be a file in the current folder.

    Raises:
        CommandError: There is no such module or attribute, it is another form of
            address, or a model that the module makes cannot be configured, as without
            a key.
        Exception: Raised by the module itself.
    """
    name, _, attribute = address.partition(":")
    if not (name and attribute) or "/" in name or name.endswith(".py"):
        msg = (
            f"{address!r} is not of the form module:attribute, such as app:agent for "
            "`agent` in app.py."
        )
        raise CommandError(msg)
    folder = os.getcwd()  # noqa: PTH109  what `sys.path` has are strings
    if folder not in sys.path:
        sys.path.insert(0, folder)
    try:
        module = importlib.import_module(name)
    except ModuleNotFoundError as error:
        # A module that this one imports is another matter.
        if error.name is None or not f"{name}.".startswith(f"{error.name}."):
            raise
        msg = f"There is no module {error.name!r}, neither in {folder} nor installed."
        raise CommandError(msg) from None
    except ConfigurationError as error:
        msg = f"{name}: {error}"
        raise CommandError(msg) from error
    try:
        return reduce(getattr, attribute.split("."), module)
    except AttributeError:
        msg = f"The module {name!r} has no {attribute!r}."
        raise CommandError(msg) from None
