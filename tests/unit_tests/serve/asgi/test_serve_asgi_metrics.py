"""Answers are counted for Prometheus."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from langchain_sse_chat.serve.asgi.access_log import Answered
from langchain_sse_chat.serve.asgi.metrics import Metrics

USAGE = {"prompt_tokens": 7, "completion_tokens": 42}


@pytest.fixture
def metrics() -> Metrics:
    found = Metrics.if_installed()
    assert found is not None
    return found


def test_each_answer_is_counted(metrics: Metrics) -> None:
    metrics.change_open(1)
    metrics.count(Answered("req_1", "m", 200, 0.2, 3.0, USAGE, "complete"))
    metrics.count(Answered("req_2", "m", 200, ending="left"))
    page = metrics.page().decode()
    assert "langchain_sse_chat_open_answers 1.0" in page
    for line in (
        'answers_total{ending="complete",model="m"} 1.0',
        'answers_total{ending="left",model="m"} 1.0',
        'first_token_seconds_count{model="m"} 1.0',
        'first_token_seconds_bucket{le="0.25",model="m"} 1.0',
        'answer_seconds_sum{model="m"} 3.0',
        'tokens_total{kind="completion",model="m"} 42.0',
        'tokens_total{kind="prompt",model="m"} 7.0',
    ):
        assert f"langchain_sse_chat_{line}" in page
    assert metrics.media_type.startswith("text/plain")


def test_there_is_a_limit_to_labels(metrics: Metrics) -> None:
    for number in range(300):
        metrics.count(Answered("req", "m", 400, ending=f"failed:theirs_{number}"))
    metrics.count(Answered("req", "m", 400, ending="failed:theirs_1"))
    page = metrics.page().decode()
    assert page.count("answers_total{") == 101
    assert 'answers_total{ending="failed:theirs_1",model="m"} 2.0' in page
    assert 'answers_total{ending="failed:other",model="m"} 200.0' in page


def test_each_application_has_its_own(metrics: Metrics) -> None:
    metrics.change_open(1)
    other = Metrics.if_installed()
    assert other is not None
    assert b"open_answers 0.0" in other.page()


def test_there_are_none_without_the_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "prometheus_client", None)
    assert Metrics.if_installed() is None


def test_workers_have_them_together(
    metrics: Metrics, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    program = (
        "from langchain_sse_chat.serve.asgi.metrics import Metrics\n"
        "from langchain_sse_chat.serve.asgi.access_log import Answered\n"
        "metrics = Metrics.if_installed()\n"
        "metrics.change_open(1)\n"
        "metrics.count(Answered('req_1', 'm', ending='complete'))\n"
    )
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path))
    subprocess.run([sys.executable, "-c", program], check=True)  # noqa: S603
    page = metrics.page().decode()
    assert 'answers_total{ending="complete",model="m"} 1.0' in page
