"""Compressed bodies, decompressed in steps of a bounded size."""

from __future__ import annotations

import gzip
import zlib

import httpx
import pytest

from langchain_sse_chat.transport.workarounds.bounded_inflate import PIECE, Inflating

TEXT = b"data: x\n\n" * 50_000


def raw(data: bytes) -> bytes:
    made = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return made.compress(data) + made.flush()


@pytest.mark.parametrize("size", [1, 7, 10_000_000])
@pytest.mark.parametrize(
    ("body", "is_gzip"),
    [
        pytest.param(gzip.compress(TEXT), True, id="gzip"),
        pytest.param(
            gzip.compress(TEXT[:99]) + gzip.compress(TEXT[99:]), True, id="members"
        ),
        pytest.param(gzip.compress(TEXT) + bytes(9), True, id="padding"),
        pytest.param(zlib.compress(TEXT), False, id="deflate"),
        pytest.param(raw(TEXT), False, id="raw deflate"),
    ],
)
def test_a_body_is_read_in_bounded_pieces(
    body: bytes, size: int, *, is_gzip: bool
) -> None:
    inflating = Inflating(gzip=is_gzip)
    reads = [body[i : i + size] for i in range(0, len(body), size)]
    pieces = [piece for read in reads for piece in inflating.feed(read)]

    assert b"".join(pieces) == TEXT
    assert max(map(len, pieces)) <= PIECE


def test_bytes_that_are_not_compressed_are_an_error() -> None:
    with pytest.raises(httpx.DecodingError):
        list(Inflating(gzip=True).feed(b"plain text"))
