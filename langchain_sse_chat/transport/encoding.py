"""Decompress response bodies in bounded steps.

`Accept-Encoding: identity` is sent. Some gateways compress all the same. httpx inflates
a whole read in one go: 64 KiB of gzip hold up to 64 MiB, and the same of zstd or Brotli
many times that. Here a step gives 64 KiB at most, as a read of a plain body does, so
that the limits of the receiver hold for what is compressed too. `gzip` and `deflate`
are supported; a response with another encoding is an error that says so.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from functools import partial
from typing import Protocol, cast

import httpx

from langchain_sse_chat.transport.workarounds.bounded_inflate import Inflating


def body(response: httpx.Response) -> Iterator[bytes]:
    """Iterate over the body of a response, decompressed if necessary.

    Nothing is held back: data is available as soon as the server flushes it.

    Raises:
        httpx.DecodingError: Raised by the iterator. The body is corrupt, or its
            compression is not supported.
    """
    if response.is_stream_consumed:  # a ready response of `httpx.MockTransport`
        return response.iter_bytes()
    raw = cast("httpx.SyncByteStream", response.stream)
    decoder = decoder_for(response.headers.get("content-encoding", ""))
    if decoder is None:
        return iter(raw)
    return (piece for data in raw for piece in decoder.feed(data))


def abody(response: httpx.Response) -> AsyncIterator[bytes]:
    """Iterate like `body` over the response of an async client."""
    if response.is_stream_consumed:
        return response.aiter_bytes()
    # Not `aiter_raw`, which closes the response at its end; a cancellation there would
    # leave it half closed.
    raw = cast("httpx.AsyncByteStream", response.stream)
    decoder = decoder_for(response.headers.get("content-encoding", ""))
    if decoder is None:
        return aiter(raw)
    return (piece async for data in raw for piece in decoder.feed(data))


class Decoder(Protocol):
    """Decompresses a body."""

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Yield the data in the next bytes, at most 64 KiB at a time.

        A truncated body is not an error here; the receiver detects it.

        Raises:
            httpx.DecodingError: The bytes are corrupt.
        """
        ...


def decoder_for(content_encoding: str) -> Decoder | None:
    """Return the decoder for a body.

    Args:
        content_encoding: The header (RFC 9110, section 8.4), or `""` without one.

    Returns:
        `None` for a body that is not compressed. An unregistered encoding counts as
        not compressed: servers send `utf-8` and `none` in this header.
    """
    codings = [name.strip() for name in content_encoding.lower().split(",")]
    known = [name for name in codings if name in _DECODERS]
    if not known:
        return None
    if len(known) > 1:
        # The compression ratios of the layers would multiply.
        return _Refusing(f"it was compressed {len(known)} times over")
    return _DECODERS[known[0]]()


class _Refusing:
    """Raises when the body is read and not before, so that the status comes first."""

    def __init__(self, reason: str) -> None:
        self._reason = reason

    def feed(self, data: bytes) -> Iterator[bytes]:
        del data
        raise httpx.DecodingError(self._reason)


_DECODERS: dict[str, Callable[[], Decoder]] = {
    "gzip": partial(Inflating, gzip=True),
    "x-gzip": partial(Inflating, gzip=True),
    "deflate": partial(Inflating, gzip=False),
    **{
        name: partial(_Refusing, f"the encoding {name!r} is not supported")
        for name in ("br", "zstd", "compress", "x-compress", "dcb", "dcz", "exi")
    },
}
"""How a body is read, by the registered content codings
(https://www.iana.org/assignments/http-parameters#content-coding). Brotli and zstd would
take a library each, and Brotli's gives up to 32 MiB at a time."""
