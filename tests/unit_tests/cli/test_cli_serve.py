from __future__ import annotations

import os
import queue
import signal
import sys
from multiprocessing.connection import Pipe
from pathlib import Path
from typing import Any

import pytest

from langchain_sse_chat.cli import serve
from langchain_sse_chat.cli.listen import listening
from langchain_sse_chat.cli.options import read_options
from langchain_sse_chat.cli.server import Server

pytestmark = pytest.mark.enable_socket
ROOT = Path(__file__).parents[3]
AGENT = "tests.unit_tests.cli.things:agent"


@pytest.fixture(autouse=True)
def _in_the_project(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)


@pytest.fixture
def _ends_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    async def main_loop(server: Server) -> None:
        server.handle_exit(signal.SIGTERM, None)

    monkeypatch.setattr(Server, "main_loop", main_loop)


@pytest.mark.usefixtures("_ends_by_itself")
def test_it_says_what_it_serves_and_where(capsys: pytest.CaptureFixture[str]) -> None:
    assert serve.main([AGENT, "--port=0", "--log-level=critical"]) == 0
    told = capsys.readouterr().err
    assert f"Serving {AGENT} at http://127.0.0.1:" in told
    assert "only programs on this machine can connect" in told


@pytest.mark.usefixtures("_ends_by_itself")
@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("agent", "Model: default"),
        ("agents", "Models: a, b"),
        ("many", "Models: a, b, c, d, e and 2 more"),
        ("site", "Model: default"),
    ],
)
def test_it_names_the_models(
    name: str, line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    argv = [AGENT.replace(":agent", f":{name}"), "--port=0", "--log-level=critical"]
    assert serve.main(argv) == 0
    assert capsys.readouterr().err.splitlines()[1] == line


@pytest.mark.usefixtures("_ends_by_itself")
def test_with_nothing_configured_it_says_who_answers_and_where_the_page_is(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert serve.main(["--port=0", "--log-level=critical"]) == 0
    first, second, third, *_ = capsys.readouterr().err.splitlines()
    address = first.removeprefix("Serving echo at ")
    assert address.startswith("http://127.0.0.1:")
    assert second == f"Chat with it in a browser: {address}/"
    assert "the embedded server answers" in third


@pytest.mark.usefixtures("_ends_by_itself")
@pytest.mark.parametrize("argv", [["--no-page"], ["--uds=a.sock"]])
def test_without_a_page_or_a_port_no_page_is_named(
    argv: list[str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "path", [str(ROOT), *sys.path])
    monkeypatch.chdir(tmp_path)
    assert serve.main([AGENT, "--port=0", "--log-level=critical", *argv]) == 0
    assert "browser" not in capsys.readouterr().err


@pytest.mark.usefixtures("_ends_by_itself")
def test_it_says_who_else_can_ask(capsys: pytest.CaptureFixture[str]) -> None:
    site = AGENT.replace(":agent", ":wrapped")
    argv = [site, "--host=0.0.0.0", "--port=0", "--log-level=critical"]
    assert serve.main(argv) == 0
    told = capsys.readouterr().err
    assert "whoever reaches 0.0.0.0 can use the models" in told
    assert "only programs on this machine" not in told


@pytest.mark.usefixtures("_ends_by_itself")
def test_with_keys_it_says_less(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KEYS", "secret-key-1234")
    argv = [AGENT, "--port=0", "--api-key-env=KEYS", "--log-level=critical"]
    assert serve.main(argv) == 0
    told = capsys.readouterr().err
    assert "only programs on this machine" not in told
    assert "secret-key-1234" not in told


def test_what_cannot_be_done_is_said_in_a_sentence(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert serve.main(["nowhere:agent"]) == 2
    assert capsys.readouterr().err.startswith(
        "langchain-sse-chat serve: error: There is no module 'nowhere'"
    )


@pytest.mark.parametrize("name", ["uvicorn", "starlette"])
def test_without_the_extra_it_says_how_to_install_it(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for module in [*sys.modules]:
        ours = ("langchain_sse_chat.cli.se", "langchain_sse_chat.serve")
        if module.startswith((f"{name}.", *ours)) and module != serve.__name__:
            monkeypatch.delitem(sys.modules, module)
    monkeypatch.setitem(sys.modules, name, None)
    assert serve.main([AGENT]) == 2
    assert "pip install 'langchain-sse-chat[serve]'" in capsys.readouterr().err


def test_a_module_that_lacks_another_is_not_the_extra(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "lacks_another.py").write_text("import not_there_at_all\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    with pytest.raises(ModuleNotFoundError, match="not_there_at_all"):
        serve.main(["lacks_another:agent"])


def test_several_workers_are_processes_of_their_own(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    made: list[Any] = []

    class Workers:
        def __init__(self, count: int, process: Any) -> None:
            made.extend([count, process(None)])

        def run(self) -> int:
            return 0

    monkeypatch.setattr(serve, "Workers", Workers)
    assert serve.main([AGENT, "--port=0", "--workers=3"]) == 0
    count, process = made
    assert count == 3
    assert process._target is serve.worker
    told = capsys.readouterr().err
    assert "Serving" in told
    assert "A client that comes back may reach another worker" in told
    argv = [AGENT, "--port=0", "--workers=3", "--keep=redis://:secret@localhost"]
    assert serve.main(argv) == 0
    told = capsys.readouterr().err
    assert "comes back" not in told
    assert "secret" not in told


class Parent:
    """A parent process that has ended."""

    def join(self) -> None:
        pass


@pytest.mark.usefixtures("_ends_by_itself")
def test_a_worker_tells_that_it_works(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("multiprocessing.parent_process", lambda: None)
    reading, writing = Pipe(duplex=False)
    options = read_options([AGENT, "--log-level=critical"])
    with listening("127.0.0.1", 0, None) as sock, reading, writing:
        with pytest.raises(SystemExit) as caught:
            serve.worker(options, sock, writing)
        assert caught.value.code == 0
        assert reading.recv() is True


def test_a_worker_ends_with_its_parent(monkeypatch: pytest.MonkeyPatch) -> None:
    ended: queue.Queue[tuple[int, int]] = queue.Queue()
    monkeypatch.setattr("multiprocessing.parent_process", Parent)
    monkeypatch.setattr(os, "kill", lambda *sent: ended.put(sent))
    monkeypatch.setattr(serve, "_work", lambda *_: 0)
    with pytest.raises(SystemExit):
        serve.worker(read_options([AGENT]), None, None)  # type: ignore[arg-type]
    assert ended.get(timeout=30) == (os.getpid(), signal.SIGTERM)
