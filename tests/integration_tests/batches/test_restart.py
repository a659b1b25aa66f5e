"""A killed batch continues: each result once, and no request twice for it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter

import pytest

from tests.integration_tests.batches.conftest import EXAMPLES, LONG, QUIET, Batch

# Each of the runs in a test may take as long as that.
pytestmark = pytest.mark.timeout(3 * LONG + 20)


@pytest.mark.parametrize(
    ("program", "module", "count", "lost"),
    [
        # Those in flight when it is killed: connections, or two batches of each worker.
        pytest.param("batch_file.py", "asyncio", 200, 20, id="one process"),
        pytest.param("batch_dask.py", "distributed", 600, 400, id="Dask"),
        pytest.param("batch_ray.py", "ray", 600, 400, id="Ray"),
    ],
)
def test_each_result_is_there_once_after_a_kill_and_a_restart(
    batch: Batch, program: str, module: str, count: int, lost: int
) -> None:
    pytest.importorskip(module, reason="the group batches is not installed")
    batch.write_prompts(count)
    batch.most_answers = count // 2 + count // 6
    before = batch.run_until(count // 3, program)
    batch.most_answers = None

    status, said = batch.run(program)

    assert status == 0, said
    everything = {str(number) for number in range(count)}
    assert Counter(line["id"] for line in batch.lines()) == Counter(everything)
    assert {line["text"] for line in batch.lines()} == {
        f"You said: Say {number}" for number in everything
    }
    asked = batch.times_asked()
    assert {asked[number] for number in before} == {1}
    assert asked.total() - count <= lost

    assert batch.run(program)[0] == 0
    assert batch.times_asked() == asked


CLUSTERS = pytest.mark.parametrize(
    ("program", "module"),
    [
        pytest.param("batch_dask.py", "distributed", id="Dask"),
        pytest.param("batch_ray.py", "ray", id="Ray"),
    ],
)


@CLUSTERS
def test_a_program_runs_without_files_and_key(program: str, module: str) -> None:
    pytest.importorskip(module, reason="the group batches is not installed")
    environment = {k: v for k, v in os.environ.items() if k != "OPENAI_API_KEY"}
    done = subprocess.run(  # noqa: S603  our own program
        [sys.executable, str(EXAMPLES / program)],
        capture_output=True,
        text=True,
        env={**environment, **QUIET},
        timeout=LONG,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[0] == "100 results, 0 prompts to ask again"


@CLUSTERS
def test_two_workers_share_the_rate_limit(
    batch: Batch, program: str, module: str
) -> None:
    pytest.importorskip(module, reason="the group batches is not installed")
    batch.write_prompts(200)  # two batches: one for each worker

    status, said = batch.run(program, REQUESTS_PER_SECOND="80")

    assert status == 0, said
    times = [request.time for request in batch.server.requests]
    # Each worker may begin with a tenth of a second's requests. Two that did not share
    # the limit would send 160 a second; a busy machine delays some more than others.
    assert (len(times) - 8) / (max(times) - min(times)) < 100
