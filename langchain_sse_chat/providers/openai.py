"""Describe OpenAI, and the clouds that serve its models with its API."""

from __future__ import annotations

from langchain_sse_chat.dialect import Dialect
from langchain_sse_chat.providers.provider import Provider

# Reasoning is not part of this API, so that of other servers is not sent.
_DIALECT = Dialect(
    max_tokens_field="max_completion_tokens",
    supports_developer=True,
    supports_call_extras=False,
    tool_call_ids="forty",
    reasoning_echo="never",
    strict_by_default=True,
)

OPENAI = Provider(
    name="openai",
    base_url="https://api.openai.com/v1",
    api_key_env="OPENAI_API_KEY",
    # In the order in which `langchain-openai` and the OpenAI SDK read them.
    base_url_env="OPENAI_API_BASE",
    other_base_url_envs=("OPENAI_BASE_URL",),
    # Regional hosts: https://platform.openai.com/docs/guides/your-data
    hosts=("*.api.openai.com",),
    dialect=_DIALECT,
    tokenizer="tiktoken",
    hint="Create a key at https://platform.openai.com/api-keys.",
    source="https://platform.openai.com/docs/api-reference/chat/create",
)

_AZURE_SOURCE = (
    "https://learn.microsoft.com/en-us/azure/foundry/openai/api-version-lifecycle"
)

_AZURE_HINT = "The keys of a resource are in the Azure portal, under Keys and Endpoint."

_AZURE_HOSTS = ("*.openai.azure.com", "*.services.ai.azure.com")

AZURE = Provider(
    name="azure",
    api_key_env="AZURE_OPENAI_API_KEY",
    base_url_env="AZURE_OPENAI_ENDPOINT",
    hosts=_AZURE_HOSTS,
    api_key_header="api-key",
    api_key_prefix="",
    path="/openai/v1",
    dialect=_DIALECT,
    tokenizer="tiktoken",
    hint=_AZURE_HINT,
    note="`model` is the name of the deployment.",
    source=_AZURE_SOURCE,
)
"""Azure's v1 API, which has one address for all deployments of a resource."""

AZURE_DEPLOYMENTS = Provider(
    name="azure-deployments",
    api_key_env="AZURE_OPENAI_API_KEY",
    base_url_env="AZURE_OPENAI_ENDPOINT",
    hosts=_AZURE_HOSTS,
    api_key_header="api-key",
    api_key_prefix="",
    path="/openai/deployments/{model}",
    query_env=("api-version", "OPENAI_API_VERSION"),
    dialect=_DIALECT,
    tokenizer="tiktoken",
    hint=_AZURE_HINT,
    note="`model` is the name of the deployment; this provider is found only by name.",
    source="https://learn.microsoft.com/en-us/azure/ai-foundry/openai/reference",
)
"""Azure's older API, with an address per deployment and dated versions. It has the same
hosts as the v1 API, so it is found only by name."""

GITHUB_MODELS = Provider(
    name="github-models",
    base_url="https://models.github.ai/inference",
    api_key_env="GITHUB_TOKEN",
    headers=(("X-GitHub-Api-Version", "2022-11-28"),),
    dialect=Dialect(supports_call_extras=False, tool_call_ids="forty"),
    hint="A personal access token needs the scope `models`: "
    "https://github.com/settings/tokens.",
    source="https://docs.github.com/en/github-models/quickstart",
)

ROWS = (OPENAI, AZURE, AZURE_DEPLOYMENTS, GITHUB_MODELS)
