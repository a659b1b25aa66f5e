"""Whom a client trusts, and by which certificate it is known itself."""

from __future__ import annotations

import os
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import httpx

from langchain_sse_chat.errors import ConfigurationError

Certificate = (
    str | Path | tuple[str | Path, str | Path] | tuple[str | Path, str | Path, str]
)
"""A client's own certificate: path, or path and key file, or these and the key's
password. One file may hold both."""


_VARIABLES = ("SSL_CERT_FILE", "SSL_CERT_DIR")


class Trust(NamedTuple):
    """A TLS context, or why there is none to use."""

    context: ssl.SSLContext
    problem: str = ""
    """What is wrong with the environment. The context then trusts nobody; requests
    without TLS do not need it."""


def tls_context(
    verify: bool | str | Path | ssl.SSLContext,  # noqa: FBT001 - httpx's own parameter
    cert: Certificate | None,
) -> Trust:
    """Return the context for a client; one takes about 20 ms, so they are shared.

    Args:
        verify: Whether certificates are verified, or the path of a file or folder with
            the authorities to trust, or a context that knows them. With `True` these
            are certifi's, or those in SSL_CERT_FILE or SSL_CERT_DIR.
        cert: The client's own certificate, which is loaded into the context.

    Raises:
        ConfigurationError: A file of the caller's cannot be read, or its key not be
            decrypted.
    """
    try:
        return Trust(_context(verify, cert, _named() if verify is True else None))
    except _UnreadableVariableError as error:
        return Trust(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), str(error))


def tls_variables() -> tuple[str | None, ...]:
    """Return the variables of the environment that say whom to trust."""
    return tuple(map(os.environ.get, _VARIABLES))


class _UnreadableVariableError(ConfigurationError):
    pass


def _named() -> tuple[str, str] | None:
    """Return the variable that says whom to trust, and the path in it."""
    pairs = zip(_VARIABLES, tls_variables(), strict=True)
    return next(((name, path) for name, path in pairs if path), None)


@lru_cache(maxsize=16)
def _context(
    verify: bool | str | Path | ssl.SSLContext,  # noqa: FBT001
    cert: Certificate | None,
    named: tuple[str, str] | None,
) -> ssl.SSLContext:
    if named is not None:
        context = _trusting_named(*named)
    elif isinstance(verify, (str, Path)):
        with _readable(f"`verify` ({str(verify)!r})"):
            context = _trusting(verify)
    else:
        context = httpx.create_ssl_context(verify=verify, trust_env=False)
    if cert is not None:
        with _readable("`cert`"):
            _load(context, cert)
    return context


def _trusting_named(variable: str, path: str) -> ssl.SSLContext:
    try:
        if variable == "SSL_CERT_DIR":  # one that is gone would pass for an empty one
            os.scandir(path).close()
        return _trusting(path)
    except OSError as exc:
        msg = (
            f"{variable} of the environment is {path!r}, which cannot be read: {exc}. "
            "Correct or unset the variable, or pass `verify`."
        )
        raise _UnreadableVariableError(msg) from exc


def _trusting(path: str | Path) -> ssl.SSLContext:
    folder = Path(path).is_dir()
    return ssl.create_default_context(
        cafile=None if folder else path, capath=path if folder else None
    )


@contextmanager
def _readable(what: str) -> Iterator[None]:
    try:
        yield
    except OSError as exc:  # `ssl.SSLError` is one
        msg = f"{what} cannot be read: {exc}. Pass the path of a PEM file."
        raise ConfigurationError(msg) from exc


def _load(context: ssl.SSLContext, cert: Certificate) -> None:
    file, *rest = (cert,) if isinstance(cert, (str, Path)) else cert
    key, *password = rest or (None,)
    # Without any, OpenSSL would ask for it at the terminal, and wait.
    context.load_cert_chain(file, key, str(*password) if password else _no_password)


def _no_password() -> str:
    msg = (
        "The private key of `cert` is encrypted: pass its password too, as "
        "`cert=(certificate, key, password)`."
    )
    raise ConfigurationError(msg)
