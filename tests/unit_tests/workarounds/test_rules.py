"""Each workaround explains itself, and has a canary that says when it can go."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PACKAGE = ROOT / "langchain_sse_chat"
FILES = [
    path.relative_to(PACKAGE).as_posix()
    for path in sorted(PACKAGE.glob("**/workarounds/*.py"))
    if path.name != "__init__.py"
]
CANARIES = "\n".join(
    path.read_text() for path in ROOT.glob("tests/unit_tests/**/test_canaries.py")
)
HEADINGS = ["Should happen", "Happens instead", "Upstream", "Verified"]


@pytest.mark.parametrize("name", FILES)
def test_a_workaround_says_why_it_exists(name: str) -> None:
    docstring = ast.get_docstring(ast.parse((PACKAGE / name).read_text())) or ""
    found = re.findall(r"^([A-Z][\w ]+): ", docstring, re.MULTILINE)
    assert found == [*HEADINGS, "Without this file"]
    assert re.search(r"^Verified: 20\d\d-\d\d-\d\d, \S+ .*\d", docstring, re.MULTILINE)
    upstream = docstring.split("\nUpstream: ")[1].split("\n\n")[0]
    assert "https://" in upstream or re.match("no .*issue", upstream)


@pytest.mark.parametrize("name", FILES)
def test_a_workaround_has_a_canary(name: str) -> None:
    assert re.search(rf'@canary\(\s*"[^"]*\b{re.escape(name)}"', CANARIES)


def test_a_canary_names_a_file() -> None:
    reasons = re.findall(r'@canary\(\s*"([^"]*)"', CANARIES)
    assert reasons
    for reason in reasons:
        [name] = re.findall(r"[\w/]+\.py", reason)
        assert (PACKAGE / name).is_file()
