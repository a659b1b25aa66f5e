from __future__ import annotations

import subprocess
import sys

import httpcore

from langchain_sse_chat.transport import late_httpcore

SCRIPT = """
import sys
from langchain_sse_chat import ChatSSE
from langchain_sse_chat.testing import ScriptedServer
with ScriptedServer() as server, ChatSSE(model="m", base_url=server.base_url) as chat:
    print("httpcore" in sys.modules)
    chat.invoke("Hello")
    print("httpcore" in sys.modules)
"""


def test_its_names_are_those_of_httpcore() -> None:
    assert late_httpcore.ReadTimeout is httpcore.ReadTimeout


def test_httpcore_is_imported_with_the_first_client() -> None:
    done = subprocess.run(  # noqa: S603  our own program
        [sys.executable, "-c", SCRIPT], check=True, capture_output=True, text=True
    )
    assert done.stdout.split() == ["False", "True"]
