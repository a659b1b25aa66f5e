"""Draw the plots of docs/performance.md from the files in `.bench/`.

    python -m benchmarks.plot [--into docs/images]

One has the cost of a token of each model, the other how late tokens are with many
streams. The colours can be told apart by those who see few of them.
"""

from __future__ import annotations

import argparse
import importlib
import io
import sys
from pathlib import Path
from typing import Any

from benchmarks.page import TOKENS, rows_of
from benchmarks.peers import ASYNC_MAKERS, is_ours
from benchmarks.real_time import TOO_LATE_MS

METHODS = ("stream", "astream", "astream_events v2", "stream_events v3")
# Okabe and Ito, "Color universal design", 2008.
_COLOURS = {
    "httpx": "#BBBBBB",
    "floor": "#777777",
    "ChatSSE": "#0072B2",
    "ChatSSE, aiohttp": "#56B4E9",
    "ChatOpenAI": "#E69F00",
    "ChatDeepSeek": "#D55E00",
    "ChatLiteLLM": "#CC79A7",
    "ChatOpenRouter": "#009E73",
}
_MARKERS = "sDovp^Xh"
_SIZE = (8, 4.5)
_DOTS_AN_INCH = 200
_MOST_COLOURS = 64
_WIDTH = 0.86
_TEN = 10


def _costs() -> dict[str, dict[str, float]]:
    """Return the microseconds a token of each way by method."""
    costs: dict[str, dict[str, float]] = {}
    for file in TOKENS:
        for row in rows_of(file):
            is_plain = (row["kind"], row["events a write"]) == ("openai", 1)
            # Ours was measured in the environments of others too.
            is_first = file == TOKENS[0] or not is_ours(row["way"])
            if is_plain and is_first and row["µs a token"] and row["way"] in _COLOURS:
                costs.setdefault(row["way"], {})[row["method"]] = row["µs a token"]
    return {way: costs[way] for way in ("floor", *ASYNC_MAKERS) if way in costs}


def _draw_costs(axes: Any, costs: dict[str, dict[str, float]]) -> None:
    """Draw a group of bars for each method, with its figures."""
    for place, method in enumerate(METHODS):
        here = [way for way in costs if method in costs[way]]
        width = _WIDTH / max(len(here), 1)
        for i, way in enumerate(here):
            cost = costs[way][method]
            x = place + (i + 0.5) * width - _WIDTH / 2
            axes.bar(x, cost, width * 0.92, color=_COLOURS[way], label=way)
            said = f"{cost:.0f}" if cost >= _TEN else f"{cost:.1f}"
            axes.text(x, cost, said, ha="center", va="bottom", fontsize=8)
    axes.set_xticks(range(len(METHODS)), METHODS)
    axes.set_ylabel("CPU time per token, µs")
    axes.set_title("CPU time per token, events as OpenAI sends them", loc="left")


def _lags() -> dict[str, dict[int, float]]:
    """Return the 99th percentile of each way by number of streams."""
    lags: dict[str, dict[int, float]] = {}
    for row in rows_of("real_time"):
        if row["way"] in _COLOURS and row["lag p99, ms"]:
            lags.setdefault(row["way"], {})[row["streams"]] = row["lag p99, ms"]
    return lags


def _draw_lags(axes: Any, lags: dict[str, dict[int, float]]) -> None:
    """Draw a line for each way, and the one that none should pass."""
    for (way, colour), marker in zip(_COLOURS.items(), _MARKERS, strict=True):
        if way in lags:
            streams, late = zip(*sorted(lags[way].items()), strict=True)
            axes.plot(streams, late, color=colour, marker=marker, label=way)
    ticks = sorted({streams for late in lags.values() for streams in late})
    axes.axhline(TOO_LATE_MS, color="black", linestyle="--", linewidth=1)
    axes.text(
        1,
        TOO_LATE_MS,
        f"{TOO_LATE_MS:.0f} ms ",
        ha="right",
        va="bottom",
        transform=axes.get_yaxis_transform(),
    )
    axes.set_yscale("log")
    axes.yaxis.set_major_formatter("{x:,g}")
    axes.set_xticks(ticks)
    axes.set_xlabel("streams of 50 tokens a second, in one process")
    axes.set_ylabel("99th percentile of the lag, ms")
    axes.set_title("How late a token is, in the slowest percent", loc="left")


def _save(figure: Any, axes: Any, file: Path) -> None:
    """Write a plot with its legend, in few colours so that the file is small."""
    handles, labels = axes.get_legend_handles_labels()
    unique = dict(zip(labels, handles, strict=True))
    ways = [way for way in _COLOURS if way in unique]
    figure.legend(
        [unique[way] for way in ways],
        ways,
        frameon=False,
        loc="outside lower center",
        ncols=4,
    )
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(axis="y", color="#DDDDDD", linewidth=0.8)
    axes.set_axisbelow(True)
    content = io.BytesIO()
    figure.savefig(content, dpi=_DOTS_AN_INCH, facecolor="white")
    # Comes with matplotlib.
    image: Any = importlib.import_module("PIL.Image")
    file.parent.mkdir(parents=True, exist_ok=True)
    few = image.open(content).convert("RGB").quantize(_MOST_COLOURS)
    few.save(file, optimize=True)
    print(f"{file}: {file.stat().st_size / 1000:.0f} kB")


def main() -> None:
    """Write the plots of what was measured.

    Raises:
        SystemExit: Nothing was.
    """
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--into", type=Path, default=Path("docs/images"))
    into = parser.parse_args().into
    matplotlib: Any = importlib.import_module("matplotlib")
    matplotlib.use("Agg")
    matplotlib.rcParams.update({"font.size": 10, "axes.titleweight": "bold"})
    pyplot: Any = importlib.import_module("matplotlib.pyplot")
    costs, lags = _costs(), _lags()
    if not costs or not lags:
        sys.exit("Nothing to draw: run `make bench_full` first.")
    figure, axes = pyplot.subplots(figsize=_SIZE, layout="constrained")
    _draw_costs(axes, costs)
    _save(figure, axes, into / "cost_of_a_token.png")
    figure, axes = pyplot.subplots(figsize=_SIZE, layout="constrained")
    _draw_lags(axes, lags)
    _save(figure, axes, into / "lag_of_many_streams.png")


if __name__ == "__main__":
    main()
