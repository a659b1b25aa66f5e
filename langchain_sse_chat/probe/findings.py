"""Put the lines of all checks together."""

from __future__ import annotations

from langchain_sse_chat.probe.checks.errors import errors_lines
from langchain_sse_chat.probe.checks.fields import fields_lines
from langchain_sse_chat.probe.checks.formats import formats_lines
from langchain_sse_chat.probe.checks.messages import messages_lines
from langchain_sse_chat.probe.checks.reasoning import reasoning_lines
from langchain_sse_chat.probe.checks.streaming import streaming_lines
from langchain_sse_chat.probe.checks.tools import tools_lines
from langchain_sse_chat.probe.checks.usage import usage_lines
from langchain_sse_chat.probe.line import Answers, ProbeLine


def lines_of(answers: Answers) -> tuple[ProbeLine, ...]:
    """Return the lines about a server, from its answers by their names."""
    return (
        *streaming_lines(answers),
        *usage_lines(answers),
        *reasoning_lines(answers),
        *tools_lines(answers),
        *formats_lines(answers),
        *fields_lines(answers),
        *messages_lines(answers),
        *errors_lines(answers),
    )
