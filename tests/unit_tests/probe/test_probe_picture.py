from __future__ import annotations

import struct
import zlib
from base64 import b64decode

from langchain_sse_chat.probe.picture import picture_url


def test_the_left_half_is_green_and_the_right_half_red() -> None:
    kind, _, data = picture_url().partition(",")
    png = b64decode(data)
    assert kind == "data:image/png;base64"
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    assert struct.unpack(">II", png[16:24]) == (64, 64)
    start = png.index(b"IDAT") + 4
    rows = zlib.decompress(png[start : png.index(b"IEND") - 8])
    assert rows[1:4] == b"\x00\x96\x00"
    assert rows[190:193] == b"\xe6\x00\x00"
    assert len(rows) == 64 * (1 + 64 * 3)


def test_the_url_is_short() -> None:
    assert len(picture_url()) < 400
