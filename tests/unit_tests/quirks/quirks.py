"""All quirks, by theme."""

from __future__ import annotations

from tests.unit_tests.quirks.quirk import Quirk
from tests.unit_tests.quirks.quirks_arguments import ARGUMENTS
from tests.unit_tests.quirks.quirks_bodies import BODIES
from tests.unit_tests.quirks.quirks_calls import CALLS
from tests.unit_tests.quirks.quirks_chunks import CHUNKS
from tests.unit_tests.quirks.quirks_errors import ERRORS
from tests.unit_tests.quirks.quirks_finish import FINISHES
from tests.unit_tests.quirks.quirks_framing import FRAMINGS
from tests.unit_tests.quirks.quirks_indices import INDICES
from tests.unit_tests.quirks.quirks_messages import MESSAGES
from tests.unit_tests.quirks.quirks_reasoning import REASONINGS
from tests.unit_tests.quirks.quirks_repeats import REPEATS
from tests.unit_tests.quirks.quirks_signs import SIGNS
from tests.unit_tests.quirks.quirks_strays import STRAYS
from tests.unit_tests.quirks.quirks_tool_calls import TOOL_CALLS
from tests.unit_tests.quirks.quirks_usage import USAGES

THEMES: dict[str, tuple[Quirk, ...]] = {
    "Events and bytes": FRAMINGS,
    "Bodies that are not an event stream": BODIES,
    "Chunks and fields": CHUNKS + MESSAGES,
    "Reasoning": REASONINGS,
    "Tool calls": TOOL_CALLS + ARGUMENTS + INDICES + REPEATS + CALLS,
    "Usage": USAGES,
    "The end": FINISHES,
    "Errors in the answer": ERRORS + STRAYS + SIGNS,
}
ALL = tuple(quirk for quirks in THEMES.values() for quirk in quirks)
