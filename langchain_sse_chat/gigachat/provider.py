"""Describe GigaChat, Sber's models."""

from __future__ import annotations

from langchain_sse_chat.dialect import Dialect
from langchain_sse_chat.providers.provider import Provider
from langchain_sse_chat.providers.token_endpoint import TokenEndpoint

TLS_HINT = (
    "GigaChat's certificates are signed by the Russian Trusted Root CA, which most "
    "systems do not have. Get it at https://www.gosuslugi.ru/crt and pass the path of "
    "its PEM file as `verify=`, or as `ca_bundle_file=` to `GigaChat`."
)

GIGACHAT = Provider(
    name="gigachat",
    base_url="https://gigachat.devices.sberbank.ru/api/v1",
    api_key_env="GIGACHAT_CREDENTIALS",
    base_url_env="GIGACHAT_BASE_URL",
    dialect=Dialect(
        supports_stream_options=False,
        tool_choices=frozenset({"auto", "none", "named"}),
        json_schema="flat",
        refused_fields=frozenset(
            {
                "seed",
                "presence_penalty",
                "frequency_penalty",
                "logit_bias",
                "logprobs",
                "top_logprobs",
            }
        ),
        stop="client",
        reasoning_echo="never",
        tool_form="functions",
        ignored_fields=frozenset({"user"}),
        least_temperature=0.001,
        marks_generated_files=True,
    ),
    hint="The key is the authorization key of your project in GigaChat's studio.",
    source="https://developers.sber.ru/docs/ru/gigachat/api/reference/rest/gigachat-api",
    hosts=("api.giga.chat",),
    token=TokenEndpoint(
        url="https://ngw.devices.sberbank.ru:9443/api/v2/oauth",
        scope="GIGACHAT_API_PERS",
        url_env="GIGACHAT_AUTH_URL",
        scope_env="GIGACHAT_SCOPE",
    ),
    tls_hint=TLS_HINT,
)
"""GigaChat's own fields, such as `profanity_check`, are fields of
`langchain_sse_chat.gigachat.GigaChat`.

It is not documented that the refused fields cause an error. But the API reference does
not have them, and an answer that ignores them would be wrong."""
