"""Make the application that `serve` runs."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from inspect import signature
from typing import Any

from langchain_sse_chat.chat_models import ChatSSE
from langchain_sse_chat.cli.load import CommandError, load
from langchain_sse_chat.cli.options import ServeOptions
from langchain_sse_chat.errors import ConfigurationError
from langchain_sse_chat.serve.asgi.app import ServeApp
from langchain_sse_chat.serve.asgi.create_app import create_app


def application(
    options: ServeOptions, environment: Mapping[str, str] | None = None
) -> Any:
    """Return the ASGI application.

    Args:
        options: The options of the command.
        environment: The variables with the keys; `None` for those of the process.

    Raises:
        CommandError: There is nothing to serve by these options, or it would be open to
            others without a key.
        Exception: Raised by a module of the caller.
    """
    found = load(options.target) if options.target else _own_model(options)
    environment = os.environ if environment is None else environment
    if is_application(found):
        given = (options.api_key_env, options.cors_origins, options.allowed_hosts)
        if any(given) or options.keep or options.linger:
            msg = (
                f"{options.target} is an application, whose keys, origins, hosts and "
                "kept answers are arguments of its own create_app()."
            )
            raise CommandError(msg)
        app = found
    else:
        app = _app_of(found, options, environment)
    if isinstance(app, ServeApp) and not (app.has_keys or options.is_local):
        msg = (
            f"Without API keys, anybody who reaches {options.host} could use the "
            "models. Put keys into a variable and name it with --api-key-env, or "
            "listen at 127.0.0.1."
        )
        raise CommandError(msg)
    return app


def is_application(found: object) -> bool:
    """Return whether an object is an ASGI application."""
    if isinstance(found, ServeApp) or hasattr(found, "build_middleware_stack"):
        return True
    if not callable(found):
        return False
    try:
        names = [name.lstrip("_") for name in signature(found).parameters]
    except (TypeError, ValueError):
        return False
    return names == ["scope", "receive", "send"]


def parts_that_serve(app: Any) -> list[ServeApp]:
    """Return the application itself, or those inside it: mounted, or in middleware."""
    parts: list[ServeApp] = []
    found = [app]
    # A list that grows, so that an application that refers to itself does not matter.
    for one in found:
        if isinstance(one, ServeApp):
            parts.append(one)
            continue
        owners = [one, *(getattr(one, "routes", None) or ())]
        inside = [getattr(owner, "app", None) for owner in owners]
        found += [new for new in inside if all(new is not old for old in found)]
    return list(dict.fromkeys(parts))


def _own_model(options: ServeOptions) -> Any:
    try:
        chat = ChatSSE(
            model=str(options.model),
            provider=options.provider,
            base_url=options.base_url,
        )
    except ConfigurationError as error:
        raise CommandError(str(error)) from None
    return {str(options.model): chat}


def _app_of(
    targets: Any, options: ServeOptions, environment: Mapping[str, str]
) -> ServeApp:
    linger: dict[str, Any] = {}
    if options.linger is not None:
        linger["linger"] = options.linger
    try:
        return create_app(
            targets,
            api_keys=_keys(options, environment),
            cors_origins=options.cors_origins,
            allowed_hosts=options.allowed_hosts or None,
            drain_seconds=options.drain_seconds,
            keep=options.kept_at(environment),
            **linger,
        )
    except (ConfigurationError, TypeError, ValueError) as error:
        msg = f"{options.target}: {error}" if options.target else str(error)
        raise CommandError(msg) from error


def _keys(options: ServeOptions, environment: Mapping[str, str]) -> list[str] | None:
    name = options.api_key_env
    if name is None:
        return None
    keys = [key for key in re.split(r"[,\s]+", environment.get(name, "")) if key]
    if not keys:
        msg = f"The variable {name} has no keys. Set it, or leave out --api-key-env."
        raise CommandError(msg)
    return keys
