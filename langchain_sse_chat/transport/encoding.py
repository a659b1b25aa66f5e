"""Bodies that a server compresses although it was asked not to, in bounded steps.

`Accept-Encoding: identity` is sent. Some gateways compress all the same. httpx inflates
a whole read at once: 64 KiB of gzip hold up to 64 MiB, and the same of zstd or Brotli
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
    """Return the reads of an answer's body, decompressed if need be.

    Nothing is held back: what a server flushes is given at once.

    Raises:
        httpx.DecodingError: While it is read: the body is not what it says to be, or is
            compressed in a way that is not read here.
    """
    if response.is_stream_consumed:  # a ready response of `httpx.MockTransport`
        return response.iter_bytes()
    raw = cast("httpx.SyncByteStream", response.stream)
    decoder = decoder_for(response.headers.get("content-encoding", ""))
    if decoder is None:
        return iter(raw)
    return (piece for data in raw for piece in decoder.feed(data))


def abody(response: httpx.Response) -> AsyncIterator[bytes]:
    """Return what `body` returns, of an answer to an async client."""
    if response.is_stream_consumed:
        return response.aiter_bytes()
    # Not `aiter_raw`, which closes the response at its end, where a cancellation would
    # leave it half closed.
    raw = cast("httpx.AsyncByteStream", response.stream)
    decoder = decoder_for(response.headers.get("content-encoding", ""))
    if decoder is None:
        return aiter(raw)
    return (piece async for data in raw for piece in decoder.feed(data))


class Decoder(Protocol):
    """Gives the bytes that were compressed."""

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Give what the next bytes hold, 64 KiB at a time.

        That a body ends too early is no error here: its receiver sees it.

        Raises:
            httpx.DecodingError: They are not what they should be.
        """
        ...


def decoder_for(content_encoding: str) -> Decoder | None:
    """Return what reads a body.

    Args:
        content_encoding: The header of the answer (RFC 9110, section 8.4), `""` without
            one.

    Returns:
        `None` for a body that is read as it is. An encoding that nobody registered is
        taken for none: servers send `utf-8` and `none` there.
    """
    codings = [name.strip() for name in content_encoding.lower().split(",")]
    known = [name for name in codings if name in _DECODERS]
    if not known:
        return None
    if len(known) > 1:
        # Each layer would multiply what the one before let through.
        return _Refusing(f"it was compressed {len(known)} times over")
    return _DECODERS[known[0]]()


class _Refusing:
    """Refuses a body when it is read, so that the status of the answer comes first."""

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
