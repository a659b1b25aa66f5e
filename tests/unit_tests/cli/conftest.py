"""Leave the loggers as they were: a server configures them for its process."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

NAMES = ("langchain_sse_chat.serve", "uvicorn", "uvicorn.access", "uvicorn.error")


@pytest.fixture(autouse=True)
def loggers() -> Iterator[None]:
    """Undo what uvicorn's configuration does to loggers."""
    before = {
        logger: (logger.propagate, logger.level, list(logger.handlers))
        for logger in map(logging.getLogger, NAMES)
    }
    yield
    for logger, (propagate, level, handlers) in before.items():
        logger.propagate = propagate
        logger.setLevel(level)
        logger.handlers[:] = handlers
