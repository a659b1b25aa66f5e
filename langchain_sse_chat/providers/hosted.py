"""Describe model makers, and hosts of their models, outside China and Russia."""

from __future__ import annotations

from langchain_sse_chat.dialect import Dialect
from langchain_sse_chat.providers.model_facts import ModelFacts
from langchain_sse_chat.providers.provider import Provider

_GROQ_EFFORTS = (
    "https://github.com/groq/groq-python/blob/main/src/groq/types/chat/"
    "completion_create_params.py"
)
"""The efforts of models, read in `groq` 1.7.0 on 2026-11-28."""

ANTHROPIC = Provider(
    name="anthropic",
    base_url="https://api.anthropic.com/v1",
    api_key_env="ANTHROPIC_API_KEY",
    # `response_format` and `strict` are ignored.
    dialect=Dialect(
        supports_developer=True,
        json_schema="none",
        # `reasoning_effort` is ignored; a budget switches reasoning on.
        reasoning_switch="none",
        reasoning_efforts=frozenset(),
        reasoning_budget="thinking",
    ),
    # "Rejected with a 400", read on 2026-11-28. Their `thinking` is `adaptive`; a page
    # that has it for the compatible API was not found.
    models=(
        ModelFacts(
            "claude-(opus-4-[78]|sonnet-5|fable-5).*",
            {"reasoning_budget": "none"},
            "https://github.com/anthropics/skills/blob/main/skills/claude-api/SKILL.md",
        ),
    ),
    hint="Create a key at https://platform.claude.com/settings/keys.",
    note="Anthropic calls it a layer for testing: reasoning is not returned, and most "
    "unknown fields are ignored. A key of several workspaces needs "
    "`default_headers={'anthropic-workspace-id': …}`.",
    source="https://platform.claude.com/docs/en/cli-sdks-libraries/libraries/openai-sdk",
    checked="2026-11-28",
)

CEREBRAS = Provider(
    name="cerebras",
    base_url="https://api.cerebras.ai/v1",
    api_key_env="CEREBRAS_API_KEY",
    base_url_env="CEREBRAS_API_BASE",
    proxy_env="CEREBRAS_PROXY",
    dialect=Dialect(
        max_tokens_field="max_completion_tokens",
        supports_refusals=False,
        supports_call_extras=False,
        reasoning_keys=("reasoning",),
        strict_by_default=True,
    ),
    hint="Create a key at https://cloud.cerebras.ai.",
    source="https://inference-docs.cerebras.ai/resources/openai",
)

COHERE = Provider(
    name="cohere",
    base_url="https://api.cohere.ai/compatibility/v1",
    api_key_env="COHERE_API_KEY",
    other_api_key_envs=("CO_API_KEY",),
    dialect=Dialect(
        json_schema="object",
        reasoning_efforts=frozenset({"none", "high"}),
        default_effort="high",
        refused_fields=frozenset(
            {
                "audio",
                "logit_bias",
                "modalities",
                "n",
                "prediction",
                "top_logprobs",
            }
        ),
    ),
    hint="Create a key at https://dashboard.cohere.com/api-keys.",
    source="https://docs.cohere.com/docs/compatibility-api",
    checked="2026-11-28",
)

FIREWORKS = Provider(
    name="fireworks",
    base_url="https://api.fireworks.ai/inference/v1",
    api_key_env="FIREWORKS_API_KEY",
    base_url_env="FIREWORKS_API_BASE",
    other_base_url_envs=("FIREWORKS_BASE_URL",),
    hosts=("us.api.fireworks.ai",),
    dialect=Dialect(reasoning_budget="thinking", reasoning_keys=("reasoning_content",)),
    hint="Create a key at https://fireworks.ai/account/api-keys.",
    source="https://docs.fireworks.ai/tools-sdks/openai-compatibility",
)

GEMINI = Provider(
    name="gemini",
    langchain_name="google_genai",
    base_url="https://generativelanguage.googleapis.com/v1beta/openai",
    api_key_env="GEMINI_API_KEY",
    dialect=Dialect(
        # In the body's own `extra_body`: https://ai.google.dev/gemini-api/docs/openai,
        # read in a copy on 2026-11-28.
        reasoning_budget="thinking_config",
        missing_signature="skip_thought_signature_validator",
    ),
    hint="Create a key at https://aistudio.google.com/apikey.",
    source="https://ai.google.dev/gemini-api/docs/openai",
)

GROQ = Provider(
    name="groq",
    base_url="https://api.groq.com/openai/v1",
    api_key_env="GROQ_API_KEY",
    base_url_env="GROQ_API_BASE",
    other_base_url_envs=("GROQ_BASE_URL",),
    proxy_env="GROQ_PROXY",
    # Its SDK adds this path to every address.
    path="/openai/v1",
    dialect=Dialect(
        max_tokens_field="max_completion_tokens",
        supports_names=False,
        supports_refusals=False,
        supports_call_extras=False,
        refused_fields=frozenset({"logprobs", "top_logprobs", "logit_bias"}),
        reasoning_echo="never",
    ),
    models=(
        ModelFacts(
            "openai/gpt-oss-(20b|120b)",
            {"reasoning_efforts": frozenset({"low", "medium", "high"})},
            _GROQ_EFFORTS,
        ),
        # Of all `qwen3` models, this one alone has levels.
        ModelFacts(
            r"qwen/qwen3\.8-27b",
            {
                "reasoning_efforts": frozenset(
                    {"none", "default", "low", "medium", "high"}
                ),
                "default_effort": "default",
            },
            _GROQ_EFFORTS,
        ),
        ModelFacts(
            "qwen/qwen3.*",
            {
                "reasoning_efforts": frozenset({"none", "default"}),
                "default_effort": "default",
            },
            _GROQ_EFFORTS,
        ),
    ),
    hint="Create a key at https://console.groq.com/keys.",
    source="https://console.groq.com/docs/openai",
)

