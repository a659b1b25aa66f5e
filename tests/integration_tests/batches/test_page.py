"""The code of the page about batches that is not run there is that of the programs."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs/batches.md").read_text("utf-8")
PROGRAMS = [path.read_text("utf-8") for path in (ROOT / "examples").glob("batch_*.py")]
PIECES = re.findall(r"^```py\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("piece", PIECES, ids=lambda piece: piece.splitlines()[0])
def test_a_piece_of_code_is_part_of_a_program(piece: str) -> None:
    indented = [textwrap.indent(piece, " " * count) for count in (0, 4, 8, 12)]
    assert any(text in program for text in indented for program in PROGRAMS)
