"""Compressed bodies: read in bounded steps, as they are flushed, in every chunking."""

from __future__ import annotations

import gzip
import tracemalloc
import zlib
from collections.abc import Callable, Iterable

import pytest

from langchain_sse_chat.errors import ProtocolError, StatusError, StreamTruncatedError
from langchain_sse_chat.transport.encoding import Decoder, decoder_for
from tests.unit_tests.transport.transport_scripts import (
    Drive,
    Reply,
    ScriptedExchange,
    answers,
)

MIB = 1024 * 1024
TEXT = b"".join(b"line %d\n" % number for number in range(3_000))


def deflated(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush()


PACKED: list[tuple[str, Callable[[bytes], bytes]]] = [
    ("gzip", gzip.compress),
    ("x-gzip", gzip.compress),
    ("GZip", gzip.compress),
    ("identity, gzip", gzip.compress),
    ("deflate", zlib.compress),
    ("deflate", deflated),
]


def decoder(encoding: str) -> Decoder:
    found = decoder_for(encoding)
    assert found is not None
    return found


def unpacked(encoding: str, parts: Iterable[bytes]) -> bytes:
    reader = decoder(encoding)
    return b"".join(piece for part in parts for piece in reader.feed(part))


@pytest.mark.parametrize("encoding", ["", "identity", " Identity ", "utf-8", "none"])
def test_a_body_that_is_not_compressed_is_left_as_it_is(encoding: str) -> None:
    assert decoder_for(encoding) is None


@pytest.mark.parametrize("size", [1, 2, 3, 17, 100_000])
@pytest.mark.parametrize(("encoding", "pack"), PACKED)
def test_gives_what_was_compressed_however_it_is_cut(
    encoding: str, pack: Callable[[bytes], bytes], size: int
) -> None:
    packed = pack(TEXT)
    parts = [packed[i : i + size] for i in range(0, len(packed), size)]

    assert unpacked(encoding, parts) == TEXT


@pytest.mark.parametrize("size", [1, 5, 100_000])
def test_members_that_follow_each_other_are_one_body(size: int) -> None:
    packed = gzip.compress(b"a\n") + gzip.compress(b"") + gzip.compress(b"b\n")
    parts = [packed[i : i + size] for i in range(0, len(packed), size)]

    assert unpacked("gzip", parts) == b"a\nb\n"


@pytest.mark.parametrize("size", [1, 5, 100_000])
@pytest.mark.parametrize(
    ("encoding", "pack"), [("gzip", gzip.compress), ("deflate", zlib.compress)]
)
def test_padding_after_the_end_is_left_out(
    encoding: str, pack: Callable[[bytes], bytes], size: int
) -> None:
    packed = pack(TEXT) + b"\0" * 50
    parts = [packed[i : i + size] for i in range(0, len(packed), size)]

    assert unpacked(encoding, parts) == TEXT


def flushed(encoding: str, lines: list[bytes]) -> list[bytes]:
    """Return the bytes that a server sends for each line as it flushes it."""
    bits = {"gzip": 31, "deflate": 15}[encoding]
    packer = zlib.compressobj(wbits=bits)
    return [packer.compress(line) + packer.flush(zlib.Z_SYNC_FLUSH) for line in lines]


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
def test_what_is_flushed_is_given_at_once(drive: Drive, encoding: str) -> None:
    parts = flushed(encoding, [b"a\n", b"b\n", b"done\n"])
    answer = Reply(*parts, Content_Encoding=encoding)

    assert drive(answers(answer), ScriptedExchange(), take=2) == ["a", "b"]
    assert answer.script.given == 2


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
def test_a_compressed_body_that_is_cut_is_truncated(
    drive: Drive, encoding: str
) -> None:
    parts = flushed(encoding, [b"a\n", b"b\n", b"done\n"])
    answer = Reply(*parts[:2], parts[2][:3], Content_Encoding=encoding)
    exchange = ScriptedExchange()

    with pytest.raises(StreamTruncatedError):
        drive(answers(answer), exchange)
    assert exchange.receivers[0].progress == 2


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
def test_a_body_that_is_not_what_it_says_is_a_protocol_error(
    drive: Drive, encoding: str
) -> None:
    answer = Reply(b"\x00\x00plain\n" * 9, Content_Encoding=encoding)

    with pytest.raises(ProtocolError, match="cannot be decompressed"):
        drive(answers(answer), ScriptedExchange())


@pytest.mark.parametrize("encoding", ["gzip, gzip", "deflate,gzip", "br, zstd"])
def test_a_body_that_is_compressed_twice_is_refused(
    drive: Drive, encoding: str
) -> None:
    with pytest.raises(ProtocolError, match="2 times over"):
        drive(answers(Reply(b"x", Content_Encoding=encoding)), ScriptedExchange())


def test_a_refusal_that_cannot_be_decompressed_is_still_that_refusal(
    drive: Drive,
) -> None:
    exchange = ScriptedExchange()
    answer = Reply(b"x", status=401, Content_Encoding="gzip, gzip")

    with pytest.raises(StatusError, match="status 401"):
        drive(answers(answer), exchange)
    assert exchange.receivers[0].refusals[0][1] == b""


@pytest.mark.parametrize(("encoding", "pack"), PACKED)
def test_a_piece_is_no_larger_than_a_read(
    encoding: str, pack: Callable[[bytes], bytes]
) -> None:
    packed = pack(bytes(40 * MIB))
    reader = decoder(encoding)

    tracemalloc.start()
    try:
        sizes = [len(piece) for piece in reader.feed(packed)]
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert sum(sizes) == 40 * MIB
    assert max(sizes) == 64 * 1024
    assert peak < 4 * MIB


@pytest.mark.parametrize(("encoding", "pack"), PACKED)
def test_the_body_of_a_refusal_is_cut_after_decompression(
    drive: Drive, encoding: str, pack: Callable[[bytes], bytes]
) -> None:
    exchange = ScriptedExchange()
    answer = Reply(pack(bytes(20 * MIB)), status=500, Content_Encoding=encoding)

    with pytest.raises(StatusError):
        drive(answers(answer), exchange)
    assert len(exchange.receivers[0].refusals[0][1]) == 64 * 1024


@pytest.mark.parametrize("encoding", ["br", "zstd", "compress", "identity, br"])
def test_an_encoding_that_is_not_supported_is_refused_with_what_to_do(
    drive: Drive, encoding: str
) -> None:
    name = encoding.rpartition(" ")[2]

    with pytest.raises(ProtocolError) as caught:
        drive(answers(Reply(b"x", Content_Encoding=encoding)), ScriptedExchange())

    assert f"the encoding {name!r} is not supported. Switch compression off" in str(
        caught.value
    )