INCEPTION = Provider(
    name="inception",
    base_url="https://api.inceptionlabs.ai/v1",
    api_key_env="INCEPTION_API_KEY",
    hint="Create a key in your account on inceptionlabs.ai.",
    source="https://docs.inceptionlabs.ai/api-reference/chat/create-a-chat-completion",
)

MISTRAL = Provider(
    name="mistral",
    base_url="https://api.mistral.ai/v1",
    api_key_env="MISTRAL_API_KEY",
    base_url_env="MISTRAL_BASE_URL",
    dialect=Dialect(
        supports_stream_options=False,
        tool_choices=frozenset({"auto", "none", "any", "named"}),
        reasoning_efforts=frozenset({"none", "high"}),
        default_effort="high",
        seed_field="random_seed",
        strict_by_default=True,
        supports_names=False,
        supports_refusals=False,
        supports_call_extras=False,
        tool_call_ids="nine",
        tool_media=True,
        user_after_tools=False,
        continuation="prefix",
        repeats_prefix=True,
        reasoning_keys=("content",),
    ),
    hint="Create a key at https://console.mistral.ai/api-keys.",
    source="https://docs.mistral.ai/api/",
)

PERPLEXITY = Provider(
    name="perplexity",
    # Its SDK (https://github.com/perplexityai/perplexity-py) names no currency for chat
    # completions, and USD for the costs of all its other APIs; read on 2026-11-28.
    currency="USD",
    base_url="https://api.perplexity.ai",
    api_key_env="PERPLEXITY_API_KEY",
    other_api_key_envs=("PPLX_API_KEY",),
    base_url_env="PERPLEXITY_BASE_URL",
    dialect=Dialect(
        reasoning_efforts=frozenset({"minimal", "low", "medium", "high"}),
    ),
    models=(
        ModelFacts(
            "sonar-reasoning.*",
            {"reasoning_tags": ("<think>", "</think>")},
            "https://docs.perplexity.ai/faq/faq",
        ),
    ),
    hint="Create a key in the settings of your account, under API.",
    note="Perplexity recommends its Agent API instead, which this package does not use "
    "([page](https://docs.perplexity.ai/docs/agent-api/migrate-from-sonar/overview)). "
    "Other packages report that chat completions ended on September 27, 2026 "
    "([Vercel](https://github.com/vercel/ai/releases/tag/@ai-sdk%2Fperplexity@3.1.0)).",
    source="https://docs.perplexity.ai/guides/chat-completions-guide",
)

SAMBANOVA = Provider(
    name="sambanova",
    currency="USD",  # of prices: https://github.com/sambanova/sambanova-python
    base_url="https://api.sambanova.ai/v1",
    api_key_env="SAMBANOVA_API_KEY",
    base_url_env="SAMBANOVA_API_BASE",
    hint="Create a key at https://cloud.sambanova.ai/apis.",
    source="https://docs.sambanova.ai/docs/en/features/openai-compatibility",
)

SARVAM = Provider(
    name="sarvam",
    base_url="https://api.sarvam.ai/v1",
    api_key_env="SARVAM_API_KEY",
    hint="Create a key at https://dashboard.sarvam.ai.",
    source="https://github.com/sarvamai/sarvam-ai-cookbook",
    checked="2026-11-28",
)

TOGETHER = Provider(
    name="together",
    currency="USD",  # https://docs.together.ai/docs/serverless-models
    base_url="https://api.together.ai/v1",
    api_key_env="TOGETHER_API_KEY",
    base_url_env="TOGETHER_API_BASE",
    # The host in its older documentation.
    hosts=("api.together.xyz",),
    dialect=Dialect(reasoning_switch="reasoning"),
    hint="Create a key at https://api.together.ai/settings/api-keys.",
    source="https://docs.together.ai/docs/inference/openai-compatibility",
)

UPSTAGE = Provider(
    name="upstage",
    base_url="https://api.upstage.ai/v1/solar",
    api_key_env="UPSTAGE_API_KEY",
    base_url_env="UPSTAGE_API_BASE",
    # https://developers.upstage.ai/docs/capabilities/generate/reasoning
    dialect=Dialect(
        reasoning_efforts=frozenset({"low", "medium", "high"}), default_effort="high"
    ),
    hint="Create a key at https://console.upstage.ai.",
    source="https://github.com/langchain-ai/langchain-upstage",
)

XAI = Provider(
    name="xai",
    base_url="https://api.x.ai/v1",
    api_key_env="XAI_API_KEY",
    base_url_env="XAI_API_BASE",
    hosts=("us.api.x.ai",),
    dialect=Dialect(
        max_tokens_field="max_completion_tokens",
        supports_call_extras=False,
        strict_by_default=True,
    ),
    hint="Create a key at https://console.x.ai.",
    note="Reasoning models reject `stop`, `presence_penalty` and `frequency_penalty`.",
    source="https://docs.x.ai/docs/guides/reasoning",
)

ROWS = (
    ANTHROPIC,
    CEREBRAS,
    COHERE,
    FIREWORKS,
    GEMINI,
    GROQ,
    INCEPTION,
    MISTRAL,
    PERPLEXITY,
    SAMBANOVA,
    SARVAM,
    TOGETHER,
    UPSTAGE,
    XAI,
)
