"""Count and time runs. The caller passes `now`, in seconds."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal
from uuid import UUID

Source = Literal["tokens", "events"]
"""Where the pieces of a run are counted: LangChain reports some of them twice."""


@dataclass(frozen=True, slots=True)
class ProgressStats:
    """Figures about one run of a model or about several. Times are in seconds."""

    runs: int
    """Runs of models that began."""
    open: int
    """Those that have not ended."""
    failed: int
    """Those that ended with an error. One that was stopped or canceled did not fail."""
    chunks: int
    """Chunks that arrived, empty ones too; 0 for answers that are not streamed."""
    tokens: int
    """Output tokens: those that the server counted, if it did; before that and without
    it, the chunks with content."""
    seconds: float
    """The time during which at least one run was open."""
    tokens_per_second: float
    """`tokens` divided by `seconds`, for all runs together; 0 without time."""
    time_to_first_token: float | None
    """From the begin of a run to its first chunk with content: text, reasoning or a
    tool call. The mean of the runs that had one; `None` without one."""
    mean_gap: float | None
    """The mean time between two chunks with content; `None` without a second one."""
    longest_gap: float | None
    """The longest of them."""

    def as_dict(self) -> dict[str, Any]:
        """Return the figures by name, `seconds` as `time`."""
        figures = asdict(self)
        figures["time"] = figures.pop("seconds")
        return figures


class _Figures:
    """Figures that are added up."""

    def __init__(self) -> None:
        self.runs = self.failed = self.chunks = self.tokens = 0
        self.first_count = self.gap_count = 0
        self.first_sum = self.gap_sum = self.longest = 0.0

    def add(self, other: _Figures) -> None:
        self.runs += other.runs
        self.failed += other.failed
        self.chunks += other.chunks
        self.tokens += other.tokens
        self.first_count += other.first_count
        self.first_sum += other.first_sum
        self.gap_count += other.gap_count
        self.gap_sum += other.gap_sum
        self.longest = max(self.longest, other.longest)

    def stats(self, seconds: float, open_runs: int) -> ProgressStats:
        return ProgressStats(
            runs=self.runs,
            open=open_runs,
            failed=self.failed,
            chunks=self.chunks,
            tokens=self.tokens,
            seconds=seconds,
            tokens_per_second=self.tokens / seconds if seconds > 0 else 0.0,
            time_to_first_token=_mean(self.first_sum, self.first_count),
            mean_gap=_mean(self.gap_sum, self.gap_count),
            longest_gap=self.longest if self.gap_count else None,
        )


class _Run(_Figures):
    """A run that is open."""

    def __init__(self, now: float) -> None:
        super().__init__()
        self.runs = 1
        self.begun_at = now
        self.last_at: float | None = None
        self.source: Source | None = None
        self.counted: int | None = None
        """The tokens that the server counted, if it has done so."""

    def says(self, now: float) -> bool:
        """Record a piece with content; return whether it is the first."""
        is_first = self.last_at is None
        if self.last_at is None:
            self.first_count = 1
            self.first_sum = now - self.begun_at
        else:
            gap = now - self.last_at
            self.gap_count += 1
            self.gap_sum += gap
            self.longest = max(self.longest, gap)
        self.last_at = now
        self.tokens += 1
        return is_first


class Tally:
    """The figures of all runs. What is said of a run that is not open is ignored."""

    def __init__(self) -> None:
        self.begun_at: float | None = None
        """When the first run began, `None` before that."""
        self.last: ProgressStats | None = None
        """The figures of the run that ended last."""
        self._ended = _Figures()
        self._open: dict[UUID, _Run] = {}
        self._busy = 0.0
        self._busy_since = 0.0

    def begin(self, run: UUID, now: float) -> None:
        """Record the begin of a run."""
        if self.begun_at is None:
            self.begun_at = now
        if not self._open:
            self._busy_since = now
        self._open[run] = _Run(now)

    def piece(
        self, run: UUID, now: float, *, says: bool, source: Source = "tokens"
    ) -> bool:
        """Record a chunk.

        Args:
            run: The run.
            now: The time.
            says: Whether the chunk has content.
            source: How it was reported. The first way that a run uses counts.

        Returns:
            Whether it is the first chunk with content.
        """
        found = self._open.get(run)
        if found is None or found.source not in (None, source):
            return False
        found.source = source
        found.chunks += 1
        return found.says(now) if says else False

    def end(
        self, run: UUID, now: float, *, tokens: int | None = None, failed: bool = False
    ) -> bool:
        """Record the end of a run.

        Args:
            run: The run.
            now: The time.
            tokens: The output tokens that the server counted, `None` if it did not.
            failed: Whether it ended with an error.

        Returns:
            Whether it was open and had said nothing.
        """
        found = self._open.pop(run, None)
        if found is None:
            return False
        if tokens is None:
            tokens = found.counted
        if tokens is not None:
            found.tokens = tokens
        found.failed = int(failed)
        self._ended.add(found)
        self.last = found.stats(now - found.begun_at, 0)
        if not self._open:
            self._busy += now - self._busy_since
        return found.last_at is None

    def count(self, run: UUID, *, added: int, in_all: int | None) -> None:
        """Record token counts of an open run that the server sent in its chunks.

        They can be incomplete until the run ends: the larger number is shown.

        Args:
            run: The run.
            added: Tokens in addition to those before.
            in_all: All tokens so far, `None` if unknown.
        """
        found = self._open[run]
        if added or in_all is not None:
            found.counted = (found.counted or 0) + added if in_all is None else in_all
            found.tokens = max(found.tokens, found.counted)

    def stats(self, now: float) -> ProgressStats:
        """Return the figures of all runs, those that are open included."""
        total = _Figures()
        total.add(self._ended)
        for run in self._open.values():
            total.add(run)
        seconds = self._busy + (now - self._busy_since if self._open else 0.0)
        return total.stats(seconds, len(self._open))


def _mean(total: float, count: int) -> float | None:
    return total / count if count else None
