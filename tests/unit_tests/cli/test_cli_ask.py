"""The demo, from the embedded server or an endpoint."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator

import pytest

from langchain_sse_chat.cli.ask import _pace, main
from langchain_sse_chat.testing import Reply, ScriptedServer

pytestmark = pytest.mark.enable_socket


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with ScriptedServer() as server:
        yield server


def run(*argv: str, **environment: str) -> tuple[int, str]:
    out = io.StringIO()
    status = main(argv, environment, out)
    return status, out.getvalue()


def test_without_an_endpoint_the_embedded_server_answers() -> None:
    status, text = run("How are you?")

    assert status == 0
    assert "You said: How are you?" in text
    assert "astream_events" not in text
    assert "first token after" in text
    assert "tokens a second" in text
    assert "usage: " in text
    for variable in ("OPENAI_API_KEY", "BASE_URL", "MODEL"):
        assert variable in text


def test_without_a_question_it_asks_its_own(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "BASE_URL", "PROVIDER"):
        monkeypatch.delenv(name, raising=False)

    assert main([], pace=0.0) == 0

    text = capsys.readouterr().out
    assert "A goldfish sailed" in text
    assert "A| goldfish| sailed|" in text
    *_, served, read = text.splitlines()
    assert served.startswith("create_app() served it at http://127.0.0.1:")
    assert read == "You| said:| Is| anybody| there?"


def test_without_the_extra_the_demo_says_how_to_install_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delitem(
        sys.modules, "langchain_sse_chat.cli.served_demo", raising=False
    )
    monkeypatch.delitem(sys.modules, "langchain_sse_chat.cli.server", raising=False)
    monkeypatch.setitem(sys.modules, "uvicorn", None)

    status, text = run()

    assert status == 0
    assert text.splitlines()[-1] == (
        "This needs Starlette and uvicorn: pip install 'langchain-sse-chat[serve]'"
    )


def test_the_environment_names_the_endpoint(server: ScriptedServer) -> None:
    server.script(Reply.text("It is.", send_usage="never"))

    status, text = run(
        "Is it?", BASE_URL=server.base_url, MODEL="some-model", OPENAI_API_KEY="key-1"
    )

    assert status == 0
    assert "Asking some-model" in text
    assert "It is." in text
    assert len(server.requests) == 1
    assert server.requests[0].headers["authorization"] == "Bearer key-1"
    assert server.requests[0].json()["model"] == "some-model"


def test_a_failure_is_told_in_one_line(
    server: ScriptedServer, capsys: pytest.CaptureFixture[str]
) -> None:
    server.script(Reply.status(401, error="no such key"))

    status, text = run("Is it?", BASE_URL=server.base_url, OPENAI_API_KEY="key-1")

    told = capsys.readouterr().err
    assert status == 1
    assert told.startswith("langchain-sse-chat: error: ")
    assert "no such key" in told
    assert "key-1" not in text + told


def test_an_unknown_provider_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("Is it?", PROVIDER="opnai") == (2, "")
    assert "Unknown provider 'opnai'" in capsys.readouterr().err


def test_errors_name_variables_instead_of_options(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run("Is it?", BASE_URL="nonsense")[0] == 2
    assert run("Is it?", PROVIDER="openai")[0] == 2
    address, key = capsys.readouterr().err.splitlines()
    assert address.startswith("langchain-sse-chat: error: BASE_URL is 'nonsense'")
    assert "set OPENAI_API_KEY. Create a key at" in key


@pytest.mark.parametrize("words", [[""], [" ", "\n"]], ids=["empty", "blank"])
def test_an_empty_question_is_not_asked(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(*words) == (2, "")
    assert "The question is empty." in capsys.readouterr().err


def test_the_words_of_a_question_need_no_quotes() -> None:
    _, text = run("How", "are", "you?")
    assert "You said: How are you?" in text


def test_an_answer_without_text_is_told(server: ScriptedServer) -> None:
    server.script(Reply.text([]), Reply.text([]))

    status, text = run("Is it?", BASE_URL=server.base_url)

    assert status == 0
    assert "no text came" in text


def test_a_reader_that_has_enough_ends_it_quietly() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as out:
        assert main(["Hi"], {}, out) == 141
        out.write("This goes nowhere.")


@pytest.mark.parametrize(
    ("times", "tokens", "words"),
    [
        ([], None, "no text came"),
        ([0.5, 1.0], None, "first token after 500 ms, 2 tokens in 1.00 s: 2 tokens a"),
        ([0.5, 1.0], 10, "10 tokens in 1.00 s: 10 tokens a second"),
        ([0.0], 1, "0 tokens a second"),
    ],
)
def test_the_pace_is_counted(
    times: list[float], tokens: int | None, words: str
) -> None:
    assert words in _pace(times, tokens)


def test_the_address_is_shown_without_its_password(
    server: ScriptedServer,
) -> None:
    url = server.base_url.replace("//", "//me:pass-word@")
    status, text = run("Is it?", BASE_URL=url)
    assert status == 0
    assert f"at {server.base_url}: Is it?" in text
    assert "pass-word" not in text


@pytest.mark.parametrize("is_terminal", [True, False])
def test_an_answer_gives_no_orders_to_a_terminal(
    server: ScriptedServer, *, is_terminal: bool
) -> None:
    class Output(io.StringIO):
        def isatty(self) -> bool:
            return is_terminal

    server.script(Reply.text("a\x1b[2Jb"))
    out = Output()
    assert main(["Is it?"], {"BASE_URL": server.base_url}, out) == 0
    assert ("\x1b" in out.getvalue()) is not is_terminal
    assert "[2Jb" in out.getvalue()


def test_an_error_after_a_part_of_the_answer_has_its_own_line(
    server: ScriptedServer, capsys: pytest.CaptureFixture[str]
) -> None:
    server.script(Reply.text(["Half", " of", " it"], cut_after=2))
    status, text = run("Is it?", BASE_URL=server.base_url)
    assert status == 1
    assert text.endswith("\nHalf of\n")
    assert "partial" not in capsys.readouterr().err
