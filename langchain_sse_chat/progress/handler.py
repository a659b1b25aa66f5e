"""The callback handler that counts, times and draws."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self
from uuid import UUID, uuid4

from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.outputs import LLMResult

from langchain_sse_chat.progress.call_tree import CallTree
from langchain_sse_chat.progress.drawing import Bar, Draw, bars
from langchain_sse_chat.progress.tally import ProgressStats, Source, Tally
from langchain_sse_chat.progress.usage import reading_of, tokens_of_result
from langchain_sse_chat.transport.clock import monotonic

_REDRAW = 0.1
"""The shortest time between two drawings, in seconds."""


class StreamProgress(BaseCallbackHandler):
    """Counts and times the answers of any model, chain or agent while they stream.

    ```python
    from langchain_sse_chat.progress import StreamProgress

    progress = StreamProgress()
    chat.invoke("Why is the sky blue?", config={"callbacks": [progress]})
    print(progress.stats().tokens_per_second)
    ```

    One object may be used for many calls, sync and async and in many threads; its
    figures are those of all of them. Without callbacks, call `update` for each chunk.

    Args:
        draw: `"tqdm"` or `"rich"` to draw a line on standard error with the library of
            that name; by default nothing is drawn. In a `with` block, the line is left
            at the end of the block, otherwise with the last call.
        total: The number of calls, such as the inputs of `batch`, for a bar over them
            all; without it the line counts tokens.
        initial: How many calls of the total were made before, so that the bar of a
            batch that continues begins there.
        on_typing: A function for a typing indicator. It is called with `True` and the
            ID of the run when a model has begun and said nothing yet, and with `False`
            and the ID when its first token arrives, or when it ends without one. In
            async code it is called in the event loop, and should return soon.
        clock: The function that returns the time in seconds.

    Raises:
        ConfigurationError: What should draw is unknown or not installed.
    """

    run_inline = True
    """LangChain calls the handler in the event loop, in the order of the chunks."""

    def __init__(
        self,
        *,
        draw: Draw | None = None,
        total: int | None = None,
        initial: int = 0,
        on_typing: Callable[[bool, UUID], object] | None = None,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._make_bar = None if draw is None else bars(draw, total, initial)
        self._total = total
        self._initial = initial
        self._on_typing = on_typing
        self._clock = clock
        self._lock = threading.RLock()
        self._tally = Tally()
        self._calls = CallTree()
        self._tasks: dict[UUID, tuple[asyncio.Task[Any], Callable[..., None]]] = {}
        self._made_at = clock()
        self._own_run: UUID | None = None
        """The run of `update`."""
        self._bar: Bar | None = None
        self._drawn_at = 0.0
        self._before_bar = 0
        """The count when the bar was made."""
        self._is_in_block = False

    @property
    def chunks(self) -> int:
        """The number of chunks that arrived."""
        return self.stats().chunks

    @property
    def tokens(self) -> int:
        """The number of output tokens."""
        return self.stats().tokens

    @property
    def start_time(self) -> float | None:
        """When the first run began, in seconds of `clock`; `None` before that."""
        return self._tally.begun_at

    @property
    def done(self) -> int:
        """The number of calls that have ended; steps of a chain are not counted."""
        return self._calls.done

    @property
    def last(self) -> ProgressStats | None:
        """The figures of the run that ended last; `None` before that."""
        return self._tally.last

    def stats(self) -> ProgressStats:
        """Return the figures of all runs so far, those that are open included."""
        with self._lock:
            return self._tally.stats(self._clock())

    def get_stats(self) -> dict[str, Any]:
        """Return `stats()` as a dict: `chunks`, `tokens`, `time` and so on."""
        return self.stats().as_dict()

    def update(self, chunk: object) -> None:
        """Count a chunk, in a loop over a stream that has no callbacks.

        The time begins when this object is created, and ends with `close` or the `with`
        block.

        Args:
            chunk: A text, a chunk of LangChain or of OpenAI's SDK.
        """
        reading = reading_of(chunk)
        with self._lock:
            if self._own_run is None:
                self._own_run = uuid4()
                self._calls.begin(self._own_run, None)
                self._tally.begin(self._own_run, self._made_at)
                self._draw()
            self._tally.piece(self._own_run, self._clock(), says=reading.says)
            self._tally.count(self._own_run, added=reading.added, in_all=reading.in_all)
            self._draw()

    def close(self) -> None:
        """End the run of `update`, and leave what is drawn as it is."""
        with self._lock:
            if self._own_run is not None:
                self._end(self._own_run, tokens=None, failed=False)
                self._own_run = None
            self._leave_bar()

    def __enter__(self) -> Self:
        self._is_in_block = True
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._is_in_block = False
        self.close()

    # The callbacks of LangChain.

    def on_chat_model_start(  # noqa: D102
        self, *_: Any, run_id: UUID, parent_run_id: UUID | None = None, **__: Any
    ) -> None:
        with self._lock:
            self._calls.begin(run_id, parent_run_id)
            self._tally.begin(run_id, self._clock())
            self._watch_task(run_id)
            self._draw()
        self._report_typing(run_id, typing=True)

    on_llm_start = on_chat_model_start

    def on_llm_new_token(  # noqa: D102
        self, token: object, *, chunk: object = None, run_id: UUID, **_: Any
    ) -> None:
        says = bool(token) or (chunk is not None and reading_of(chunk).says)
        self._count(run_id, "tokens", says=says)

    def on_stream_event(self, event: Any, *, run_id: UUID, **_: Any) -> None:  # noqa: D102
        if event.get("event") == "content-block-delta":
            self._count(run_id, "events", says=True)

    def on_llm_end(self, response: LLMResult, *, run_id: UUID, **_: Any) -> None:  # noqa: D102
        self._end(run_id, tokens=tokens_of_result(response), failed=False)

    def on_llm_error(  # noqa: D102
        self,
        error: BaseException,
        *,
        run_id: UUID,
        response: LLMResult | None = None,
        **_: Any,
    ) -> None:
        failed = isinstance(error, Exception)
        self._end(run_id, tokens=tokens_of_result(response), failed=failed)

    def on_chain_start(  # noqa: D102
        self, *_: Any, run_id: UUID, parent_run_id: UUID | None = None, **__: Any
    ) -> None:
        with self._lock:
            self._calls.begin(run_id, parent_run_id)
            self._draw()

    on_tool_start = on_retriever_start = on_chain_start

    def on_chain_end(self, *_: Any, run_id: UUID, **__: Any) -> None:  # noqa: D102
        self._end(run_id, tokens=None, failed=False)

    on_chain_error = on_tool_end = on_tool_error = on_chain_end
    on_retriever_end = on_retriever_error = on_chain_end

    def _count(self, run_id: UUID, source: Source, *, says: bool) -> None:
        with self._lock:
            now = self._clock()
            is_first = self._tally.piece(run_id, now, says=says, source=source)
            self._draw()
        if is_first:
            self._report_typing(run_id, typing=False)

    def _end(self, run_id: UUID, *, tokens: int | None, failed: bool) -> None:
        with self._lock:
            now = self._clock()
            was_silent = self._tally.end(run_id, now, tokens=tokens, failed=failed)
            silent = [run_id] if was_silent else []
            parts = self._calls.end(run_id) or ()
            silent += [part for part in parts if self._tally.end(part, now)]
            self._leave_task(run_id)
            self._draw()
            if not self._calls and not self._is_in_block and not self._expects_more():
                self._leave_bar()
        for each in silent:
            self._report_typing(each, typing=False)

    def _report_typing(self, run_id: UUID, *, typing: bool) -> None:
        if self._on_typing is not None and run_id != self._own_run:
            self._on_typing(typing, run_id)

    def _watch_task(self, run_id: UUID) -> None:
        """End the run if its task is canceled, which `ainvoke` does not report.

        A task that ends in another way may leave a stream to others.
        """
        try:
            task = asyncio.current_task()
        except RuntimeError:
            return
        if task is None:
            return

        def ended(task: asyncio.Task[Any]) -> None:
            if task.cancelled():
                self._end(run_id, tokens=None, failed=False)

        self._tasks[run_id] = task, ended
        task.add_done_callback(ended)

    def _leave_task(self, run_id: UUID) -> None:
        if run_id in self._tasks:
            task, ended = self._tasks.pop(run_id)
            task.remove_done_callback(ended)

    def _expects_more(self) -> bool:
        """Whether calls of the total have not been made."""
        before = self._initial + self._calls.done
        return self._total is not None and before < self._total

    def _draw(self) -> None:
        if self._make_bar is None:
            return
        now = self._clock()
        if self._bar is None:
            if not self._calls:
                return
            self._before_bar = self._shown_count()
            self._bar = self._make_bar()
        elif now - self._drawn_at < _REDRAW:
            return
        self._drawn_at = now
        self._show(self._bar)

    def _show(self, bar: Bar) -> None:
        stats = self._tally.stats(self._clock())
        rate = f"{stats.tokens_per_second:,.1f} tokens/s"
        note = rate
        if self._total is not None:
            calls = self._calls.done / stats.seconds if stats.seconds else 0.0
            note = f"{calls:,.1f} calls/s, {stats.tokens:,} tokens, {rate}"
        count = self._shown_count() - self._before_bar
        bar.show(self._initial + count, note)

    def _shown_count(self) -> int:
        if self._total is not None:
            return self._calls.done
        return self._tally.stats(self._clock()).tokens

    def _leave_bar(self) -> None:
        bar, self._bar = self._bar, None
        if bar is not None:
            self._show(bar)
            bar.close()
