"""Describe self-hosted servers, at their default addresses.

They are found only by name, because they share a host, and need no key unless they were
started with one.
"""

from __future__ import annotations

from langchain_sse_chat.dialect import Dialect
from langchain_sse_chat.providers.provider import Provider

LITELLM = Provider(
    name="litellm",
    currency="USD",  # https://docs.litellm.ai/docs/proxy/cost_tracking
    base_url="http://localhost:4000",
    api_key_env="LITELLM_PROXY_API_KEY",
    base_url_env="LITELLM_PROXY_API_BASE",
    api_key_required=False,
    dialect=Dialect(
        reasoning_budget="thinking",
        continuation="prefix",
        repeats_prefix=True,
        reasoning_keys=("reasoning_content", "thinking_blocks", "reasoning_details"),
    ),
    note="A proxy with a master key requires that key or a virtual key.",
    source="https://docs.litellm.ai/docs/providers/litellm_proxy",
)

LLAMACPP = Provider(
    name="llamacpp",
    base_url="http://localhost:8080/v1",
    api_key_env="LLAMA_API_KEY",
    api_key_required=False,
    dialect=Dialect(
        reasoning_switch="chat_template_kwargs",
        reasoning_keys=("reasoning_content",),
    ),
    note="Start `llama-server` with `--jinja` for tools.",
    source="https://github.com/ggml-org/llama.cpp/blob/master/tools/server/README.md",
)

LMSTUDIO = Provider(
    name="lmstudio",
    base_url="http://localhost:1234/v1",
    api_key_env="LM_API_TOKEN",
    api_key_required=False,
    note="A token is required if Require Authentication is on.",
    source="https://lmstudio.ai/docs/developer/openai-compat",
)

OLLAMA = Provider(
    name="ollama",
    base_url="http://localhost:11434/v1",
    api_key_env="OLLAMA_API_KEY",
    api_key_required=False,
    hosts=("ollama.com",),
    dialect=Dialect(reasoning_keys=("reasoning",)),
    note="Its cloud is at `base_url='https://ollama.com/v1'` and requires a key.",
    source="https://docs.ollama.com/api/openai-compatibility",
)

SGLANG = Provider(
    name="sglang",
    base_url="http://localhost:30000/v1",
    api_key_required=False,
    dialect=Dialect(
        reasoning_switch="chat_template_kwargs",
        reasoning_keys=("reasoning_content",),
    ),
    note="A server started with `--api-key` requires that key as `api_key`.",
    source="https://docs.sglang.io/basic_usage/send_request.html",
)

VLLM = Provider(
    name="vllm",
    base_url="http://localhost:8000/v1",
    api_key_env="VLLM_API_KEY",
    api_key_required=False,
    dialect=Dialect(
        reasoning_switch="chat_template_kwargs",
        reasoning_budget="thinking_token_budget",
        continuation="continue_final_message",
        reasoning_keys=("reasoning", "reasoning_content"),
    ),
    note="Start `vllm serve` with `--enable-auto-tool-choice` and a "
    "`--tool-call-parser` for tools.",
    source="https://docs.vllm.ai/en/latest/features/tool_calling/",
)

ROWS = (LITELLM, LLAMACPP, LMSTUDIO, OLLAMA, SGLANG, VLLM)
