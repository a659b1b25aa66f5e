"""The resources of a process: memory, file descriptors, threads."""

from __future__ import annotations

import contextlib
import ctypes
import gc
import json
import os
import random
import threading
from dataclasses import dataclass
from pathlib import Path

from pydantic_core import from_json

_MOST_GROWTH = 1.05
_CACHED = 16_384
_M_ARENA_MAX = -8  # in glibc's malloc.h


@dataclass(frozen=True, slots=True)
class Holdings:
    """The resources of this process."""

    memory: int
    """The resident set in bytes; 0 where the system does not report it."""
    descriptors: tuple[str, ...]
    """The open files, each with what it is."""
    threads: tuple[str, ...]


def make_ready() -> None:
    """See to it that memory grows only with what is held; to be called first.

    glibc gives each thread a heap of its own, and what many threads free stays in
    pieces in many heaps: here all share one. And pydantic-core keeps up to 16,384
    strings of fewer than 64 bytes that it has read: these are put there. See
    https://docs.rs/crate/jiter/latest/source/src/py_string_cache.rs.
    """
    _glibc("mallopt", _M_ARENA_MAX, 1)
    source = random.Random(0)  # noqa: S311  no secret
    for size in range(1, 64):
        strings = [source.randbytes(size).hex()[:size] for _ in range(_CACHED // 4)]
        from_json(json.dumps(strings))


def holdings() -> Holdings:
    """Return the resources of this process, after freeing all that can be freed."""
    gc.collect()
    _glibc("malloc_trim", 0)
    return Holdings(
        memory=_resident(),
        descriptors=tuple(_descriptors()),
        threads=tuple(sorted(thread.name for thread in threading.enumerate())),
    )


def _glibc(function: str, *arguments: int) -> None:
    with contextlib.suppress(AttributeError, OSError):  # another C library
        getattr(ctypes.CDLL(None), function)(*arguments)


def _resident() -> int:
    try:
        pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[1]
    except OSError:  # not Linux
        return 0
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


def _descriptors() -> list[str]:
    folder = Path("/dev/fd")  # that of the process itself, on Linux and macOS
    found = []
    for name in os.listdir(folder):  # noqa: PTH208  paths would not be shorter
        try:
            found.append(os.readlink(folder / name))  # noqa: PTH115  may be no path
        except OSError:  # what listed the folder is closed by now
            continue
    # Numbers of sockets and pipes differ from run to run, but not within one.
    return sorted(found)


def growth(early: Holdings, late: Holdings) -> str | None:
    """Say that the memory grew by more than 5 %, `None` when it did not."""
    if late.memory <= early.memory * _MOST_GROWTH:
        return None
    return f"the memory grew from {early.memory >> 10} to {late.memory >> 10} KiB"


def left_behind(before: Holdings, after: Holdings) -> list[str]:
    """Say what a process holds after its work that it did not hold before."""
    findings = []
    if len(after.descriptors) > len(before.descriptors):
        more = set(after.descriptors) - set(before.descriptors)
        findings.append(f"file descriptors are left: {sorted(more)}")
    if len(after.threads) > len(before.threads):
        findings.append(f"threads are left: {after.threads}")
    return findings
