"""The loop of OpenAI's SDK for Node."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

from langchain_sse_chat.testing import Reply, ScriptedServer
from tests.integration_tests.web.backend import EXAMPLES

NODE = Path(sys.executable).parent / "node"
TOKENS = ["Привет", " и 你好", " 👋🏽"]


def test_tokens_are_printed_one_by_one(url: str, upstream: ScriptedServer) -> None:
    gate = threading.Semaphore(0)
    upstream.script(Reply.text(TOKENS, gate=gate))
    address = {"OPENAI_BASE_URL": f"{url}/api/v1"}
    program = [str(NODE), str(EXAMPLES / "web" / "node-openai" / "loop.mjs"), "Hello"]

    with subprocess.Popen(  # noqa: S603  our own program
        program, env=os.environ | address, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout
        for token in TOKENS:
            gate.release()
            wanted = token.encode()
            assert process.stdout.read(len(wanted)) == wanted
        gate.release(10)
        assert process.stdout.read() == b"\n"

    assert process.returncode == 0
    assert upstream.requests[0].json()["messages"][-1]["content"] == "Hello"
