"""`langchain-sse-chat serve` in processes of its own, asked over real sockets."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

APP = """
import asyncio, os

async def agent(messages, request):
    yield f"{os.getpid()} "
    for n in range(int(messages[-1].text)):
        yield f"{n} "
        await asyncio.sleep(0.05)
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "app.py").write_text(APP)
    return tmp_path


@contextlib.contextmanager
def serving(
    folder: Path, *argv: str, **environment: str
) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Yield the process and the address that it tells."""
    process = subprocess.Popen(  # noqa: S603  our own program
        [sys.executable, "-m", "langchain_sse_chat", "serve", *argv],
        cwd=folder,
        env={**os.environ, **environment},
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stderr is not None
        try:
            yield process, process.stderr.readline().strip().rpartition(" at ")[2]
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
            process.stderr.read()


def end(process: subprocess.Popen[str]) -> int:
    process.send_signal(signal.SIGTERM)
    return process.wait(60)


@pytest.mark.parametrize("argv", [(), ("--workers=2",)])
def test_an_answer_is_completed_after_sigterm(
    folder: Path, argv: tuple[str, ...]
) -> None:
    with serving(folder, "app:agent", "--port=0", *argv) as (process, url):
        stream = httpx.stream("GET", f"{url}/events?message=20", timeout=60)
        with stream as response:
            texts = response.iter_text()
            text = next(texts)
            process.send_signal(signal.SIGTERM)
            text += "".join(texts)
        assert process.stderr is not None
        told = process.stderr.read()
        assert process.wait(60) == 0
    assert "waiting up to 30 s for 1 open answer." in told
    assert "event: end" in text
    assert "data: 19 " in text


def test_an_answer_that_takes_too_long_ends_with_an_error(folder: Path) -> None:
    argv = ("app:agent", "--port=0", "--drain-seconds=0.2")
    with serving(folder, *argv) as (process, url):
        stream = httpx.stream("GET", f"{url}/events?message=2000", timeout=60)
        with stream as response:
            texts = response.iter_text()
            next(texts)
            process.send_signal(signal.SIGTERM)
            rest = "".join(texts)
        assert process.wait(60) == 0
    assert "server_shutting_down" in rest
    assert "event: end" not in rest


def test_a_model_of_this_package_is_served_on_a_unix_socket(folder: Path) -> None:
    path = folder / "a.sock"
    argv = ("--provider=ollama", "--model=m", f"--uds={path}")
    with serving(folder, *argv) as (process, address):
        assert address == str(path)
        transport = httpx.HTTPTransport(uds=str(path))
        with httpx.Client(transport=transport, timeout=60) as client:
            models = client.get("http://localhost/v1/models").json()
        assert [model["id"] for model in models["data"]] == ["m"]
        assert end(process) == 0
    assert not path.exists()


@pytest.mark.parametrize("argv", [(), ("--workers=2",)])
def test_with_nothing_configured_there_is_a_page_before_the_embedded_server(
    folder: Path, argv: tuple[str, ...]
) -> None:
    with serving(folder, "--port=0", *argv) as (process, url):
        page = httpx.get(f"{url}/", timeout=60)
        answer = httpx.get(f"{url}/events?message=Hello", timeout=60)
        assert end(process) == 0
    assert page.text.startswith("<!doctype html>")
    assert answer.text.removesuffix(":\n\n").endswith(
        "event: end\ndata: You said: Hello\n\n"
    )


def test_clients_need_one_of_the_keys(folder: Path) -> None:
    argv = ("app:agent", "--host=0.0.0.0", "--port=0", "--api-key-env=KEYS")
    with serving(folder, *argv, KEYS="one,two") as (process, address):
        url = f"http://127.0.0.1:{address.rpartition(':')[2]}/v1/models"
        statuses = [
            httpx.get(url, headers=headers, timeout=60).status_code
            for headers in ({}, {"Authorization": "Bearer two"})
        ]
        assert end(process) == 0
    assert statuses == [401, 200]


def test_a_worker_that_is_killed_is_replaced(folder: Path) -> None:
    with serving(folder, "app:agent", "--port=0", "--workers=2") as (process, url):
        seen: set[int] = set()
        for _ in range(2):
            answer = httpx.post(
                f"{url}/v1/chat/completions",
                json={"messages": [{"role": "user", "content": "0"}]},
                timeout=60,
            )
            text = answer.json()["choices"][0]["message"]["content"]
            seen.add(worker := int(text))
            os.kill(worker, signal.SIGKILL)
        assert len(seen) == 2
        assert end(process) == 0


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        (["nowhere:agent"], "no module 'nowhere'"),
        (["app:agent", "--host=0.0.0.0"], "Without API keys"),
    ],
)
def test_what_cannot_be_done_is_said(folder: Path, argv: list[str], words: str) -> None:
    done = subprocess.run(  # noqa: S603  our own program
        [sys.executable, "-m", "langchain_sse_chat", "serve", *argv],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_the_console_script_is_the_same(folder: Path) -> None:
    script = Path(sys.executable).with_name("langchain-sse-chat")
    done = subprocess.run(  # noqa: S603  our own program
        [str(script), "serve", "--help"], capture_output=True, text=True, check=True
    )
    assert "module:attribute" in done.stdout
