"""Modules that the first call of a process must not wait for."""

from __future__ import annotations

import subprocess
import sys

SCRIPT = """
import sys
import httpx
sys.modules["httpx_aiohttp"] = None  # langsmith imports it where it is installed
from langchain_sse_chat import ChatSSE

def answer(request):
    body = b'data: {"choices": [{"delta": {"content": "Hi"}}]}\\n\\ndata: [DONE]\\n\\n'
    return httpx.Response(200, content=body)

client = httpx.Client(transport=httpx.MockTransport(answer))
chat = ChatSSE(model="m", base_url="http://test/v1", http_client=client)
before = set(sys.modules)
assert [chunk.text for chunk in chat.stream("Hello")] == ["Hi", ""]
print(*{name.partition(".")[0] for name in set(sys.modules) - before})
print(*{name.partition(".")[0] for name in sys.modules})
"""


def test_the_first_call_imports_nothing_of_ours_and_no_providers_package() -> None:
    done = subprocess.run(  # noqa: S603  our own script
        [sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True
    )

    by_the_call, at_all = (line.split() for line in done.stdout.splitlines())
    assert not {"langchain_sse_chat", "httpx", "httpcore"} & set(by_the_call)
    assert not {"openai", "litellm", "tiktoken", "aiohttp"} & set(at_all)
