"""Make the application that `serve` runs."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from inspect import signature
from typing import Any

from langchain_sse_chat.cli.endpoint_model import EndpointModel, paced_server
from langchain_sse_chat.cli.load import CommandError, load
from langchain_sse_chat.cli.option_names import words_for
from langchain_sse_chat.cli.options import KEEP_VARIABLE, ServeOptions
from langchain_sse_chat.errors import ConfigurationError
from langchain_sse_chat.serve.asgi.app import ServeApp
from langchain_sse_chat.serve.asgi.create_app import create_app
from langchain_sse_chat.serve.kept.shared.store import INVALID_KEEP

_OPTIONS = {"`cors_origins`": "--cors-origin", "`allowed_hosts`": "--allowed-host"}
"""Arguments of `create_app`, and the options that set them."""


@contextmanager
def application(
    options: ServeOptions, environment: Mapping[str, str] | None = None
) -> Iterator[ServedApp]:
    """Yield the ASGI application; at the end, a model of the command is closed.

    Args:
        options: The options of the command.
        environment: The variables with keys and endpoint; `None` for those of the
            process.

    Raises:
        CommandError: There is nothing to serve by these options, or it would be open to
            others without a key.
        Exception: Raised by a module of the caller.
    """
    environment = os.environ if environment is None else environment
    with ExitStack() as stack:
        if options.target is not None:
            found, served = load(options.target), ServedApp(options.target)
        else:
            endpoint = stack.enter_context(_endpoint(options, environment))
            found = {endpoint.chat.model: endpoint.chat}
            served = ServedApp(endpoint.chat.model, is_embedded=endpoint.is_embedded)
        served.app = _as_application(found, options, environment)
        yield served


@dataclass(slots=True)
class ServedApp:
    """An application that the command runs."""

    name: str
    """The address of the target, or the name of the model."""
    app: Any = None
    is_embedded: bool = False
    """Whether the embedded server answers, because nothing else is configured."""

    @property
    def models(self) -> list[str]:
        """The names of the models that are known before a request."""
        parts = parts_that_serve(self.app)
        return [*dict.fromkeys(name for part in parts for name in part.known_names)]

    @property
    def has_keys(self) -> bool:
        """Whether clients need a key, as far as is known."""
        return all(part.has_keys for part in parts_that_serve(self.app))

    @property
    def is_kept_for_all(self) -> bool:
        """Whether a client that comes back can resume its answer at any worker."""
        return all(part.kept_in == "redis" for part in parts_that_serve(self.app))

    @property
    def has_page(self) -> bool:
        """Whether there is a chat page at its root."""
        return isinstance(self.app, ServeApp) and self.app.has_page


def _endpoint(options: ServeOptions, environment: Mapping[str, str]) -> EndpointModel:
    try:
        return EndpointModel(
            environment,
            model=options.model,
            provider=options.provider,
            base_url=options.base_url,
            embedded=paced_server,
        )
    except ConfigurationError as error:
        words = words_for(
            environment,
            ("provider", "base_url"),
            provider=options.provider,
            base_url=options.base_url,
        )
        raise CommandError(words(str(error))) from None


def _as_application(
    found: Any, options: ServeOptions, environment: Mapping[str, str]
) -> Any:
    if is_application(found):
        given = (options.api_key_env, options.cors_origins, options.allowed_hosts)
        if any(given) or options.keep or options.linger or not options.page:
            msg = (
                f"{options.target} is already an application. Its keys, origins, "
                "hosts, page and kept answers are arguments of its create_app()."
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
            page=options.page,
            keep=options.kept_at(environment),
            **linger,
        )
    except (ConfigurationError, TypeError, ValueError) as error:
        raise CommandError(_refusal(str(error), options)) from error


def _refusal(error: str, options: ServeOptions) -> str:
    if error == INVALID_KEEP:
        return (
            f"{'--keep' if options.keep else KEEP_VARIABLE} is memory://, none, or the "
            "address of a Redis such as redis://localhost:6379/0."
        )
    for argument, option in _OPTIONS.items():
        if argument in error:
            return error.replace(argument, option)
    return f"{options.target}: {error}" if options.target else error


def _keys(options: ServeOptions, environment: Mapping[str, str]) -> list[str] | None:
    name = options.api_key_env
    if name is None:
        return None
    keys = [key for key in re.split(r"[,\s]+", environment.get(name, "")) if key]
    if not keys:
        msg = f"The variable {name} has no keys. Set it, or leave out --api-key-env."
        raise CommandError(msg)
    return keys
