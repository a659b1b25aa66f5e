"""Compressed bodies: read in bounded steps, as they are flushed, in every chunking."""

from __future__ import annotations

import gzip
import sys
import tracemalloc
import zlib
from collections.abc import Callable, Iterable
from types import ModuleType
from typing import Any

import httpx
import pytest
import zstandard

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


def zstd(data: bytes) -> bytes:
    return zstandard.ZstdCompressor().compress(data)


PACKED: list[tuple[str, Callable[[bytes], bytes]]] = [
    ("gzip", gzip.compress),
    ("x-gzip", gzip.compress),
    ("GZip", gzip.compress),
    ("identity, gzip", gzip.compress),
    ("deflate", zlib.compress),
    ("deflate", deflated),
    ("zstd", zstd),
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
@pytest.mark.parametrize(("encoding", "pack"), [("gzip", gzip.compress), PACKED[-1]])
def test_members_that_follow_each_other_are_one_body(
    encoding: str, pack: Callable[[bytes], bytes], size: int
) -> None:
    packed = pack(b"a\n") + pack(b"") + pack(b"b\n")
    parts = [packed[i : i + size] for i in range(0, len(packed), size)]

    assert unpacked(encoding, parts) == b"a\nb\n"


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
    if encoding == "zstd":
        writer = zstandard.ZstdCompressor().compressobj()
        flush = zstandard.COMPRESSOBJ_FLUSH_BLOCK
        return [writer.compress(line) + writer.flush(flush) for line in lines]
    bits = {"gzip": 31, "deflate": 15}[encoding]
    packer = zlib.compressobj(wbits=bits)
    return [packer.compress(line) + packer.flush(zlib.Z_SYNC_FLUSH) for line in lines]


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "zstd"])
def test_what_is_flushed_is_given_at_once(drive: Drive, encoding: str) -> None:
    parts = flushed(encoding, [b"a\n", b"b\n", b"done\n"])
    answer = Reply(*parts, Content_Encoding=encoding)

    assert drive(answers(answer), ScriptedExchange(), take=2) == ["a", "b"]
    assert answer.script.given == 2


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "zstd"])
def test_a_compressed_body_that_is_cut_is_truncated(
    drive: Drive, encoding: str
) -> None:
    parts = flushed(encoding, [b"a\n", b"b\n", b"done\n"])
    answer = Reply(*parts[:2], parts[2][:3], Content_Encoding=encoding)
    exchange = ScriptedExchange()

    with pytest.raises(StreamTruncatedError):
        drive(answers(answer), exchange)
    assert exchange.receivers[0].events_read == 2


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "zstd", "br"])
def test_a_body_that_is_not_what_it_says_is_a_protocol_error(
    drive: Drive, encoding: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "brotli", stand_in("process"))
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


def test_a_window_that_takes_much_memory_is_refused() -> None:
    large = zstandard.ZstdCompressionParameters(window_log=27, compression_level=1)
    writer = zstandard.ZstdCompressor(compression_params=large).compressobj()
    packed = writer.compress(TEXT) + writer.flush()

    with pytest.raises(httpx.DecodingError, match="too much memory"):
        unpacked("zstd", [packed])


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


class BrotliError(Exception):
    pass


def stand_in(method: str) -> ModuleType:
    """Return a library in place of Brotli's, which need not be installed.

    It reads zlib's format under the names of Brotli's packages.
    """

    def make() -> Any:
        reader = zlib.decompressobj()

        def decompress(data: bytes) -> bytes:
            assert len(data) <= 16
            try:
                return reader.decompress(data)
            except zlib.error as exc:
                raise BrotliError(str(exc)) from exc

        decompressor = ModuleType("decompressor")
        setattr(decompressor, method, decompress)
        return decompressor

    library = ModuleType("brotli")
    library.Decompressor = make  # type: ignore[attr-defined]
    library.error = BrotliError  # type: ignore[attr-defined]
    return library


@pytest.mark.parametrize(
    ("name", "method"), [("brotli", "process"), ("brotlicffi", "decompress")]
)
def test_brotli_is_read_with_either_library(
    monkeypatch: pytest.MonkeyPatch, name: str, method: str
) -> None:
    monkeypatch.setitem(sys.modules, "brotli", None)
    monkeypatch.setitem(sys.modules, name, stand_in(method))

    assert unpacked("br", [zlib.compress(TEXT)]) == TEXT


def test_brotli_without_a_library_is_a_protocol_error(
    drive: Drive, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("brotli", "brotlicffi"):
        monkeypatch.setitem(sys.modules, name, None)

    with pytest.raises(ProtocolError, match="no library for 'br' is installed"):
        drive(answers(Reply(b"x", Content_Encoding="br")), ScriptedExchange())


def test_brotli_itself_is_read() -> None:
    brotli = pytest.importorskip("brotli")

    assert unpacked("br", [brotli.compress(TEXT)]) == TEXT
