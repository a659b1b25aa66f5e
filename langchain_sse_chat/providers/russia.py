"""Describe model makers, clouds and gateways in Russia.

GigaChat is described in its own folder, and AITUNNEL with the other gateways.
"""

from __future__ import annotations

from langchain_sse_chat.dialect import Dialect
from langchain_sse_chat.providers.provider import Provider

YANDEX = Provider(
    name="yandex",
    base_url="https://ai.api.cloud.yandex.net/v1",
    api_key_env="YANDEX_CLOUD_API_KEY",
    # The host in its older documentation.
    hosts=("llm.api.cloud.yandex.net",),
    headers_env=(("OpenAI-Project", "YANDEX_CLOUD_FOLDER"),),
    dialect=Dialect(
        tool_choices=frozenset({"auto", "none"}),
        json_schema="bare",
    ),
    hint="Create an API key of a service account in the management console.",
    note="`model` is a whole URI, such as `gpt://<folder>/yandexgpt/latest`, and "
    "`emb://<folder>/text-search-doc/latest` for embeddings.",
    source="https://yandex.cloud/en/docs/ai-studio/concepts/openai-compatibility",
    checked="2026-11-28",
)

CLOUDRU = Provider(
    name="cloudru",
    base_url="https://foundation-models.api.cloud.ru/v1",
    api_key_env="CLOUDRU_API_KEY",
    hint="Create an API key of a service account for Foundation Models.",
    source="https://cloud.ru/docs/foundation-models/ug/topics/quickstart",
)

MWS = Provider(
    name="mws",
    base_url="https://api.gpt.mws.ru/v1",
    api_key_env="MWS_API_KEY",
    hint="Create a key in the console of MWS GPT.",
    source="https://api.gpt.mws.ru",
)

BOTECH = Provider(
    name="botech",
    base_url="https://proxy.botech.pro/v1",
    api_key_env="BOTECH_API_KEY",
    hint="Create a key in the panel; it starts with `bt_`.",
    source="https://panel.botech.pro/docs/overview",
    checked="2026-11-28",
)

BOTHUB = Provider(
    name="bothub",
    base_url="https://bothub.chat/api/v2/openai/v1",
    api_key_env="BOTHUB_API_KEY",
    hint="Create a key in your profile on bothub.chat.",
    source="https://bothub.chat",
)

# The key is sent without a word before it.
GPTUNNEL = Provider(
    name="gptunnel",
    base_url="https://gptunnel.ru/v1",
    api_key_env="GPTUNNEL_API_KEY",
    api_key_prefix="",
    hint="Create a key in your profile on gptunnel.ru.",
    source="https://docs.gptunnel.ru/api/chat-completions/",
    checked="2026-11-28",
)

LLMOST = Provider(
    name="llmost",
    base_url="https://llmost.ru/api/v1",
    api_key_env="LLMOST_API_KEY",
    hint="Create a key in your account on llmost.ru.",
    source="https://llmost.ru/docs",
)

POLZA = Provider(
    name="polza",
    base_url="https://polza.ai/api/v1",
    api_key_env="POLZA_API_KEY",
    hosts=("api.polza.ai",),
    hint="Create a key in your account on polza.ai.",
    source="https://polza.ai/docs/api-reference/models/list",
    checked="2026-11-28",
)

PROXYAPI = Provider(
    name="proxyapi",
    base_url="https://openai.api.proxyapi.ru/v1",
    api_key_env="PROXYAPI_KEY",
    hosts=("api.proxyapi.ru",),
    hint="Create a key in your account on proxyapi.ru.",
    note="For the original API of OpenAI pass "
    "`base_url='https://api.proxyapi.ru/openai/v1'`.",
    source="https://proxyapi.ru/docs/openai-compatible-api",
)

ROUTERAI = Provider(
    name="routerai",
    base_url="https://routerai.ru/api/v1",
    api_key_env="ROUTERAI_API_KEY",
    hint="Create a key in your account on routerai.ru.",
    source="https://routerai.ru",
)

VSEGPT = Provider(
    name="vsegpt",
    base_url="https://api.vsegpt.ru/v1",
    api_key_env="VSEGPT_API_KEY",
    hint="Create a key in your account on vsegpt.ru.",
    note="Its page advises to set `max_tokens`.",
    source="https://vsegpt.ru/Docs/API",
)

ROWS = (
    YANDEX,
    CLOUDRU,
    MWS,
    BOTECH,
    BOTHUB,
    GPTUNNEL,
    LLMOST,
    POLZA,
    PROXYAPI,
    ROUTERAI,
    VSEGPT,
)
