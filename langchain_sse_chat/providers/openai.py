"""Describe OpenAI, and the clouds that serve its models with its API."""

from __future__ import annotations

from dataclasses import replace

from langchain_sse_chat.dialect import Dialect
from langchain_sse_chat.providers.model_facts import ModelFacts
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

_SAMPLING = frozenset(
    {
        "temperature",
        "top_p",
        "presence_penalty",
        "frequency_penalty",
        "logprobs",
        "top_logprobs",
        "logit_bias",
    }
)

# OpenAI's own guides name `temperature`, `top_p` and `logprobs` alone for gpt-5.2 to
# 5.4; the others are from the page of Azure.
_LIMITS = "https://learn.microsoft.com/azure/ai-foundry/openai/how-to/reasoning"
_EFFORTS = "https://platform.openai.com/docs/api-reference/chat/create"
_GUIDE = "https://developers.openai.com/api/docs/guides/latest-model"

_ALWAYS = {"reasons_by_default": True, "dropped_fields": _SAMPLING}
_QUIET = {"while_reasoning": (("dropped_fields", _SAMPLING),)}
_O_SERIES = {
    **_ALWAYS,
    "system_role": "developer",
    "reasoning_efforts": frozenset({"low", "medium", "high"}),
}
_SINCE_5_2 = frozenset({"none", "low", "medium", "high", "xhigh"})

_GPT_6 = frozenset({"temperature", "top_p", "logprobs", "top_logprobs"})
_SINCE_6 = {
    "reasons_by_default": True,
    "while_reasoning": (("dropped_fields", _GPT_6),),
}
_CHECKLIST = "https://developers.openai.com/api/docs/guides/deployment-checklist"
_REASONING = "https://developers.openai.com/api/docs/guides/reasoning"

# Read on 2026-11-28: `stop`, and that the efforts depend on the model, in OpenAI's SDK
# (https://github.com/openai/openai-python); gpt-5.6, and `none` as the default of
# gpt-5.4, in https://developers.openai.com/api/docs/guides/upgrading-to-gpt-5p6-sol.md;
# the others in copies of the pages below. gpt-5.5 only "commonly" has an effort by
# default, so the server reports what it refuses. That gpt-6 reasons by default is known
# from its errors: https://github.com/BerriAI/litellm/issues/34569
_MODELS = (
    # The page of efforts also says that these two do not support `stop`.
    ModelFacts(r"(o3|o4-mini)(-20.*)?", {**_O_SERIES, "stop": "client"}, _EFFORTS),
    ModelFacts(r"o[134](-.*)?", _O_SERIES, _LIMITS),
    # These do not reason, or say nothing about it.
    ModelFacts(r"gpt-5(\.\d)?-chat.*"),
    ModelFacts(
        r"gpt-5(-mini|-nano)?(-20.*)?",
        {
            **_ALWAYS,
            "reasoning_efforts": frozenset({"minimal", "low", "medium", "high"}),
        },
        _EFFORTS,
    ),
    ModelFacts(
        r"gpt-5\.1(-20.*)?",
        {
            **_QUIET,
            "reasoning_efforts": frozenset({"none", "low", "medium", "high"}),
        },
        f"{_GUIDE}?model=gpt-5.2",
    ),
    ModelFacts(
        r"gpt-5\.[24](-mini|-nano)?(-20.*)?",
        {**_QUIET, "reasoning_efforts": _SINCE_5_2},
        f"{_GUIDE}?model=gpt-5.4",
    ),
    ModelFacts(
        r"gpt-5\.6(-sol|-terra|-luna)?(-20.*)?",
        {
            **_QUIET,
            "reasons_by_default": True,
            "reasoning_efforts": _SINCE_5_2 | {"max"},
        },
        f"{_GUIDE}?model=gpt-5.6",
    ),
    # "GPT-6 Astra does not support `none` reasoning effort."
    ModelFacts(
        r"gpt-6-astra(-20.*)?",
        {**_SINCE_6, "reasoning_efforts": (_SINCE_5_2 | {"max"}) - {"none"}},
        _REASONING,
    ),
    ModelFacts(
        r"gpt-6-(sol|luna)(-20.*)?",
        {**_SINCE_6, "reasoning_efforts": _SINCE_5_2 | {"max"}},
        _REASONING,
    ),
    ModelFacts(r"gpt-6(\.1)?(-astra|-sol|-terra|-luna)?(-20.*)?", _SINCE_6, _CHECKLIST),
)
"""The fields that OpenAI's models refuse, and the efforts that they know."""

