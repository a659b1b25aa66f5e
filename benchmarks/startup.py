"""Measure the import and the creation of a chat model, each in a new process.

The floor is an import of httpx and of LangChain's chat model class. Compiled files are
there already: one round goes before. Of the processes the fastest counts, for all that
comes in between only adds.

    python -m benchmarks.startup [--rounds 15]
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys

from benchmarks.peers import MAKERS, Maker
from benchmarks.tables import NOT_INSTALLED, Table

_FLOOR = """
import httpx
import langchain_core.language_models.chat_models
import langchain_core.messages, langchain_core.outputs
"""
_IMPORT = "from {module} import {name}"
_MAKE = """
def make():
    return {name}(model={model!r}, {url}="http://127.0.0.1:9/v1", api_key="k")
"""
_TIMED = """
import json, time
start = time.process_time()
{imports}
imported = time.process_time() - start
{make}
import gc; gc.collect()
start = time.process_time()
make()
first = time.process_time() - start
kept = []
start = time.process_time()
for _ in range(100):
    kept.append(make())
print(json.dumps([imported, first, (time.process_time() - start) / 100]))
"""


def script(maker: Maker | None) -> str:
    """Return the program that measures a way; `None` is the floor."""
    if maker is None:
        return _TIMED.format(imports=_FLOOR, make="def make(): pass")
    imports = _IMPORT.format(module=maker.module, name=maker.class_name)
    make = _MAKE.format(name=maker.class_name, model=maker.model, url=maker.url)
    return _TIMED.format(imports=imports, make=make)


def run(program: str) -> list[float]:
    """Return the seconds of import, of the first model and of a later one."""
    done = subprocess.run(  # noqa: S603  our own program
        [sys.executable, "-W", "ignore", "-c", program],
        check=True,
        capture_output=True,
        text=True,
    )
    times: list[float] = json.loads(done.stdout.splitlines()[-1])
    return times


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, help="15, or 5 of the short form")
    parser.add_argument("--short", action="store_true")
    args = parser.parse_args()
    rounds = args.rounds or (5 if args.short else 15)
    table = Table(
        "startup",
        f"CPU time to import and to make ({rounds} processes each)",
        *("way", "import, ms", "to the floor", "first model, ms", "later model, ms"),
    )
    programs = {"httpx + langchain-core": script(None)}
    programs |= {n: script(maker) for n, maker in MAKERS.items() if maker.installed}
    times: dict[str, list[list[float]]] = {name: [] for name in programs}
    failures: dict[str, str] = {}
    for _ in range(rounds + 1):
        for name, program in programs.items():
            if name in failures:
                continue
            try:
                times[name].append(run(program))
            except subprocess.CalledProcessError as error:
                failures[name] = f"exit code {error.returncode}"
    floor = 0.0
    for name, what in failures.items():
        del times[name]
        table.add(name, what, None, None, None)
        table.fault(name, what)
    for name, taken in times.items():
        figures = [1000 * min(each) for each in zip(*taken[1:], strict=True)]
        floor = floor or figures[0]
        table.add(name, figures[0], figures[0] / floor, *figures[1:])
    for name, maker in MAKERS.items():
        if not maker.installed:
            table.add(name, NOT_INSTALLED, None, None, None)
    table.end()


if __name__ == "__main__":
    main()
