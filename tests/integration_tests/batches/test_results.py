"""Which results are written, and which prompts are asked again."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys

import pytest

from langchain_sse_chat.testing import Reply
from tests.integration_tests.batches.conftest import (
    EXAMPLES,
    KEY,
    LONG,
    Batch,
    asked,
    kill,
)
from tests.integration_tests.terminal import Terminal

PROGRAM = "batch_file.py"
BUSY = Reply.status(503, error="busy", headers={"retry-after": "0"})


def test_a_prompt_that_fails_for_now_is_asked_again_in_the_same_run(
    batch: Batch,
) -> None:
    batch.write_prompts(5)
    batch.server.script(
        # The retries of the model are used up, and the next round has an answer.
        *[lambda request: BUSY if asked(request) == 2 else Reply.text("first")] * 7
    )

    status, said = batch.run(PROGRAM)

    assert status == 0, said
    assert "4 results, 1 prompts to ask again\n1 results, 0 prompts" in said
    assert batch.times_asked()["2"] == 4
    assert sorted(line["id"] for line in batch.lines()) == list("01234")


def test_a_prompt_that_keeps_failing_for_now_stays_open(batch: Batch) -> None:
    batch.write_prompts(3)
    batch.replies[1] = BUSY

    status, said = batch.run(PROGRAM)

    assert status == 1
    assert said.endswith("1 prompts have no result. Start again to ask them.\n")
    assert {line["id"] for line in batch.lines()} == {"0", "2"}
    del batch.replies[1]
    assert batch.run(PROGRAM)[0] == 0
    assert {line["id"] for line in batch.lines()} == {"0", "1", "2"}


def test_a_prompt_that_the_server_rejects_is_recorded_and_not_asked_again(
    batch: Batch,
) -> None:
    batch.write_prompts(3)
    batch.replies[1] = Reply.status(400, error="too rude")

    assert batch.run(PROGRAM)[0] == 0
    assert batch.run(PROGRAM)[0] == 0

    [failed] = [line for line in batch.lines() if "error" in line]
    assert failed["id"] == "1"
    assert failed["error"].startswith("InvalidRequestError: ")
    assert "too rude" in failed["error"]
    assert set(batch.times_asked().values()) == {1}


@pytest.mark.parametrize("status", [401, 403, 404])
def test_a_batch_that_cannot_succeed_stops_and_records_nothing(
    batch: Batch, status: int
) -> None:
    batch.write_prompts(300)
    batch.replies = dict.fromkeys(range(300), Reply.status(status, error="not you"))

    code, said = batch.run(PROGRAM)

    assert code == 1
    assert said.startswith("Stopped after 100 failures in a row: ")
    assert "not you" in said
    assert "Traceback" not in said
    assert batch.lines() == []
    assert len(batch.server.requests) < 300


def test_a_line_that_was_not_written_whole_is_asked_again(batch: Batch) -> None:
    batch.write_prompts(3)
    batch.results.write_text('{"id": "0", "text": "mine"}\n{"id": "1", "te')

    assert batch.run(PROGRAM)[0] == 0

    assert batch.results.read_text().startswith('{"id": "0", "text": "mine"}\n{"id"')
    assert sorted(line["id"] for line in batch.lines()) == list("012")
    assert sorted(batch.times_asked()) == ["1", "2"]


@pytest.mark.parametrize(
    "line",
    ["[]", "?", '{"id": "0", "prompt": "Say 0"}'],
    ids=["a list", "text", "prompt"],
)
def test_a_file_of_something_else_is_not_taken_for_results(
    batch: Batch, line: str
) -> None:
    batch.write_prompts(1)
    batch.results.write_text(f"{line}\nend")

    status, said = batch.run(PROGRAM)

    assert status == 1
    assert said == (f"{batch.results} has lines that are not results: name another.\n")
    assert batch.results.read_text() == f"{line}\nend"


def test_an_id_that_occurs_twice_is_asked_once(batch: Batch) -> None:
    row = '{"id": "0", "prompt": "Say 0"}\n'
    batch.prompts.write_text(f"{row}\n{row}\n")

    assert batch.run(PROGRAM)[0] == 0

    assert len(batch.server.requests) == len(batch.lines()) == 1


@pytest.mark.parametrize(
    "line",
    [
        pytest.param("{", id="not JSON"),
        pytest.param("7", id="a number"),
        pytest.param('{"id": "1", "prompt": "\xe9"}', id="not UTF-8"),
        pytest.param('{"id": "1"}', id="no prompt"),
        pytest.param('{"id": "1", "prompt": ["Say 1"]}', id="not a text"),
    ],
)
def test_a_bad_line_of_the_prompts_is_named(batch: Batch, line: str) -> None:
    good = '{"id": "0", "prompt": "Say 0"}'
    batch.prompts.write_text(f"{good}\n{line}\n", encoding="latin-1")

    status, said = batch.run(PROGRAM)

    assert status == 1
    form = '{"id": "…", "prompt": "…"}'
    assert said == f"{batch.prompts}, line 2 does not have the form {form}.\n"


def test_a_missing_file_of_prompts_is_named(batch: Batch) -> None:
    status, said = batch.run(PROGRAM)

    assert status == 1
    assert str(batch.prompts) in said
    assert "Traceback" not in said


@pytest.mark.parametrize("option", ["-h", "--help"])
def test_the_help_is_that_of_the_program(option: str) -> None:
    done = subprocess.run(  # noqa: S603  our own program
        [sys.executable, str(EXAMPLES / PROGRAM), option],
        capture_output=True,
        text=True,
        timeout=LONG,
        check=True,
    )
    assert done.stdout.startswith("A large batch in one process")
    assert "prompts.jsonl results.jsonl" in done.stdout
    assert done.stderr == ""


@pytest.mark.skipif(sys.platform != "linux", reason="it has terminals for tests")
def test_a_bar_begins_with_the_results_that_are_there(batch: Batch) -> None:
    pytest.importorskip("tqdm")
    batch.write_prompts(5)
    done = [{"id": str(number), "text": "mine"} for number in range(3)]
    batch.results.write_text("".join(json.dumps(line) + "\n" for line in done))
    argv = [sys.executable, str(EXAMPLES / PROGRAM), batch.prompts, batch.results]
    address = {"OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": batch.server.base_url}
    terminal = Terminal([*map(str, argv)], address)

    status, _ = terminal.end()

    assert status == 0
    assert "3/5 calls" in terminal.raw
    assert "5/5 calls" in terminal.raw
    assert len(batch.server.requests) == 2


def test_ctrl_c_keeps_the_results(batch: Batch) -> None:
    batch.write_prompts(40)
    batch.most_answers = 10
    with batch.start(PROGRAM) as process:
        try:
            batch.wait_for_results(10, process)
            os.kill(process.pid, signal.SIGINT)
            said, _ = process.communicate(timeout=LONG)
        finally:
            kill(process)

    assert process.returncode == 1
    assert said == "Interrupted. Start again to continue.\n"
    assert len(batch.lines()) == 10
