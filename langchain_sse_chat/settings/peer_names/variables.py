"""Find arguments that are named after environment variables of providers.

LangChain's packages name an argument like its variable, in lower case.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache

from langchain_sse_chat.providers import PROVIDERS, Provider
from langchain_sse_chat.settings.peer_names.peer_name import Meaning, PeerName


def named_after_variable(name: str, provider: object) -> PeerName | None:
    """Return the argument of this name, `None` if there is none.

    Args:
        name: The name of the argument.
        provider: The provider of the model, which may be the user's own.
    """
    if isinstance(provider, Provider):
        own = _named_after([provider]).get(name)
        if own is not None:
            return own
    return _known().get(name)


@cache
def _known() -> Mapping[str, PeerName]:
    return _named_after(PROVIDERS.values())


def _named_after(providers: Iterable[Provider]) -> dict[str, PeerName]:
    found: dict[str, PeerName] = {}
    for provider in providers:
        for field, variables in (
            ("api_key", provider.key_variables),
            ("base_url", provider.address_variables),
        ):
            for name in map(str.lower, variables):
                others = found[name].owners if name in found else ()
                owners = tuple(sorted({*others, provider.name}))
                found[name] = PeerName(name, Meaning.FIELD, field, owners=owners)
    return found
