"""The examples of the README, the pages and `examples/` run as they stand."""

from __future__ import annotations

import contextlib
import io
import logging
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from langchain_sse_chat.testing import ScriptedServer

ROOT = Path(__file__).parents[2]
TRANSLATED = (".ru", ".zh")
"""Ends of the names of translations: their code is that of the page."""
PAGES = [
    ROOT / "README.md",
    *(
        page
        for page in sorted((ROOT / "docs").rglob("*.md"))
        if not page.stem.endswith(TRANSLATED)
    ),
]
ELSEWHERE = {"batch_dask.py", "batch_ray.py"}
"""Programs that `make batches` runs, with the libraries that they need."""
SCRIPTS = [
    script
    for script in sorted((ROOT / "examples").glob("*.py"))
    if script.name not in ELSEWHERE
]
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
KEYS = ("OPENAI", "MEGALLM", "AITUNNEL")


def fences(page: Path) -> list[tuple[str, str]]:
    """Return the fenced blocks of a page: language and text."""
    return FENCE.findall(page.read_text("utf-8"))


@pytest.fixture
def _endpoints_are_embedded(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let every provider of the table be the embedded server."""
    with ScriptedServer() as server:
        for name in KEYS:
            monkeypatch.setenv(f"{name}_API_KEY", "test")
            monkeypatch.setenv(f"{name}_BASE_URL", server.base_url)
        yield


@pytest.fixture
def _log_level_is_kept(caplog: pytest.LogCaptureFixture) -> None:
    """Put the level back that a page sets."""
    caplog.set_level(logging.NOTSET, "langchain_sse_chat")


@pytest.mark.usefixtures("_endpoints_are_embedded", "_log_level_is_kept")
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_examples_of_a_page_run(page: Path) -> None:
    if page.stem in {"agents", "models", "progress", "streaming-events"}:
        pytest.importorskip("langchain", reason="the group agents is not installed")
    namespace: dict[str, Any] = {"__name__": "example"}
    printed = ""
    for language, text in fences(page):
        if language == "python":
            out = io.StringIO()
            with contextlib.redirect_stdout(out):
                exec(compile(text, str(page), "exec"), namespace)  # noqa: S102
            printed = out.getvalue()
        elif language == "text":
            assert printed.strip() == text.strip()


def test_the_readme_begins_with_an_example_and_its_output() -> None:
    first = "\n".join(PAGES[0].read_text("utf-8").splitlines()[:30])

    assert [language for language, _ in FENCE.findall(first)][:3] == [
        "console",
        "python",
        "text",
    ]


EXAMPLES = pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.name)


@EXAMPLES
def test_an_example_script_runs_without_a_key(script: Path) -> None:
    told = run(script, {})
    if script.name == "batch_file.py":
        assert told.startswith("OPENAI_API_KEY is not set: the embedded server answers")
        assert told.count("\n") == 1
    else:
        assert told == ""


@EXAMPLES
def test_an_example_script_runs_with_a_key(script: Path) -> None:
    with ScriptedServer() as server:
        address = {"OPENAI_API_KEY": "test", "OPENAI_BASE_URL": server.base_url}
        assert run(script, address) == ""


def run(script: Path, settings: dict[str, str]) -> str:
    """Run a script with these variables and no other key; return its errors."""
    keys = ("_API_KEY", "_CREDENTIALS")
    environment = {k: v for k, v in os.environ.items() if not k.endswith(keys)}
    environment |= settings
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-W", "error", str(script)],
        input="Hello\nHow are you?\n\n",
        capture_output=True,
        text=True,
        env=environment,
        timeout=100,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()
    return done.stderr
