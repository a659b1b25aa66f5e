"""Turn the arguments of `AzureChatOpenAI` into address, version, key and provider."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any, NamedTuple
from urllib.parse import quote, unquote, urlsplit

from langchain_sse_chat.errors import ConfigurationError
from langchain_sse_chat.providers import Provider, find_provider
from langchain_sse_chat.settings.api_key import KeyFunctions
from langchain_sse_chat.transport.url import check_url

_V1, _DEPLOYMENTS = "azure", "azure-deployments"
_WITH_TOKEN = {_V1: "azure-entra", _DEPLOYMENTS: "azure-entra-deployments"}
"""The providers that send a token of Microsoft Entra ID instead of a key."""

_NAMES = frozenset({*_WITH_TOKEN, *_WITH_TOKEN.values()})
_ENDPOINT, _TOKEN, _VERSION = (
    "AZURE_OPENAI_ENDPOINT",
    "AZURE_OPENAI_AD_TOKEN",
    "OPENAI_API_VERSION",
)

_TYPES: Mapping[str, tuple[type | tuple[type, ...], str]] = {
    "default_query": (Mapping, "a dict"),
    "provider": ((str, Provider), "the name of a provider, or a `Provider`"),
}

_DEPLOYMENT_PATH = "/openai/deployments/"
_V1_PATH = "/openai/v1"


class _Given(NamedTuple):
    endpoint: str | None
    deployment: str | None
    version: str | None
    token: Any


def with_azure(
    given: Mapping[str, Any], values: Mapping[str, Any], now: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the arguments of a model, with those of Azure under the fields' names.

    A variable is only read for what is given neither as an argument of Azure nor under
    the name of the field. A deployment or a version selects the API with dated
    versions, unless the address has the path of the v1 API.

    Args:
        given: The arguments of Azure.
        values: The other arguments.
        now: The fields of the model that they change, if there is one.

    Raises:
        ConfigurationError: Two arguments for the same thing are given, an address is
            missing, or the model has another provider.
    """
    _check_types(given, values)
    azure = _sorted(given, values, now)
    address = azure.endpoint or values.get("base_url")
    if address is None and azure.deployment is not None:
        address = os.environ.get(_ENDPOINT)
        if not address:
            msg = (
                "The deployment needs the address of its resource. Pass "
                f"`azure_endpoint`, or set {_ENDPOINT}."
            )
            raise ConfigurationError(msg)
    provider = _provider(azure, values, now, address)
    known = dict(values, provider=provider)
    if azure.token is not None:
        known["api_key"] = azure.token
    if azure.version is not None:
        version = {"api-version": azure.version}
        known["default_query"] = version | dict(values.get("default_query") or {})
    if address is not None:
        is_dated = _name(provider) in {_DEPLOYMENTS, _WITH_TOKEN[_DEPLOYMENTS]}
        known |= _place(address, azure.deployment, _model(values), is_dated=is_dated)
    return known


def _check_types(given: Mapping[str, Any], values: Mapping[str, Any]) -> None:
    """Check the types of the arguments that are read here.

    Raises:
        ConfigurationError: One is of another type, or an address is not a URL.
    """
    read = {n: value for n, value in given.items() if not n.startswith("azure_ad_")}
    names = ("base_url", "provider", "default_query")
    for name, value in {**read, **{n: values.get(n) for n in names}}.items():
        kind, words = _TYPES.get(name, (str, "a string"))
        if value is not None and not isinstance(value, kind):
            msg = f"`{name}` must be {words}, not {type(value).__name__}."
            raise ConfigurationError(msg)
    for name, url in (
        ("azure_endpoint", given.get("azure_endpoint")),
        ("base_url", values.get("base_url")),
    ):
        if url:
            check_url(url, name)


