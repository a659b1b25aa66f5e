"""A server for programs of other packages: its answers depend on the request alone."""

from __future__ import annotations

import json
from typing import Any

from langchain_sse_chat.testing import Reply, ScriptedGigaChat, ScriptedServer
from langchain_sse_chat.testing.request import Request

_OSLO = {"name": "Oslo", "country": "Norway"}

# OpenRouter's SDK needs the fingerprint.
_ALWAYS: dict[str, Any] = {
    "usage": {"prompt_tokens": 3, "completion_tokens": 4, "total_tokens": 7},
    "extra": {"system_fingerprint": "fp_1"},
}

PATHS = (
    "/v1/chat/completions",
    "/api/v1/chat/completions",
    "/openai/v1/chat/completions",
    "/openai/deployments/my-deployment/chat/completions",
)


def reply(request: Request) -> Reply:
    """Return an answer with a tool call, an object, or what the user said."""
    body = request.json()
    last = body["messages"][-1]
    if last["role"] == "tool":
        return Reply.text(f"It says: {last['content']}", **_ALWAYS)
    names = [tool["function"]["name"] for tool in body.get("tools", [])]
    if names:
        arguments = {"city": "Oslo"} if names == ["weather"] else _OSLO
        call = {"name": names[0], "arguments": json.dumps(arguments)}
        return Reply.text("", tool_calls=[call], **_ALWAYS)
    if "response_format" in body:
        return Reply.text(json.dumps(_OSLO), **_ALWAYS)
    return Reply.text(["You ", "said: ", str(last["content"])], **_ALWAYS)


def server(program: str) -> ScriptedServer:
    """Return the server of a program, with the paths of all packages."""
    if program.startswith("gigachat"):
        return ScriptedGigaChat()
    return ScriptedServer(routes=dict.fromkeys(PATHS, reply))
