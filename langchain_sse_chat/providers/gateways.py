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
    # Of prices (https://openrouter.ai/docs/guides/overview/models) and of costs: "Total
    # cost in USD (OpenRouter credits spent)", in the schema of `/activity` in
    # https://github.com/OpenRouterTeam/python-sdk, read on 2026-11-28.
    currency="USD",
    base_url="https://openrouter.ai/api/v1",
    api_key_env="OPENROUTER_API_KEY",
    base_url_env="OPENROUTER_API_BASE",
    # https://openrouter.ai/docs/app-attribution, with the variables of
    # `langchain-openrouter`.
    headers_env=(
        ("HTTP-Referer", "OPENROUTER_APP_URL"),
        ("X-OpenRouter-Title", "OPENROUTER_APP_TITLE"),
        # As https://reference.langchain.com/python/langchain-openrouter says; a page of
        # OpenRouter's own was not found (2026-11-28).
        ("X-Session-Id", "OPENROUTER_SESSION_ID"),
    ),
    dialect=Dialect(
        supports_developer=True,
        tool_media=True,
        reasoning_effort="reasoning",
        reasoning_switch="reasoning",
        reasoning_budget="reasoning",
        reasoning_echo="always",
        reasoning_keys=("reasoning", "reasoning_content", "reasoning_details"),
        answer_fields=frozenset({"annotations", "images"}),
        strict_by_default=True,
        schemas_by_model=True,
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

AIHUBMIX = Provider(
    name="aihubmix",
    base_url="https://aihubmix.com/v1",
    api_key_env="AIHUBMIX_API_KEY",
    hint="Create a key in the console of AIHubMix.",
    source="https://github.com/inferera/aihubmix",
    checked="2026-11-28",
)

HELICONE = Provider(
    name="helicone",
    base_url="https://ai-gateway.helicone.ai/v1",
    api_key_env="HELICONE_API_KEY",
    hint="Create a key at https://us.helicone.ai/settings/api-keys.",
    source="https://docs.helicone.ai/gateway/integrations/langchain",
    checked="2026-11-28",
)

OPENCODE = Provider(
    name="opencode",
    base_url="https://opencode.ai/zen/v1",
    api_key_env="OPENCODE_API_KEY",
    hint="Create a key in OpenCode Zen.",
    note="For open models only: those of OpenAI, Anthropic and Google have other APIs "
    "there.",
    source="https://opencode.ai/docs/zen",
    checked="2026-11-28",
)

POE = Provider(
    name="poe",
    base_url="https://api.poe.com/v1",
    api_key_env="POE_API_KEY",
    hint="Create a key at https://poe.com/api_key.",
    source="https://creator.poe.com/docs/external-applications/openai-compatible-api",
    checked="2026-11-28",
)

REQUESTY = Provider(
    name="requesty",
    base_url="https://router.requesty.ai/v1",
    api_key_env="REQUESTY_API_KEY",
    base_url_env="REQUESTY_BASE_URL",
    hint="Create a key in your account on requesty.ai.",
    source="https://github.com/requestyai/ai-sdk-requesty",
    checked="2026-11-28",
)

VERCEL = Provider(
    name="vercel",
    # packages/gateway in https://github.com/vercel/ai
    currency="USD",
    base_url="https://ai-gateway.vercel.sh/v1",
    api_key_env="AI_GATEWAY_API_KEY",
    other_api_key_envs=("VERCEL_AI_GATEWAY_API_KEY", "VERCEL_OIDC_TOKEN"),
    dialect=Dialect(
        reasoning_effort="reasoning",
        reasoning_switch="reasoning",
        reasoning_budget="reasoning",
    ),
    hint="Create a key in the dashboard, under AI Gateway.",
    source="https://vercel.com/docs/ai-gateway/sdks-and-apis/openai-chat-completions",
    checked="2026-11-28",
)

ZENMUX = Provider(
    name="zenmux",
    base_url="https://zenmux.ai/api/v1",
    api_key_env="ZENMUX_API_KEY",
    dialect=Dialect(
        max_tokens_field="max_completion_tokens",
        refused_fields=frozenset({"audio", "modalities", "prediction", "seed"}),
        ignored_fields=frozenset({"user"}),
        reasoning_keys=("reasoning", "reasoning_content", "reasoning_details"),
    ),
    hint="Create a key at https://zenmux.ai/settings/keys.",
    source="https://docs.zenmux.ai/api/openai/create-chat-completion.html",
    checked="2026-11-28",
)

ROWS = (
    MEGALLM,
    AITUNNEL,
    OPENROUTER,
    HUGGINGFACE,
    NVIDIA,
    AIHUBMIX,
    HELICONE,
    OPENCODE,
    POE,
    REQUESTY,
    VERCEL,
    ZENMUX,
)
