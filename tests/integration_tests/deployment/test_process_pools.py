"""One model in the worker processes of pools and clusters."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator

import pytest

from langchain_sse_chat.testing import Reply, Request, ScriptedServer, echo
from tests.integration_tests.deployment.running import run_program


def answer(request: Request) -> Reply:
    """Answer as the echo model, except to one prompt."""
    if b"refuse this" in request.body:
        return Reply.status(400, error="no such thing")
    return echo.answer(request)


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with ScriptedServer(default=answer) as server:
        yield server


def start_method(name: str, pool: str) -> object:
    is_there = name in multiprocessing.get_all_start_methods()
    mark = pytest.mark.skipif(not is_there, reason=f"the system has no {name}")
    return pytest.param(pool, name, marks=mark)


@pytest.mark.parametrize(
    ("pool", "method"),
    [
        start_method("fork", "multiprocessing"),
        start_method("fork", "concurrent.futures"),
        start_method("forkserver", "concurrent.futures"),
        start_method("spawn", "multiprocessing"),
    ],
)
def test_a_pickled_model_answers_in_the_workers_of_a_pool(
    server: ScriptedServer, pool: str, method: str
) -> None:
    run_program("pools", server.base_url, pool, method)


def test_workers_forked_as_celerys_use_the_model_of_their_parent(
    server: ScriptedServer,
) -> None:
    run_program("prefork", server.base_url)


def test_a_model_and_a_chain_run_on_a_cluster_of_dask(server: ScriptedServer) -> None:
    run_program("dask_cluster", server.base_url)
