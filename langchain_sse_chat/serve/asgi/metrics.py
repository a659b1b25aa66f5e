"""Count answers for Prometheus, if its client is installed."""

from __future__ import annotations

import importlib
import os
from typing import Any

from langchain_sse_chat.serve.asgi.access_log import Answered

_FIRST_TOKEN_BUCKETS = (0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 20, 60)
_SECONDS_BUCKETS = (0.5, 1, 2, 5, 10, 20, 60, 120, 300, 600)
_PREFIX = "langchain_sse_chat_"

_MOST_ENDINGS = 100
_OTHER = "failed:other"
"""Stands for further endings: the codes of some failures are those of model servers,
and Prometheus keeps every label."""


class Metrics:
    """The metrics of one application.

    With `PROMETHEUS_MULTIPROC_DIR` set, they are those of all workers together.
    """

    def __init__(self, prometheus: Any) -> None:
        self._prometheus = prometheus
        self._registry = registry = prometheus.CollectorRegistry()
        self._endings: set[str] = set()
        self._open = prometheus.Gauge(
            f"{_PREFIX}open_answers",
            "Answers that are being given.",
            registry=registry,
            multiprocess_mode="livesum",
        )
        self._answers = prometheus.Counter(
            f"{_PREFIX}answers",
            "Answers by their ending: complete, left, cut, or the code of a failure.",
            ["model", "ending"],
            registry=registry,
        )
        self._first_token = prometheus.Histogram(
            f"{_PREFIX}first_token_seconds",
            "Time until the model gave the first bytes.",
            ["model"],
            registry=registry,
            buckets=_FIRST_TOKEN_BUCKETS,
        )
        self._seconds = prometheus.Histogram(
            f"{_PREFIX}answer_seconds",
            "Time until the end of an answer.",
            ["model"],
            registry=registry,
            buckets=_SECONDS_BUCKETS,
        )
        self._tokens = prometheus.Counter(
            f"{_PREFIX}tokens",
            "Tokens, as the models count them.",
            ["model", "kind"],
            registry=registry,
        )

    @classmethod
    def if_installed(cls) -> Metrics | None:
        """Return metrics, `None` without the package `prometheus-client`."""
        try:
            return cls(importlib.import_module("prometheus_client"))
        except ImportError:
            return None

    @property
    def media_type(self) -> str:
        """The Content-Type of the page."""
        return str(self._prometheus.CONTENT_TYPE_LATEST)

    def page(self) -> bytes:
        """Return all metrics as text."""
        registry = self._registry
        if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
            multiprocess = importlib.import_module("prometheus_client.multiprocess")
            registry = self._prometheus.CollectorRegistry()
            multiprocess.MultiProcessCollector(registry)
        return bytes(self._prometheus.generate_latest(registry))

    def change_open(self, by: int) -> None:
        """Change the number of open answers."""
        self._open.inc(by)

    def count(self, answered: Answered) -> None:
        """Count what became of a request."""
        model = answered.model
        self._answers.labels(model, self._known(answered.ending)).inc()
        self._seconds.labels(model).observe(answered.seconds)
        if answered.first_token is not None:
            self._first_token.labels(model).observe(answered.first_token)
        for kind in ("prompt", "completion"):
            tokens = answered.count(f"{kind}_tokens")
            if tokens is not None:
                self._tokens.labels(model, kind).inc(max(tokens, 0))

    def _known(self, ending: str) -> str:
        """Return the label for an ending, of which there is a bounded number."""
        if len(self._endings) < _MOST_ENDINGS:
            self._endings.add(ending)
        return ending if ending in self._endings else _OTHER
