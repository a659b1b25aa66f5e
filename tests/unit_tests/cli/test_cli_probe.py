from __future__ import annotations

import io
import json
import os
from pathlib import Path

import pytest

from langchain_sse_chat.cli import probe
from langchain_sse_chat.testing import Reply, ScriptedServer
from tests.unit_tests.probe import servers

pytestmark = pytest.mark.enable_socket

KEYED = ("--api-key-env", "PROBED_KEY")


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROBED_KEY", servers.KEY)


def printed(*argv: str) -> tuple[int, str]:
    out = io.StringIO()
    return probe.main(["--model", "m", *argv], out), out.getvalue()


def test_a_table_is_printed() -> None:
    with servers.server() as server:
        status, text = printed("--base-url", server.base_url, *KEYED)
    assert status == 0
    assert "15 requests" in text
    assert "tool_choice: required     yes" in text
    assert "chat = ChatSSE(" in text
    assert servers.KEY not in text


def test_a_terminal_of_20_columns_gets_narrow_lines(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("COLUMNS", "20")
    with servers.server() as server:
        status, text = printed("--base-url", server.base_url, *KEYED)
    table = text.partition("\nprovider:")[0].splitlines()[2:]
    assert status == 0
    assert max(map(len, table)) <= 20


def test_a_question_that_the_limit_left_out_names_the_option() -> None:
    with servers.server() as server:
        few, text = printed("--base-url", server.base_url, *KEYED)
        all_, more = printed("--base-url", server.base_url, "--yes-spend=18", *KEYED)
    assert few == all_ == 0
    assert "not asked: --yes-spend 18 allows it" in text
    assert "not asked" not in more


def test_json_is_printed(tmp_path: Path) -> None:
    with servers.server() as server:
        status, text = printed(
            *("--base-url", server.base_url, "--json", "--yes-spend", "4"),
            *("--record", str(tmp_path), *KEYED),
        )
        assert len(server.requests) == 4
    assert status == 0
    assert json.loads(text)["requests"] == 4
    assert len(list(tmp_path.iterdir())) == 8


def test_standard_output_is_the_default(capsys: pytest.CaptureFixture[str]) -> None:
    with ScriptedServer() as server:
        assert probe.main(["--model", "m", "--base-url", server.base_url]) == 0
    assert "m at http://" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        ([], "Name the server"),
        (["--provider", "nobody"], "Unknown provider 'nobody'"),
        (["--provider", "vllm", "--api-key-env", "NOT_THERE"], "NOT_THERE has no key"),
        (["--base-url", "http://127.0.0.1:1/v1", "--yes-spend", "0"], "2 requests"),
        (["--base-url", "http://127.0.0.1:1/v1", "--timeout", "-1"], "0 or more"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_command_that_cannot_be_carried_out_is_told(
    argv: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert printed(*argv) == (2, "")
    told = capsys.readouterr().err
    assert words in told
    assert told.count("\n") == 1


@pytest.mark.parametrize(
    ("main", "words"),
    [
        (Reply.html("<html>\n<p>Welcome</p>"), "other than a chat completion"),
        (Reply.status(401, error=f"bad key {servers.KEY}"), "401"),
        (Reply.sse(b"data: {}\n\n", stall_after=0), "Raise --timeout."),
    ],
    ids=["a page", "401", "silence"],
)
def test_a_server_that_does_not_answer_is_told(
    main: Reply, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with servers.server(main=main) as server:
        base = ("--base-url", server.base_url, "--timeout", "0.2")
        assert printed(*base, *KEYED) == (1, "")
    told = capsys.readouterr().err
    assert words in told
    assert told.count("\n") == 1
    assert servers.KEY not in told


def test_a_wrong_timeout_is_told_by_its_option(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert printed("--provider", "vllm", "--timeout", "-1") == (2, "")
    told = capsys.readouterr().err
    assert told.endswith("error: --timeout is -1.0; pass seconds, 0 or more.\n")


def test_an_interrupted_probe_has_a_status(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(**arguments: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(probe, "probe", interrupted)
    assert printed("--provider", "vllm") == (130, "")
    assert capsys.readouterr().err == ""


def test_a_closed_pipe_ends_quietly(capsys: pytest.CaptureFixture[str]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with servers.server() as server, os.fdopen(writing, "w") as out:
        argv = ["--model", "m", "--base-url", server.base_url, *KEYED]
        assert probe.main(argv, out) == 141
    assert capsys.readouterr().err == ""
