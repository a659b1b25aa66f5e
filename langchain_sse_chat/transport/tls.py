"""Whom a client trusts, and by which certificate it is known itself."""

from __future__ import annotations

import ssl
from functools import lru_cache
from pathlib import Path

import httpx

from langchain_sse_chat.errors import ConfigurationError

Certificate = (
    str | Path | tuple[str | Path, str | Path] | tuple[str | Path, str | Path, str]
)
"""A client's own certificate: path, or path and key file, or these and the key's
password. One file may hold both."""


@lru_cache(maxsize=16)
def tls_context(
    verify: bool | str | Path | ssl.SSLContext,  # noqa: FBT001 - httpx's own parameter
    cert: Certificate | None,
) -> ssl.SSLContext:
    """Return the context for a client; one takes about 20 ms, so they are shared.

    Args:
        verify: Whether certificates are verified, or the path of a file or folder with
            the authorities to trust, or a context that knows them.
        cert: The client's own certificate, which is loaded into the context.

    Raises:
        ConfigurationError: A file cannot be read, or its key not be decrypted.
    """
    try:
        if isinstance(verify, (str, Path)):
            folder = Path(verify).is_dir()
            context = ssl.create_default_context(
                cafile=None if folder else verify, capath=verify if folder else None
            )
        else:
            context = httpx.create_ssl_context(verify=verify)
        if cert is not None:
            _load(context, cert)
    except OSError as exc:  # `ssl.SSLError` is one
        msg = f"`verify` or `cert` cannot be read: {exc}. Pass paths of PEM files."
        raise ConfigurationError(msg) from exc
    return context


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
