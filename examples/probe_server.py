"""Probe a server: print what it does not do, and how to set `ChatSSE` for it.

Run it with `python examples/probe_server.py`; without `OPENAI_API_KEY` the embedded
server is asked. It sends up to 15 short requests, which take up to 2,000 tokens.
"""

from __future__ import annotations

import os
from contextlib import nullcontext

from langchain_sse_chat.probe import ProbeReport, probe
from langchain_sse_chat.testing import ScriptedServer


def show(report: ProbeReport) -> None:
    """Print the facts that a program has to know, and the code for this server."""
    counts = dict.fromkeys(("yes", "no", "not clear"), 0)
    for line in report.lines:
        counts[line.verdict] += 1
    print(", ".join(f"{verdict}: {count}" for verdict, count in counts.items()))
    for line in report.lines:
        if line.verdict == "no":
            print(f"- {line.group}: {line.name} ({line.evidence})")
    first = report.timing["time_to_first_token"]
    if first is not None:
        print(f"The first token came after {first * 1000:.0f} ms.")
    print(report.code)


if __name__ == "__main__":
    embedded = not os.environ.get("OPENAI_API_KEY")
    with ScriptedServer() if embedded else nullcontext() as server:
        show(
            probe(
                model="gpt-4o-mini",
                base_url=server.base_url if server else None,
                provider=None if server else "openai",
            )
        )
