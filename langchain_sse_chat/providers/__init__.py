"""Describe providers in a table of facts, and find one in it."""

from langchain_sse_chat.providers.find import find_provider
from langchain_sse_chat.providers.model_facts import ModelFacts
from langchain_sse_chat.providers.provider import Provider
from langchain_sse_chat.providers.table import PROVIDERS

__all__ = ["PROVIDERS", "ModelFacts", "Provider", "find_provider"]
