"""Build TLS contexts: trusted authorities and client certificates."""

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
"""A client certificate: its path, its path and that of the key, or these and the key's
password. One file may hold both certificate and key."""


_VARIABLES = ("SSL_CERT_FILE", "SSL_CERT_DIR")


class Trust(NamedTuple):
    """A TLS context, or the reason why it cannot be used."""

    context: ssl.SSLContext
    problem: str = ""
    """The fault of an environment variable. The context then trusts no authority;
    requests without TLS still work."""


def tls_context(
    verify: bool | str | Path | ssl.SSLContext,  # noqa: FBT001 - httpx's own parameter
    cert: Certificate | None,
) -> Trust:
    """Return the context for a client. Cached, because creating one takes 20 ms.

    Args:
        verify: Whether to verify certificates, the path of a file or folder with the
            authorities to trust, or a TLS context. `True` trusts certifi's
            authorities, or those in SSL_CERT_FILE or SSL_CERT_DIR.
        cert: The client certificate, which is loaded into the context.

    Raises:
        ConfigurationError: A file of the user's cannot be read, or the key cannot be
            decrypted.
    """
    try:
        return Trust(_context(verify, cert, _named() if verify is True else None))
    except _UnreadableVariableError as error:
        return Trust(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), str(error))


def check_verify(verify: object) -> None:
    """Check the type of `verify`; its file is read when a client needs it.

    Raises:
        ConfigurationError: It is neither a bool, nor a path, nor a TLS context.
    """
    if not isinstance(verify, (bool, str, Path, ssl.SSLContext)):
        msg = (
            "`verify` must be True, False, the path of a CA file, or an "
            f"`ssl.SSLContext`, not {type(verify).__name__}."
        )
        raise ConfigurationError(msg)


def tls_variables() -> tuple[str | None, ...]:
    """Return the values of the environment variables for trusted authorities."""
    return tuple(map(os.environ.get, _VARIABLES))


class _UnreadableVariableError(ConfigurationError):
    pass


def _named() -> tuple[str, str] | None:
    """Return the environment variable for trusted authorities, and its path."""
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
        if variable == "SSL_CERT_DIR":  # OpenSSL treats a missing folder as empty
            os.scandir(path).close()
        return _trusting(path)
    except OSError as exc:
        msg = (
            f"The environment variable {variable} is {path!r}, which cannot be read: "
            f"{exc}. Correct or unset the variable, or pass `verify`."
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
    except OSError as exc:  # includes `ssl.SSLError`
        msg = f"{what} cannot be read: {exc}. Pass the path of a PEM file."
        raise ConfigurationError(msg) from exc


def _load(context: ssl.SSLContext, cert: Certificate) -> None:
    file, *rest = (cert,) if isinstance(cert, (str, Path)) else cert
    key, *password = rest or (None,)
    # Without a password, OpenSSL would prompt for it on the terminal and block.
    context.load_cert_chain(file, key, str(*password) if password else _no_password)


def _no_password() -> str:
    msg = (
        "The private key of `cert` is encrypted: pass its password too, as "
        "`cert=(certificate, key, password)`."
    )
    raise ConfigurationError(msg)
