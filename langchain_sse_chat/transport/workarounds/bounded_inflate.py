"""Bounded decompression of `gzip` and `deflate`.

Should happen: a compressed body is decompressed in steps, so that a reader that stops
at a limit has not allocated much more than that limit.

Happens instead: httpx decompresses each read in one call. A read of 64 KiB expands to
up to 64 MiB before anything can look at its length.

Upstream: no issue of httpx is known. Its fork decompresses in steps
(https://github.com/pydantic/httpx2/pull/1126).

Verified: 2026-11-28, httpx 0.28.1.

Without this file: a small answer can exhaust the memory, and the limits on the size of
events and error bodies come too late.
"""

from __future__ import annotations

import zlib
from collections.abc import Generator, Iterator
from typing import Any

import httpx

PIECE = 64 * 1024
"""Bytes of a piece at most, the size of one read of httpcore."""

_GZIP = b"\x1f\x8b"
"""The first bytes of gzip (RFC 1952, section 2.3.1)."""


class Inflating:
    """Reads `gzip` and `deflate`."""

    def __init__(self, *, gzip: bool) -> None:
        self._gzip = gzip
        self._zlib: Any = None
        self._start = b""
        self._read_one = False

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Yield what the next bytes hold, `PIECE` bytes at most at a time.

        Raises:
            httpx.DecodingError: They are not compressed in this way.
        """
        data, self._start = self._start + data, b""
        while data and (self._zlib is not None or self._begins(data)):
            data = yield from self._inflate(data)

    def _begins(self, data: bytes) -> bool:
        """Choose the format of `data`; ignore what follows the last member."""
        if len(data) < len(_GZIP):
            self._start = data
            return False
        # Members can follow each other (RFC 1952, section 2.2), and so can padding.
        if self._read_one and not (self._gzip and data.startswith(_GZIP)):
            return False
        # `deflate` means the format of zlib, but some servers send raw deflate (RFC
        # 9110, section 8.4.1.2).
        is_zlib = data[0] & 15 == zlib.DEFLATED and int.from_bytes(data[:2]) % 31 == 0
        bits = 16 + zlib.MAX_WBITS if self._gzip else zlib.MAX_WBITS
        self._zlib = zlib.decompressobj(bits if self._gzip or is_zlib else -bits)
        return True

    def _inflate(self, data: bytes) -> Generator[bytes, None, bytes]:
        """Yield what is in `data`; return what follows its end."""
        while True:
            try:
                piece = self._zlib.decompress(data, PIECE)
            except zlib.error as exc:
                raise httpx.DecodingError(str(exc)) from exc
            if piece:
                yield piece
            if self._zlib.eof:
                rest: bytes = self._zlib.unused_data
                self._zlib, self._read_one = None, True
                return rest
            data = self._zlib.unconsumed_tail
            # After a full piece there can be more inside, even if no byte is left.
            if not data and len(piece) < PIECE:
                return b""
