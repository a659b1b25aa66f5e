"""Draw the image of the question about images."""

from __future__ import annotations

import struct
import zlib
from base64 import b64encode

_SIDE = 64
_LEFT = b"\x00\x96\x00"
_RIGHT = b"\xe6\x00\x00"


def picture_url() -> str:
    """Return a PNG as a data URL: its left half is green, its right half red."""
    row = b"\x00" + _LEFT * (_SIDE // 2) + _RIGHT * (_SIDE // 2)
    head = struct.pack(">IIBBBBB", _SIDE, _SIDE, 8, 2, 0, 0, 0)
    png = b"\x89PNG\r\n\x1a\n" + b"".join(
        _part(kind, data)
        for kind, data in (
            (b"IHDR", head),
            (b"IDAT", zlib.compress(row * _SIDE, 9)),
            (b"IEND", b""),
        )
    )
    return f"data:image/png;base64,{b64encode(png).decode()}"


def _part(kind: bytes, data: bytes) -> bytes:
    checksum = zlib.crc32(kind + data)
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", checksum)
