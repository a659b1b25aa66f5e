"""Collect the known providers from the modules with their rows."""

from __future__ import annotations

from langchain_sse_chat.gigachat import provider as gigachat
from langchain_sse_chat.providers import (
    china,
    clouds,
    gateways,
    hosted,
    local,
    open_models,
    openai,
    plans,
    russia,
)
from langchain_sse_chat.providers.provider import Provider

OPENAI = openai.OPENAI

CUSTOM = Provider(
    name="custom",
    langchain_name="sse-chat",
    api_key_required=False,
    hint="Any server: a key is sent if one is given.",
)

PROVIDERS: dict[str, Provider] = {
    row.name: row
    for row in (
        *openai.ROWS,
        *gateways.ROWS,
        *hosted.ROWS,
        *open_models.ROWS,
        *clouds.ROWS,
        *china.ROWS,
        *russia.ROWS,
        *plans.ROWS,
        *local.ROWS,
        gigachat.GIGACHAT,
        CUSTOM,
    )
}
"""The known providers by name."""
