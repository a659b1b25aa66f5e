"""A strict client of the UI message stream: what every version of the AI SDK accepts.

The keys are those of the schemas of its first version that had the type
(`packages/ai/src/ui-message-stream/ui-message-chunks.ts`), the rules those of
`packages/ai/src/ui/process-ui-message-stream.ts`.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterable
from typing import Any

from langchain_sse_chat.sse import SSEDecoder

KEYS = {
    "start": {"messageId", "messageMetadata"},
    "start-step": set(),
    "finish-step": set(),
    "text-start": {"id"},
    "text-delta": {"id", "delta"},
    "text-end": {"id"},
    "reasoning-start": {"id"},
    "reasoning-delta": {"id", "delta"},
    "reasoning-end": {"id"},
    "tool-input-start": {"toolCallId", "toolName", "dynamic", "providerExecuted"},
    "tool-input-delta": {"toolCallId", "inputTextDelta"},
    "tool-input-available": {
        "toolCallId",
        "toolName",
        "input",
        "dynamic",
        "providerExecuted",
    },
    "tool-input-error": {"toolCallId", "toolName", "input", "dynamic", "errorText"},
    "tool-output-available": {"toolCallId", "output", "dynamic", "providerExecuted"},
    "tool-output-error": {"toolCallId", "errorText", "dynamic", "providerExecuted"},
    "source-url": {"sourceId", "url", "title"},
    "source-document": {"sourceId", "mediaType", "title", "filename"},
    "file": {"url", "mediaType"},
    "data-status": {"data", "transient"},
    "error": {"errorText"},
    "abort": set(),
    "finish": {"finishReason", "messageMetadata"},
}
REASONS = {"stop", "length", "content-filter", "tool-calls", "error", "other"}
DONE = "[DONE]"


class UIClient:
    """Reads one stream into a message."""

    def __init__(self) -> None:
        self.chunks: list[dict[str, Any]] = []
        self.parts: list[dict[str, Any]] = []
        self.notes: list[Any] = []
        self.errors: list[str] = []
        self.message_id: str | None = None
        self.metadata: dict[str, Any] = {}
        self.finish_reason: str | None = None
        self.is_done = False
        self.is_aborted = False
        self._decoder = SSEDecoder()
        self._active: dict[str, dict[str, Any]] = {}

    def feed(self, data: bytes) -> None:
        for event, text, _ in self._decoder.feed(data):
            assert event == "message"
            assert not self.is_done
            if text == DONE:
                self.is_done = True
            else:
                self._take(json.loads(text))

    @property
    def types(self) -> list[str]:
        return [chunk["type"] for chunk in self.chunks]

    @property
    def text(self) -> str:
        return "".join(p["text"] for p in self.parts if p["type"] == "text")

    @property
    def reasoning(self) -> str:
        return "".join(p["text"] for p in self.parts if p["type"] == "reasoning")

    @property
    def tools(self) -> list[dict[str, Any]]:
        return [part for part in self.parts if part["type"] == "dynamic-tool"]

    def _take(self, chunk: dict[str, Any]) -> None:
        kind = chunk["type"]
        assert chunk.keys() - {"type"} <= KEYS[kind], chunk
        self.chunks.append(chunk)
        family, _, action = kind.partition("-")
        if family in ("text", "reasoning"):
            self._take_text(family, action, chunk)
        elif family == "tool":
            self._take_tool(action, chunk)
        elif kind == "start-step":
            self.parts.append({"type": "step-start"})
        elif kind == "finish-step":
            assert not self._active, "a step ends before its parts"
        elif kind == "start":
            self.message_id = chunk.get("messageId")
        elif kind == "data-status":
            self.notes.append(chunk["data"])
        elif kind == "error":
            self.errors.append(chunk["errorText"])
        elif kind == "abort":
            self.is_aborted = True
        elif kind == "finish":
            assert chunk["finishReason"] in REASONS
            self.finish_reason = chunk["finishReason"]
            self.metadata |= chunk.get("messageMetadata", {})
        else:
            self.parts.append(chunk)

    def _take_text(self, kind: str, action: str, chunk: dict[str, Any]) -> None:
        part_id = chunk["id"]
        if action == "start":
            assert part_id not in self._active
            part = {"type": kind, "text": "", "state": "streaming"}
            self._active[part_id] = part
            self.parts.append(part)
            return
        part = self._active[part_id]
        assert part["type"] == kind
        if action == "delta":
            assert chunk["delta"], "a delta without text"
            part["text"] += chunk["delta"]
        else:
            part["state"] = "done"
            del self._active[part_id]

    def _take_tool(self, action: str, chunk: dict[str, Any]) -> None:
        call_id = chunk["toolCallId"]
        part = next((p for p in self._step() if p.get("toolCallId") == call_id), None)
        if action == "input-delta":
            assert part is not None
            assert part["state"] == "input-streaming"
            part["sent"] = part.get("sent", "") + chunk["inputTextDelta"]
            return
        # Version 5 looks for another kind of part without it.
        assert chunk["dynamic"] is True
        if action.startswith("output"):
            assert part is not None, "an output without an input in its step"
            assert part["state"] == "input-available"
        elif part is None:
            part = {"type": "dynamic-tool", "toolCallId": call_id}
            self.parts.append(part)
        part["state"] = {
            "input-start": "input-streaming",
            "input-available": "input-available",
            "input-error": "output-error",
            "output-available": "output-available",
            "output-error": "output-error",
        }[action]
        part |= {
            key: chunk[key]
            for key in ("toolName", "input", "output", "errorText", "providerExecuted")
            if key in chunk
        }

    def _step(self) -> list[dict[str, Any]]:
        steps = [i for i, p in enumerate(self.parts) if p["type"] == "step-start"]
        return self.parts[steps[-1] :] if steps else self.parts


def read_ui(data: bytes, chunking: str = "whole") -> UIClient:
    """Return a client that has read a stream: whole, byte by byte, or at random."""
    client = UIClient()
    for piece in _pieces(data, chunking):
        client.feed(piece)
    return client


def _pieces(data: bytes, chunking: str) -> Iterable[bytes]:
    if chunking == "whole":
        return [data]
    if chunking == "byte by byte":
        return (data[i : i + 1] for i in range(len(data)))
    chance = random.Random(7)  # noqa: S311  the same cuts each time
    cuts = sorted(chance.randrange(len(data) + 1) for _ in range(20))
    return [data[a:b] for a, b in zip([0, *cuts], [*cuts, len(data)], strict=True)]


CHUNKINGS = ("whole", "byte by byte", "at random")
