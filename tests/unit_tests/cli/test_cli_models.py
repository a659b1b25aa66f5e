from __future__ import annotations

import io
import json

import pytest

from langchain_sse_chat.cli import models
from langchain_sse_chat.testing import Reply, ScriptedServer

pytestmark = pytest.mark.enable_socket

ENTRY = {"id": "b", "created": 1715365600, "context_length": 9}
ROUTES = {"/v1/models": Reply.json({"data": [ENTRY, {"id": "a"}]})}


def printed(*argv: str) -> tuple[int, str]:
    out = io.StringIO()
    return models.main(argv, out), out.getvalue()


def test_names_are_printed_one_on_each_line() -> None:
    with ScriptedServer(routes=ROUTES) as server:
        found = printed("--base-url", server.base_url)

    assert found == (0, "b\na\n")


def test_everything_is_printed_as_json() -> None:
    with ScriptedServer(routes=ROUTES) as server:
        status, text = printed("--base-url", server.base_url, "--json")

    first, _ = json.loads(text)
    assert status == 0
    assert first["created"] == "2024-05-10T18:26:40+00:00"
    assert (first["context_length"], first["raw"]) == (9, ENTRY)


def test_a_name_gives_no_orders_to_the_terminal() -> None:
    routes = {"/v1/models": Reply.json({"data": [{"id": "a\x1b[2J\nb"}]})}
    with ScriptedServer(routes=routes) as server:
        assert printed("--base-url", server.base_url) == (0, "a [2J b\n")


def test_a_silent_server_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    silent = {"/v1/models": Reply.sse(b"data: {}\n\n", stall_after=0)}
    with ScriptedServer(routes=silent) as server:
        argv = ("--base-url", server.base_url, "--timeout", "0.2")
        assert printed(*argv) == (1, "")
    told = capsys.readouterr().err
    assert "0.2 s" in told
    assert told.count("\n") == 1


def test_the_key_is_in_the_named_variable(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MY_SERVER", "my-secret")
    with ScriptedServer(api_key="my-secret") as server:
        base = ("--base-url", server.base_url)
        assert printed(*base, "--api-key-env", "MY_SERVER") == (0, "echo\n")
        assert models.main(base) == 1

    assert "Incorrect API key" in capsys.readouterr().err


def test_an_error_names_the_variable_with_the_address(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", "ftp://x")
    assert models.main([]) == 2
    assert ": error: OPENAI_BASE_URL is 'ftp://x'" in capsys.readouterr().err


def test_a_wrong_setting_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert models.main(["--provider", "nobody"]) == 2
    assert "Unknown provider 'nobody'" in capsys.readouterr().err


def test_standard_output_is_the_default(capsys: pytest.CaptureFixture[str]) -> None:
    with ScriptedServer(routes=ROUTES) as server:
        assert models.main(["--base-url", server.base_url]) == 0
    assert capsys.readouterr().out == "b\na\n"


def test_a_server_has_to_be_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert models.main([]) == 2
    assert "No server is named: use --provider" in capsys.readouterr().err