def _sorted(
    given: Mapping[str, Any], values: Mapping[str, Any], now: Mapping[str, Any]
) -> _Given:
    endpoint = _only(given, values, "base_url", "azure_endpoint")
    sync_token = given.get("azure_ad_token_provider")
    async_token = given.get("azure_ad_async_token_provider")
    token = given.get("azure_ad_token") or _token_function(sync_token, async_token)
    key = values.get("api_key")
    if token is None and key is None and now.get("api_key") is None:
        token = os.environ.get(_TOKEN) or None
    elif token is not None and key is not None:
        msg = (
            "Both a key and a token of Microsoft Entra ID are given. Pass one of "
            "`api_key`, `azure_ad_token` and `azure_ad_token_provider`."
        )
        raise ConfigurationError(msg)
    return _Given(
        endpoint,
        _only(given, {}, "azure_deployment", "deployment_name"),
        _only(given, {}, "api_version", "openai_api_version"),
        token,
    )


def _only(
    given: Mapping[str, Any], values: Mapping[str, Any], name: str, other: str
) -> Any:
    """Return the value of one of two names for the same thing, without `values`'."""
    found = [v for n in (name, other) if (v := given.get(n)) is not None]
    if len(found) + (values.get(name) is not None) > 1:
        msg = f"Both {name!r} and {other!r} are given, but mean the same. Pass one."
        raise ConfigurationError(msg)
    return found[0] if found else None


def _token_function(
    sync: Callable[[], str] | None, asynchronous: Callable[[], Awaitable[str]] | None
) -> Any:
    if sync is None or asynchronous is None:
        return sync or asynchronous
    return KeyFunctions(sync, asynchronous)


def _provider(
    azure: _Given,
    values: Mapping[str, Any],
    now: Mapping[str, Any],
    address: str | None,
) -> str | Provider:
    """Return the provider: the one that is given, or the one that fits."""
    given = values.get("provider")
    if given is None:
        given = now.get("provider")
    own = now.get("base_url") if azure.endpoint is None else None
    base_url = values.get("base_url", own)
    if given is None and base_url is not None:
        # Another server at a known host has another API.
        found = find_provider(None, base_url)
        given = None if found.name in {*_NAMES, "custom"} else found.name
    if given is None:
        dated = azure.deployment or azure.version or os.environ.get(_VERSION)
        is_v1 = _V1_PATH in urlsplit(address or "").path
        given = _DEPLOYMENTS if dated and not is_v1 else _V1
    name = _name(given)
    if name not in _NAMES:
        msg = (
            f"Arguments of Azure are given, and the provider is {name!r}. Pass "
            "`provider='azure'` or `'azure-deployments'`, or remove them."
        )
        raise ConfigurationError(msg)
    if azure.token is None:
        return given if isinstance(given, Provider) else name
    if isinstance(given, Provider):
        return replace(given, api_key_header="Authorization", api_key_prefix="Bearer ")
    return _WITH_TOKEN.get(name, name)


def _name(provider: str | Provider) -> str:
    if isinstance(provider, Provider):
        return provider.name
    return provider.strip().lower()


def _model(values: Mapping[str, Any]) -> str | None:
    model = values.get("model")
    return model if model is not None else values.get("model_name")


def _place(
    address: str, deployment: str | None, model: str | None, *, is_dated: bool
) -> dict[str, Any]:
    """Return `base_url` and `model`.

    The resource's own address stays without a path: the provider adds one for the
    model of each call. A gateway in front of it has a path of its own.
    """
    root = address.strip().rstrip("/")
    path = urlsplit(root).path.rstrip("/")
    in_path = path.partition(_DEPLOYMENT_PATH)[2]
    if not is_dated:
        has_api = not path or _V1_PATH in path
        base_url = root if has_api else root.removesuffix("/openai") + _V1_PATH
        # This API finds the deployment by the `model` in the body.
        return {"base_url": base_url, **_named(deployment or model)}
    if in_path:
        if deployment is not None and unquote(in_path) != deployment:
            msg = (
                "The address has a deployment already. Remove it from the address, or "
                "remove `azure_deployment`."
            )
            raise ConfigurationError(msg)
        return {"base_url": root, **_named(model or unquote(in_path))}
    own = deployment or (model if path else None)
    if own is None:
        return {"base_url": root, **_named(model)}
    end = _DEPLOYMENT_PATH + quote(own, safe="")
    base_url = root.removesuffix("/openai") + end
    return {"base_url": base_url, **_named(model or deployment)}


def _named(model: str | None) -> dict[str, str]:
    return {} if model is None else {"model": model}