# "Older models like gpt-4-turbo and earlier may use JSON mode instead": a schema is a
# 400. On Azure, a deployment with such a name may be of another model.
_WITHOUT_SCHEMAS = ModelFacts(
    r"gpt-(3\.5-turbo|4)(-.*)?",
    {"json_schema": "none"},
    "https://platform.openai.com/docs/guides/structured-outputs",
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
    # The names of the OpenAI SDK and of `langchain-openai`.
    headers_env=(
        # The second of two variables for a header precedes the first.
        ("OpenAI-Organization", "OPENAI_ORGANIZATION"),
        ("OpenAI-Organization", "OPENAI_ORG_ID"),
        ("OpenAI-Project", "OPENAI_PROJECT_ID"),
    ),
    proxy_env="OPENAI_PROXY",
    dialect=_DIALECT,
    models=(*_MODELS, _WITHOUT_SCHEMAS),
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
    models=_MODELS,
    tokenizer="tiktoken",
    hint=_AZURE_HINT,
    note="`model` is the name of the deployment.",
    source=_AZURE_SOURCE,
)
"""Azure's v1 API, which has one address for all deployments of a resource."""

AZURE_DEPLOYMENTS = Provider(
    name="azure-deployments",
    langchain_name="azure",
    api_key_env="AZURE_OPENAI_API_KEY",
    base_url_env="AZURE_OPENAI_ENDPOINT",
    hosts=_AZURE_HOSTS,
    api_key_header="api-key",
    api_key_prefix="",
    path="/openai/deployments/{model}",
    query_env=("api-version", "OPENAI_API_VERSION"),
    dialect=_DIALECT,
    models=_MODELS,
    tokenizer="tiktoken",
    hint=_AZURE_HINT,
    note="`model` is the name of the deployment; this provider is found only by name.",
    source="https://learn.microsoft.com/en-us/azure/ai-foundry/openai/reference",
)
"""Azure's older API, with an address per deployment and dated versions. It has the same
hosts as the v1 API, so it is found only by name."""

_ENTRA_HINT = (
    "A token comes from `azure.identity`: pass "
    "`get_bearer_token_provider(DefaultAzureCredential(), "
    "'https://cognitiveservices.azure.com/.default')` as `api_key`."
)

_ENTRA_NOTE = (
    "With a token of Microsoft Entra ID as `api_key`, or a function that returns one; "
    "found only by name."
)

AZURE_ENTRA = replace(
    AZURE,
    name="azure-entra",
    langchain_name="azure",
    api_key_env="AZURE_OPENAI_AD_TOKEN",
    api_key_header="Authorization",
    api_key_prefix="Bearer ",
    hint=_ENTRA_HINT,
    note=_ENTRA_NOTE,
    source="https://learn.microsoft.com/en-us/azure/foundry-classic/openai/reference",
)

AZURE_ENTRA_DEPLOYMENTS = replace(
    AZURE_DEPLOYMENTS,
    name="azure-entra-deployments",
    api_key_env="AZURE_OPENAI_AD_TOKEN",
    api_key_header="Authorization",
    api_key_prefix="Bearer ",
    hint=_ENTRA_HINT,
    note=_ENTRA_NOTE,
)

GITHUB_MODELS = Provider(
    name="github-models",
    base_url="https://models.github.ai/inference",
    api_key_env="GITHUB_TOKEN",
    headers=(("X-GitHub-Api-Version", "2022-11-28"),),
    dialect=Dialect(supports_call_extras=False, tool_call_ids="forty"),
    hint="A personal access token needs the scope `models`: "
    "https://github.com/settings/tokens.",
    note="GitHub ended this service on July 30, 2026 "
    "([announcement](https://github.com/orgs/community/discussions/203602)).",
    source="https://docs.github.com/en/github-models/quickstart",
)

ROWS = (
    OPENAI,
    AZURE,
    AZURE_DEPLOYMENTS,
    AZURE_ENTRA,
    AZURE_ENTRA_DEPLOYMENTS,
    GITHUB_MODELS,
)
