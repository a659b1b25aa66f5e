"""List the arguments of `AzureChatOpenAI` (langchain-openai 1.7.4, 2026-11-28)."""

from __future__ import annotations

from langchain_sse_chat.settings.peer_names.openai import CHAT as OPENAI
from langchain_sse_chat.settings.peer_names.peer_name import (
    Meaning,
    PeerName,
    field,
    table,
)

_AS_BEARER = (
    "Sent as `Authorization: Bearer`; selects `azure-entra` or "
    "`azure-entra-deployments`."
)

CONNECTION = table(
    PeerName(
        "azure_endpoint",
        Meaning.AZURE,
        "base_url",
        "Selects `azure-deployments` if a deployment or a version is known, as an "
        "argument or in OPENAI_API_VERSION; otherwise `azure`, the v1 API, which "
        "`AzureChatOpenAI` does not have.",
    ),
    PeerName(
        "azure_deployment",
        Meaning.AZURE,
        "model",
        "The deployment in the address. `model` may be the name of the model; without "
        "it, it is the deployment.",
    ),
    PeerName("deployment_name", Meaning.AZURE, "model", "As `azure_deployment`."),
    PeerName(
        "api_version",
        Meaning.AZURE,
        "default_query",
        "The parameter `api-version`. It is not in serialized models: a loaded one "
        "reads OPENAI_API_VERSION.",
    ),
    PeerName("openai_api_version", Meaning.AZURE, "default_query", "As `api_version`."),
    PeerName("azure_ad_token", Meaning.AZURE, "api_key", _AS_BEARER),
    PeerName(
        "azure_ad_token_provider",
        Meaning.AZURE,
        "api_key",
        _AS_BEARER + " It is called for each call.",
    ),
    PeerName(
        "azure_ad_async_token_provider",
        Meaning.AZURE,
        "api_key",
        _AS_BEARER + " Async methods await it; sync methods need "
        "`azure_ad_token_provider`.",
    ),
    PeerName("openai_api_type", Meaning.NOTHING, note="It has no effect there either."),
    PeerName(
        "validate_base_url",
        Meaning.NOTHING,
        note="A `base_url` without `/openai` is completed, not an error.",
    ),
)
"""The arguments about the connection, which its embeddings have too."""

CHAT = OPENAI | CONNECTION
CHAT |= table(
    field(
        "model",
        note="With `azure_deployment` it is in the body and in traces, otherwise it is "
        "the deployment too.",
    ),
    field("model_name", "model", "As `model`."),
    PeerName(
        "model_version",
        Meaning.METADATA,
        "model_version",
        "In the `metadata` of traces. The name of the model in an answer is the "
        "server's.",
    ),
)
