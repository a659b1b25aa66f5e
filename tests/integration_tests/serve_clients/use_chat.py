"""Go through the steps of a chat with `useChat`, and read its messages."""

from __future__ import annotations

from typing import Any

from tests.integration_tests.serve_clients.node import Node

LIBRARIES = ["ai-5", "ai-6", "ai"]
"""Versions of the AI SDK; the last one is the newest."""
ASK = {"send": {"text": "Hello"}}


class Chat:
    """Goes through the steps of a chat with a server."""

    def __init__(self, node: Node, library: str, url: str) -> None:
        self.node = node
        self.given: dict[str, Any] = {"library": library, "api": f"{url}/chat"}

    def __call__(self, *steps: Any, **given: Any) -> list[dict[str, Any]]:
        self.report = self.node.run("use_chat", steps=steps, **self.given, **given)
        reports: list[dict[str, Any]] = self.report["reports"]
        return reports


def last(report: dict[str, Any]) -> dict[str, Any]:
    message: dict[str, Any] = report["messages"][-1]
    assert message["role"] == "assistant"
    return message


def types(message: dict[str, Any]) -> list[str]:
    return [part["type"] for part in message["parts"]]


def words(message: dict[str, Any], kind: str = "text") -> str:
    return "".join(p["text"] for p in message["parts"] if p["type"] == kind)
