"""The providers that are known, one row each."""

from __future__ import annotations

from langchain_sse_chat.providers.provider import Provider
from langchain_sse_chat.wire.dialect import Dialect

OPENAI = Provider(
    name="openai",
    base_url="https://api.openai.com/v1",
    api_key_env="OPENAI_API_KEY",
    base_url_env="OPENAI_BASE_URL",
    dialect=Dialect(max_tokens_field="max_completion_tokens"),
    hint="Create a key at https://platform.openai.com/api-keys.",
    source="https://platform.openai.com/docs/api-reference/chat/create",
)

MEGALLM = Provider(
    name="megallm",
    base_url="https://ai.megallm.io/v1",
    api_key_env="MEGALLM_API_KEY",
    base_url_env="MEGALLM_BASE_URL",
    hint="Create a key in the MegaLLM dashboard.",
    source="https://docs.megallm.io",
)

AITUNNEL = Provider(
    name="aitunnel",
    base_url="https://api.aitunnel.ru/v1",
    api_key_env="AITUNNEL_API_KEY",
    base_url_env="AITUNNEL_BASE_URL",
    hint="Create a key in the AITUNNEL panel.",
    source="https://docs.aitunnel.ru",
)

CUSTOM = Provider(
    name="custom",
    api_key_required=False,
    hint="Any server: a key is sent when one is given.",
)

PROVIDERS: dict[str, Provider] = {
    p.name: p for p in (OPENAI, MEGALLM, AITUNNEL, CUSTOM)
}
"""The known providers by name."""
