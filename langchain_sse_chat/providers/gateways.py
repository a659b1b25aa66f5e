"""Describe gateways: one address and one key for the models of many makers."""

from __future__ import annotations

from langchain_sse_chat.dialect import Dialect
from langchain_sse_chat.providers.provider import Provider

MEGALLM = Provider(
    name="megallm",
    base_url="https://ai.megallm.io/v1",
    api_key_env="MEGALLM_API_KEY",
    base_url_env="MEGALLM_BASE_URL",
    hint="Create a key at https://megallm.io/dashboard/overview.",
    source="https://docs.megallm.io/en/dev-docs/openai/overview",
)

AITUNNEL = Provider(
    name="aitunnel",
    base_url="https://api.aitunnel.ru/v1",
    api_key_env="AITUNNEL_API_KEY",
    base_url_env="AITUNNEL_BASE_URL",
    hint="Create a key in the AITUNNEL panel.",
    source="https://docs.aitunnel.ru/api/authentication",
)

OPENROUTER = Provider(
    name="openrouter",
    base_url="https://openrouter.ai/api/v1",
    api_key_env="OPENROUTER_API_KEY",
    base_url_env="OPENROUTER_API_BASE",
    dialect=Dialect(
        supports_developer=True,
        tool_media=True,
        reasoning_effort="reasoning",
        reasoning_echo="always",
        reasoning_keys=("reasoning", "reasoning_content", "reasoning_details"),
        answer_fields=frozenset({"annotations", "images"}),
        strict_by_default=True,
    ),
    hint="Create a key at https://openrouter.ai/keys.",
    source="https://openrouter.ai/docs/api-reference/overview",
)

HUGGINGFACE = Provider(
    name="huggingface",
    base_url="https://router.huggingface.co/v1",
    api_key_env="HF_TOKEN",
    other_api_key_envs=("HUGGINGFACEHUB_API_TOKEN",),
    hint="A token needs the permission to make calls to Inference Providers: "
    "https://huggingface.co/settings/tokens.",
    source="https://huggingface.co/docs/inference-providers",
)

NVIDIA = Provider(
    name="nvidia",
    base_url="https://integrate.api.nvidia.com/v1",
    api_key_env="NVIDIA_API_KEY",
    base_url_env="NVIDIA_BASE_URL",
    hint="Create a key at https://build.nvidia.com/settings.",
    source="https://docs.api.nvidia.com/nim/reference/llm-apis",
)

ROWS = (MEGALLM, AITUNNEL, OPENROUTER, HUGGINGFACE, NVIDIA)
