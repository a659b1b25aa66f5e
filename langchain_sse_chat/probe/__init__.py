"""Find out what a server does: ask it a few short questions.

`probe` and `aprobe` return a `ProbeReport`. They cost tokens, within limits.
"""

from langchain_sse_chat.probe.line import ProbeLine
from langchain_sse_chat.probe.report import ProbeReport
from langchain_sse_chat.probe.run import aprobe, probe

__all__ = ["ProbeLine", "ProbeReport", "aprobe", "probe"]
