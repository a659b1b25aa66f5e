"""Ways to stop a stream, run in a process in which every warning is an error.

Reads names of scenarios, a line each, and answers each with a line of JSON: what went
wrong, empty when nothing did. A scenario asserts that the server sees the connection
close, and that the next call of the same model works over one connection at most.
"""

from __future__ import annotations

import faulthandler
import gc
import json
import logging
import signal
import sys
import traceback
from collections.abc import Callable

from tests.integration_tests.promises import (
    stopping_in_blocking_code,
    stopping_in_event_loops,
)
from tests.integration_tests.promises.stopping import (
    SCENARIOS,
)

__all__ = ["SCENARIOS", "stopping_in_blocking_code", "stopping_in_event_loops"]


def outcome_of(scenario: Callable[[], None]) -> str:
    try:
        scenario()
    except BaseException:  # noqa: BLE001 - any of them is reported
        return traceback.format_exc()
    finally:
        gc.collect()  # shows what was left unclosed
    return ""


def no_slow_callbacks(record: logging.LogRecord) -> bool:
    """Drop what asyncio's debug mode says of a busy machine."""
    return "took" not in str(record.msg)


def main() -> None:
    # A shell that starts a job in the background has it ignore Ctrl-C.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    logging.getLogger("asyncio").addFilter(no_slow_callbacks)
    for line in sys.stdin:
        faulthandler.dump_traceback_later(15.0, exit=True)  # instead of hanging
        outcome = outcome_of(SCENARIOS[line.strip()])
        faulthandler.cancel_dump_traceback_later()
        sys.stderr.flush()
        sys.stdout.write(json.dumps(outcome) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
