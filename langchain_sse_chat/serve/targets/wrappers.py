"""Look through what LangChain wraps around a runnable."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from langchain_core.runnables import RunnableWithFallbacks
from langchain_core.runnables.base import RunnableBindingBase
from langchain_core.runnables.configurable import DynamicRunnable


def inner(runnable: Any) -> Any:
    """Return the runnable inside all wrappers, of fallbacks the first choice."""
    while True:
        if isinstance(runnable, RunnableBindingBase):
            runnable = runnable.bound
        elif isinstance(runnable, RunnableWithFallbacks):
            runnable = runnable.runnable
        elif isinstance(runnable, DynamicRunnable):
            runnable = runnable.default
        else:
            return runnable


def leaves(runnable: Any) -> list[Any]:
    """Return all runnables inside wrappers, with the fallbacks."""
    if isinstance(runnable, RunnableWithFallbacks):
        return [leaf for one in runnable.runnables for leaf in leaves(one)]
    below = inner(runnable)
    if below is runnable:
        return [runnable]
    step = runnable.bound if isinstance(runnable, RunnableBindingBase) else below
    return leaves(step)


def changed(runnable: Any, change: Callable[[Any], Any]) -> Any:
    """Return the runnable with each one inside its wrappers changed."""
    if isinstance(runnable, RunnableBindingBase):
        update = {"bound": changed(runnable.bound, change)}
        return runnable.model_copy(update=update)
    if isinstance(runnable, RunnableWithFallbacks):
        update = {
            "runnable": changed(runnable.runnable, change),
            "fallbacks": [changed(one, change) for one in runnable.fallbacks],
        }
        return runnable.model_copy(update=update)
    return change(runnable)
