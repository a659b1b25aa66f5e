"""Programs for other packages print the same with one import changed.

Each is run as it was written, by the package that it was written for, and again with
the import and the name of the class changed and nothing else.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import re
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest
from langchain_core.language_models import BaseChatModel

from langchain_sse_chat.settings.peer_names.table import PEERS
from langchain_sse_chat.testing.request import Request
from tests.integration_tests.migrations.peer_server import server

PROGRAMS = Path(__file__).parent / "programs"
KEY = "sk-of-the-program"
SECONDS = 60
"""The longest time for a program."""

FIELDS = ("model", "stop", "service_tier", "provider", "session_id")
"""Fields of a body that both send."""

HEADERS = ("authorization", "api-key", "openai-organization", "http-referer")


class Replaced(NamedTuple):
    """The class that a program is written for, and the one that replaces it."""

    peer: str
    module: str = "langchain_sse_chat"
    own: str = "ChatSSE"


REPLACED = {
    "openai": Replaced("ChatOpenAI"),
    "azure": Replaced("AzureChatOpenAI"),
    "deepseek": Replaced("ChatDeepSeek"),
    "openrouter": Replaced("ChatOpenRouter"),
    "xai": Replaced("ChatXAI"),
    "groq": Replaced("ChatGroq"),
    "openai_embeddings": Replaced("OpenAIEmbeddings", own="CompatibleEmbeddings"),
    "gigachat": Replaced("GigaChat", "langchain_sse_chat.gigachat", "GigaChat"),
    "gigachat_embeddings": Replaced(
        "GigaChatEmbeddings", "langchain_sse_chat.gigachat", "GigaChatEmbeddings"
    ),
}

NOT_COMPARED = frozenset({"openai_embeddings", "gigachat_embeddings", "gigachat"})
"""Programs of which only the output is compared: batches of texts are not divided in
the same way, and uploads are not JSON."""


def migrated(program: str, replaced: Replaced) -> str:
    """Return a program with import and class changed."""
    imported = re.compile(rf"^from \S+ import {replaced.peer}$", re.MULTILINE)
    assert len(imported.findall(program)) == 1
    text = imported.sub(f"from {replaced.module} import {replaced.own}", program)
    return text.replace(f"{replaced.peer}(", f"{replaced.own}(")


def unchanged(program: Path) -> str:
    """Run a program in a process of its own, and return what it prints.

    The packages leave sockets open, which is a failure in this process.
    """
    done = subprocess.run(  # noqa: S603  # our own program
        [sys.executable, "-W", "ignore", program],
        check=False,
        capture_output=True,
        text=True,
        timeout=SECONDS,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def run(program: str) -> str:
    """Run a program here, and return what it prints."""
    printed = io.StringIO()
    code = compile(program, "program", "exec")
    with contextlib.redirect_stdout(printed):
        exec(code, {"__name__": "program"})  # noqa: S102  # our own program
    return printed.getvalue()


def shown(request: Request) -> dict[str, object]:
    """Return the parts of a request that must be the same."""
    body = request.json()
    found: dict[str, object] = {name: body.get(name) for name in FIELDS}
    # `ChatGroq` sends 1e-8 for 0.
    found["temperature"] = round(body.get("temperature", 1), 6)
    found |= {name: request.headers.get(name) for name in HEADERS}
    return {**found, "path": request.path, "streamed": bool(body.get("stream"))}


def test_every_program_has_a_class() -> None:
    assert {path.stem for path in PROGRAMS.glob("*.txt")} == REPLACED.keys()


@pytest.mark.parametrize("name", REPLACED)
def test_a_program_prints_the_same_with_one_import_changed(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = PROGRAMS / f"{name}.txt"
    monkeypatch.setenv("SERVER_KEY", KEY)

    with server(name) as there:
        monkeypatch.setenv("SERVER_URL", there.url)
        before = unchanged(program)
        asked = [*there.requests]
        after = run(migrated(program.read_text("utf-8"), REPLACED[name]))
        asked_again = there.requests[len(asked) :]

    assert after == before
    assert len(after.splitlines()) >= 4
    if name not in NOT_COMPARED:
        assert [*map(shown, asked_again)] == [*map(shown, asked)]


INSTALLED = {
    "ChatOpenAI": "langchain_openai",
    "AzureChatOpenAI": "langchain_openai",
    "ChatDeepSeek": "langchain_deepseek",
    "ChatOpenRouter": "langchain_openrouter",
    "ChatXAI": "langchain_xai",
    "ChatGroq": "langchain_groq",
}


@pytest.mark.parametrize("name", PEERS)
def test_every_argument_of_an_installed_class_is_understood_or_refused(
    name: str,
) -> None:
    fields = getattr(importlib.import_module(INSTALLED[name]), name).model_fields
    aliases = {field.alias for field in fields.values() if field.alias}
    core = set(BaseChatModel.model_fields)

    assert (fields.keys() | aliases) - core - PEERS[name].keys() == set()
