"""Recognize answers of other protocols by the fields of their first object.

They come from an address that does not serve chat completions, or from a gateway that
passes the answer of another server through.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple


class Protocol(NamedTuple):
    """A protocol that is not chat completions."""

    name: str
    hint: str
    """The address of the same server's chat completions, as a sentence."""
    keys: frozenset[str] = frozenset()
    """Fields that all of its objects have."""
    types: tuple[str, ...] = ()
    """Prefixes of the `type` of its objects."""


_V1 = "Its chat completions are often under a `base_url` that ends in `/v1`."

PROTOCOLS = (
    Protocol(
        # https://platform.claude.com/docs/en/build-with-claude/streaming
        "Anthropic's Messages API",
        "Anthropic's chat completions are under https://api.anthropic.com/v1.",
        types=("message_", "content_block_"),
    ),
    Protocol(
        # https://platform.openai.com/docs/api-reference/responses-streaming
        "the Responses API",
        _V1,
        types=("response.",),
    ),
    Protocol(
        # https://ai.google.dev/api/generate-content#method:-models.streamgeneratecontent
        "Gemini's generateContent",
        "Gemini's chat completions are under "
        "https://generativelanguage.googleapis.com/v1beta/openai.",
        keys=frozenset({"candidates"}),
    ),
    Protocol(
        # https://docs.cohere.com/v2/reference/chat-stream
        "Cohere's Chat API",
        "Cohere's chat completions are under https://api.cohere.ai/compatibility/v1.",
        types=("message-", "content-"),
    ),
    Protocol(
        # https://docs.cohere.com/v1/reference/chat-stream
        "Cohere's Chat API",
        "Cohere's chat completions are under https://api.cohere.ai/compatibility/v1.",
        keys=frozenset({"event_type", "is_finished"}),
    ),
    Protocol(
        # https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseStream.html
        "Bedrock's Converse API",
        "Bedrock's chat completions are under "
        "https://bedrock-runtime.REGION.amazonaws.com/openai/v1.",
        keys=frozenset({"messageStart"}),
    ),
    Protocol(
        # https://docs.ollama.com/api/chat
        "Ollama's own API",
        "Ollama's chat completions are under a `base_url` that ends in `/v1`, such as "
        "http://localhost:11434/v1.",
        keys=frozenset({"message", "done"}),
    ),
    Protocol(
        # https://docs.ollama.com/api/generate
        "Ollama's own API",
        "Ollama's chat completions are under a `base_url` that ends in `/v1`, such as "
        "http://localhost:11434/v1.",
        keys=frozenset({"response", "done"}),
    ),
    Protocol(
        # https://huggingface.github.io/text-generation-inference/
        "TGI's own API",
        _V1,
        keys=frozenset({"token", "generated_text"}),
    ),
    Protocol(
        # https://github.com/ggml-org/llama.cpp/tree/master/tools/server
        "llama.cpp's own API",
        _V1,
        keys=frozenset({"content", "stop"}),
    ),
    Protocol(
        # https://www.alibabacloud.com/help/en/model-studio/qwen-api-reference
        "DashScope's own API",
        "DashScope's chat completions are under "
        "https://dashscope.aliyuncs.com/compatible-mode/v1.",
        keys=frozenset({"output", "request_id"}),
    ),
)


def protocol_of(value: Mapping[str, Any]) -> Protocol | None:
    """Return the known protocol of an object without choices, or `None`."""
    kind = value.get("type")
    for protocol in PROTOCOLS:
        if protocol.keys and protocol.keys <= value.keys():
            return protocol
        if isinstance(kind, str) and kind.startswith(protocol.types or "\n"):
            return protocol
    return None
