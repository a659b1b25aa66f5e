"""Answers of models that tests control."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator


class Items:
    """The items of an answer, given one by one.

    An item that is a number is a pause, one that is an exception is raised, and `...`
    is a silence without end.
    """

    def __init__(self, *items: object) -> None:
        self.items = items
        self.given = 0
        self.was_closed = False
        self.was_canceled = False

    async def astream(self) -> AsyncIterator[object]:
        try:
            for item in self.items:
                if isinstance(item, (int, float)):
                    await asyncio.sleep(item)
                elif isinstance(item, BaseException):
                    raise item
                elif item is ...:
                    await asyncio.Event().wait()
                else:
                    self.given += 1
                    yield item
        except asyncio.CancelledError:
            self.was_canceled = True
            raise
        finally:
            self.was_closed = True
