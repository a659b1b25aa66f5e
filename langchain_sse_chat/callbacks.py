"""Report retries to callbacks as LangChain's custom event `on_retry`.

LangChain passes a run manager only to some methods of a model: `stream` and `astream`
do not pass theirs on. So the config of a call is stored where the call begins.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any
from uuid import UUID

from langchain_core.callbacks import (
    AsyncCallbackManager,
    AsyncCallbackManagerForLLMRun,
    CallbackManager,
    CallbackManagerForLLMRun,
    Callbacks,
)
from langchain_core.runnables import RunnableConfig, ensure_config

RETRY_EVENT = "on_retry"
"""The event's name. Its data: `attempt` (the number of the one that failed), `error`
(the name of its class), `message`, `seconds` (the wait before the next attempt) and
`resumes` (whether that attempt resumes an answer)."""

_config: ContextVar[RunnableConfig | None] = ContextVar("config", default=None)


@contextmanager
def called_with(config: RunnableConfig | None) -> Iterator[None]:
    """Store the config of the call made in the block."""
    token = _config.set(ensure_config(config))
    try:
        yield
    finally:
        _config.reset(token)


class RetryEvents:
    """Reports the retries of a call to its callbacks; created where the call begins."""

    def __init__(
        self,
        own: Callbacks,
        run_manager: CallbackManagerForLLMRun
        | AsyncCallbackManagerForLLMRun
        | None = None,
    ) -> None:
        """Find the callbacks of the call.

        Args:
            own: The callbacks of the model.
            run_manager: The run manager, if LangChain passed it.
        """
        self._own = own
        self._run = run_manager
        self._config = _config.get() or ensure_config()

    def on_retry(self, data: Mapping[str, Any]) -> None:
        """Send the event for a retry."""
        manager = CallbackManager.configure(*self._callbacks())
        manager.on_custom_event(RETRY_EVENT, dict(data), run_id=self._run_id(manager))

    async def aon_retry(self, data: Mapping[str, Any]) -> None:
        """Send the event for a retry."""
        manager = AsyncCallbackManager.configure(*self._callbacks())
        await manager.on_custom_event(
            RETRY_EVENT, dict(data), run_id=self._run_id(manager)
        )

    def _callbacks(self) -> tuple[Callbacks, Callbacks]:
        if self._run is not None:
            return list(self._run.handlers), None
        return self._config.get("callbacks"), self._own

    def _run_id(self, manager: CallbackManager | AsyncCallbackManager) -> UUID | None:
        """Return the ID of the run or, if unknown, of its parent."""
        if self._run is not None:
            return self._run.run_id
        return self._config.get("run_id") or manager.parent_run_id
