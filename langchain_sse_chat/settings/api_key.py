"""Get the API key of a call: a string, or the result of a sync or async function."""

from __future__ import annotations

import inspect
import re
from collections.abc import Awaitable, Callable, Iterable
from functools import partial
from typing import Any, NoReturn, cast

from pydantic import SecretStr

from langchain_sse_chat.errors import ConfigurationError
from langchain_sse_chat.secrets.masking import MaskedStr

_BEARER = re.compile(r"\s*bearer\s+", re.IGNORECASE)

Key = Callable[[], str | None]
"""Returns a key, or `None` where no key is needed; raises the error of getting it."""


class KeyFunctions:
    """A function for sync and one for async methods, as one `api_key`."""

    def __init__(
        self, sync: Callable[[], str], asynchronous: Callable[[], Awaitable[str]]
    ) -> None:
        self._sync = sync
        self.asynchronous = asynchronous

    def __call__(self) -> str:
        """Return the key for a sync method."""
        return self._sync()


def sync_key(api_key: Any) -> str | None:
    """Return the key for a call of a sync method.

    Raises:
        ConfigurationError: The function is async, or returns something other than a
            string.
    """
    if isinstance(api_key, SecretStr):
        return cast("str | None", _masked(api_key))
    key = _masked(_called(api_key))
    if inspect.isawaitable(key):
        if inspect.iscoroutine(key):
            key.close()
        msg = (
            "`api_key` is an async function, which only the async methods can await. "
            "Call `ainvoke` or `astream`, or pass a function that is not async."
        )
        raise ConfigurationError(msg)
    return _text(key)


async def async_key(api_key: Any) -> str | None:
    """Return the key for a call of an async method.

    Raises:
        ConfigurationError: The function returns something other than a string.
    """
    if isinstance(api_key, KeyFunctions):
        api_key = api_key.asynchronous
    key = _masked(_called(api_key))
    return _text(_masked(await key) if isinstance(key, Awaitable) else key)


def sync_keys(api_keys: Iterable[Any]) -> list[Key]:
    """Return functions that get the keys of several endpoints when needed."""
    return [partial(sync_key, api_key) for api_key in api_keys]


async def async_keys(api_keys: Iterable[Any]) -> list[Key]:
    """Return functions with the keys of several endpoints, for an async method.

    The keys are awaited concurrently; one that fails raises when it is needed.
    """
    return [await _async_key(api_key) for api_key in api_keys]


async def _async_key(api_key: Any) -> Key:
    try:
        return partial(_text, await async_key(api_key))
    except Exception as error:  # noqa: BLE001  # a function of the caller's
        return partial(_fail, error)


def _fail(error: Exception) -> NoReturn:
    raise error


def _called(api_key: Any) -> Any:
    is_function = callable(api_key) and not isinstance(api_key, SecretStr)
    return api_key() if is_function else api_key


def _masked(key: Any) -> Any:
    """Return a key as a masked string, or its type if it is not a string.

    A traceback refers to the local variables of its frames.
    """
    value = key.get_secret_value() if isinstance(key, SecretStr) else key
    if isinstance(value, str):
        # Copied from a header: the prefix is added again in the provider's form.
        value = value[match.end() :] if (match := _BEARER.match(value)) else value
        return MaskedStr(value) if value else None
    return value if value is None or inspect.isawaitable(value) else type(value)


def _text(key: Any) -> str | None:
    if isinstance(key, type):
        msg = f"`api_key` returned a {key.__name__}; it must return a string."
        raise ConfigurationError(msg)
    return cast("str | None", key)
