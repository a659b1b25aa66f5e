"""Check the API keys of clients."""

from __future__ import annotations

import hashlib
import hmac
import inspect
import secrets
import traceback
from collections.abc import Awaitable, Callable, Iterable

from langchain_sse_chat.errors import ConfigurationError
from langchain_sse_chat.secrets import Secrets
from langchain_sse_chat.serve.failure.failure import RequestRefused
from langchain_sse_chat.serve.failure.upstream_errors import http_exception

ApiKeys = Iterable[str] | Callable[[str], bool | Awaitable[bool]]
"""Keys, or a function that says whether a key is valid."""


def holder(authorization: bytes | None) -> str:
    """Return a mark of the key in an `Authorization` header.

    It is the same for each request with the key, in every process.
    """
    key = (authorization or b"").partition(b" ")[2].strip()
    return hashlib.sha256(b"langchain-sse-chat holder " + key).hexdigest()


class KeyCheck:
    """Checks the `Authorization` headers of requests.

    Args:
        keys: The valid keys, or a function, sync or async, that says whether a key is
            valid.

    Raises:
        ConfigurationError: There are no keys, or one of them is empty or cannot be sent
            in a header.
    """

    def __init__(self, keys: ApiKeys) -> None:
        # Digests are all of one length, and comparing them tells nothing of the keys.
        self._salt = secrets.token_bytes(32)
        self._digests: list[bytes] = []
        self._is_valid: Callable[[str], bool | Awaitable[bool]] | None = None
        if callable(keys):
            self._is_valid = keys
            return
        listed = [keys] if isinstance(keys, str) else list(keys)
        if not listed or not all(isinstance(key, str) and key for key in listed):
            msg = (
                "Invalid `api_keys`: pass a list of keys that are not empty, a "
                "function, or None for a server without keys."
            )
            raise ConfigurationError(msg)
        if not all(key.isprintable() and key == key.strip() for key in listed):
            # As of a file that was read with its last line break.
            msg = "Invalid `api_keys`: a key has a line break, or a space at an end."
            raise ConfigurationError(msg)
        self._digests = [self._digest(key.encode()) for key in listed]

    async def accepts(self, authorization: bytes | None) -> bool:
        """Return whether the header has a valid key.

        Raises:
            Exception: The function that says whether a key is valid failed.
        """
        scheme, _, key = (authorization or b"").partition(b" ")
        key = key.strip()
        if scheme.lower() != b"bearer" or not key:
            return False
        if self._is_valid is not None:
            return await self._ask(self._is_valid, key)
        digest = self._digest(key)
        # All of them, so that the time does not tell which key it is.
        found = [hmac.compare_digest(digest, known) for known in self._digests]
        return any(found)

    @staticmethod
    async def _ask(
        is_valid: Callable[[str], bool | Awaitable[bool]], key: bytes
    ) -> bool:
        try:
            text = key.decode()
        except UnicodeDecodeError:
            return False
        try:
            answer = is_valid(text)
            if inspect.isawaitable(answer):
                answer = await answer
        except Exception as error:
            if isinstance(error, RequestRefused) or http_exception(error):
                raise
            # Its text may quote the key, as that of a `KeyError` does.
            trace = Secrets([text]).redact("".join(traceback.format_exception(error)))
            msg = f"The function `api_keys` failed:\n{trace}"
            raise RuntimeError(msg) from None
        return answer is True

    def _digest(self, key: bytes) -> bytes:
        return hmac.digest(self._salt, key, "sha256")
