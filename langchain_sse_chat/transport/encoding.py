"""Decompress response bodies in bounded steps.

`Accept-Encoding: identity` is sent. Some gateways compress all the same. httpx inflates
a whole read in one go: 64 KiB of gzip hold up to 64 MiB, and the same of zstd or Brotli
many times that. Here a step gives 64 KiB at most, as a read of a plain body does, so
that the limits of the receiver hold for what is compressed too. `gzip` and `deflate`
are supported; a response with another encoding is an error that says so.
"""

from __future__ import annotations

import zlib
from collections.abc import AsyncIterator, Callable, Generator, Iterator
from functools import partial
from typing import Any, Protocol, cast

import httpx

_PIECE = 64 * 1024
"""Largest size of a step in bytes, as of a read in httpcore."""

_GZIP = b"\x1f\x8b"
"""The first bytes of gzip (RFC 1952, section 2.3.1)."""


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


class _Inflating:
    """Reads `gzip` and `deflate`."""

    def __init__(self, *, gzip: bool) -> None:
        self._gzip = gzip
        self._zlib: Any = None
        self._start = b""
        self._read_one = False

    def feed(self, data: bytes) -> Iterator[bytes]:
        data, self._start = self._start + data, b""
        while data and (self._zlib is not None or self._begins(data)):
            data = yield from self._inflate(data)

    def _begins(self, data: bytes) -> bool:
        """Return whether a compressed member starts here; drop what follows the last.

        Fewer bytes than its signature are kept for the next call.
        """
        if len(data) < len(_GZIP):
            self._start = data
            return False
        # Members may follow each other (RFC 1952, section 2.2), and so may padding.
        if self._read_one and not (self._gzip and data.startswith(_GZIP)):
            return False
        # `deflate` is the format of zlib, but some servers send the bare one (RFC 9110,
        # section 8.4.1.2).
        is_zlib = data[0] & 15 == zlib.DEFLATED and int.from_bytes(data[:2]) % 31 == 0
        bits = 16 + zlib.MAX_WBITS if self._gzip else zlib.MAX_WBITS
        self._zlib = zlib.decompressobj(bits if self._gzip or is_zlib else -bits)
        return True

    def _inflate(self, data: bytes) -> Generator[bytes, None, bytes]:
        """Yield the data in the current member; return the bytes after its end."""
        while True:
            try:
                piece = self._zlib.decompress(data, _PIECE)
            except zlib.error as exc:
                raise httpx.DecodingError(str(exc)) from exc
            if piece:
                yield piece
            if self._zlib.eof:
                rest: bytes = self._zlib.unused_data
                self._zlib, self._read_one = None, True
                return rest
            data = self._zlib.unconsumed_tail
            # After a full step the decompressor may hold more output, even when it has
            # consumed all input.
            if not data and len(piece) < _PIECE:
                return b""


_DECODERS: dict[str, Callable[[], Decoder]] = {
    "gzip": partial(_Inflating, gzip=True),
    "x-gzip": partial(_Inflating, gzip=True),
    "deflate": partial(_Inflating, gzip=False),
    **{
        name: partial(_Refusing, f"the encoding {name!r} is not supported")
        for name in ("br", "zstd", "compress", "x-compress", "dcb", "dcz", "exi")
    },
}
"""How a body is read, by the registered content codings
(https://www.iana.org/assignments/http-parameters#content-coding). Brotli and zstd would
take a library each, and Brotli's gives up to 32 MiB at a time."""
