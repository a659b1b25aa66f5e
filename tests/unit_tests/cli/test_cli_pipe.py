from __future__ import annotations

import os

from langchain_sse_chat.cli.pipe import discard_rest


def test_the_rest_of_a_closed_pipe_is_discarded() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as out:
        out.write("lost")
        discard_rest(out)
