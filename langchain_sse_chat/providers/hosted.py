"""Describe model makers and hosts in America and Europe."""

from __future__ import annotations

from langchain_sse_chat.dialect import Dialect
from langchain_sse_chat.providers.provider import Provider

CEREBRAS = Provider(
    name="cerebras",
    base_url="https://api.cerebras.ai/v1",
    api_key_env="CEREBRAS_API_KEY",
    base_url_env="CEREBRAS_API_BASE",
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

FIREWORKS = Provider(
    name="fireworks",
    base_url="https://api.fireworks.ai/inference/v1",
    api_key_env="FIREWORKS_API_KEY",
    base_url_env="FIREWORKS_API_BASE",
    other_base_url_envs=("FIREWORKS_BASE_URL",),
    hosts=("us.api.fireworks.ai",),
    dialect=Dialect(reasoning_keys=("reasoning_content",)),
    hint="Create a key at https://fireworks.ai/account/api-keys.",
    source="https://docs.fireworks.ai/tools-sdks/openai-compatibility",
)

GEMINI = Provider(
    name="gemini",
    langchain_name="google_genai",
    base_url="https://generativelanguage.googleapis.com/v1beta/openai",
    api_key_env="GEMINI_API_KEY",
    dialect=Dialect(missing_signature="skip_thought_signature_validator"),
    hint="Create a key at https://aistudio.google.com/apikey.",
    source="https://ai.google.dev/gemini-api/docs/openai",
)

GROQ = Provider(
    name="groq",
    base_url="https://api.groq.com/openai/v1",
    api_key_env="GROQ_API_KEY",
    base_url_env="GROQ_API_BASE",
    other_base_url_envs=("GROQ_BASE_URL",),
    dialect=Dialect(
        max_tokens_field="max_completion_tokens",
        supports_names=False,
        supports_refusals=False,
        supports_call_extras=False,
        refused_fields=frozenset({"logprobs", "top_logprobs", "logit_bias"}),
        reasoning_echo="never",
    ),
    hint="Create a key at https://console.groq.com/keys.",
    source="https://console.groq.com/docs/openai",
)

MISTRAL = Provider(
    name="mistral",
    base_url="https://api.mistral.ai/v1",
    api_key_env="MISTRAL_API_KEY",
    base_url_env="MISTRAL_BASE_URL",
    dialect=Dialect(
        supports_stream_options=False,
        tool_choices=frozenset({"auto", "none", "any", "named"}),
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
    base_url="https://api.perplexity.ai",
    api_key_env="PERPLEXITY_API_KEY",
    other_api_key_envs=("PPLX_API_KEY",),
    base_url_env="PERPLEXITY_BASE_URL",
    hint="Create a key in the settings of your account, under API.",
    note="Reasoning models put their reasoning into the text: pass "
    '`reasoning_tags=("<think>", "</think>")`.',
    source="https://docs.perplexity.ai/guides/chat-completions-guide",
)

SAMBANOVA = Provider(
    name="sambanova",
    base_url="https://api.sambanova.ai/v1",
    api_key_env="SAMBANOVA_API_KEY",
    base_url_env="SAMBANOVA_API_BASE",
    hint="Create a key at https://cloud.sambanova.ai/apis.",
    source="https://docs.sambanova.ai/docs/en/features/openai-compatibility",
)

TOGETHER = Provider(
    name="together",
    currency="USD",  # https://docs.together.ai/docs/serverless-models
    base_url="https://api.together.ai/v1",
    api_key_env="TOGETHER_API_KEY",
    base_url_env="TOGETHER_API_BASE",
    # The host in its older documentation.
    hosts=("api.together.xyz",),
    hint="Create a key at https://api.together.ai/settings/api-keys.",
    source="https://docs.together.ai/docs/inference/openai-compatibility",
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
    CEREBRAS,
    FIREWORKS,
    GEMINI,
    GROQ,
    MISTRAL,
    PERPLEXITY,
    SAMBANOVA,
    TOGETHER,
    XAI,
)
