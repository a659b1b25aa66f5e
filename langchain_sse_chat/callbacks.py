"""LangChain's custom event `on_retry`, which reports retries to callbacks.

`ChatCalls` overrides `invoke`, `ainvoke`, `stream` and `astream` for it: they note the
config of the call, because `_stream` and `_astream` cannot find it in any other way.

* langchain-core (1.6.0 to 1.8.3) passes a run manager to `_generate`, and none to
  `_stream`, which `invoke` also calls when a callback asks for tokens.
* `var_child_runnable_config` holds the config of the runnable around the model, not the
  one that the caller of the model passed.
* A handler among the model's own callbacks would be told the run id, but cannot reach
  the handlers that the event is for.
* The local variables of LangChain's loop hold the run manager. To read them there
  would be worse than to override four public methods.

When LangChain passes a run manager, a canary in `tests/unit_tests/workarounds` fails.
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

USAGE_EVENT = "on_embeddings_usage"
"""The name of the event after a call for embeddings. Its data: `model`, `provider`,
`requests` (the number of those that succeeded) and `usage`."""

_config: ContextVar[RunnableConfig | None] = ContextVar("config", default=None)


@contextmanager
def called_with(config: RunnableConfig | None) -> Iterator[None]:
    """Store the config of the call made in the block."""
    token = _config.set(ensure_config(config))
    try:
        yield
    finally:
        _config.reset(token)


class CustomEvents:
    """Sends LangChain's custom events about a call to its callbacks.

    It is created where the call begins.
    """

    def __init__(
        self,
        own: Callbacks = None,
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
        self.send(RETRY_EVENT, data)

    async def aon_retry(self, data: Mapping[str, Any]) -> None:
        """Send the event for a retry."""
        await self.asend(RETRY_EVENT, data)

    def send(self, name: str, data: Mapping[str, Any]) -> None:
        """Send a custom event."""
        manager = CallbackManager.configure(*self._callbacks())
        manager.on_custom_event(name, dict(data), run_id=self._run_id(manager))

    async def asend(self, name: str, data: Mapping[str, Any]) -> None:
        """Send a custom event."""
        manager = AsyncCallbackManager.configure(*self._callbacks())
        await manager.on_custom_event(name, dict(data), run_id=self._run_id(manager))

    def _callbacks(self) -> tuple[Callbacks, Callbacks]:
        if self._run is not None:
            return list(self._run.handlers), None
        return self._config.get("callbacks"), self._own

    def _run_id(self, manager: CallbackManager | AsyncCallbackManager) -> UUID | None:
        """Return the ID of the run or, if unknown, of its parent."""
        if self._run is not None:
            return self._run.run_id
        return self._config.get("run_id") or manager.parent_run_id
