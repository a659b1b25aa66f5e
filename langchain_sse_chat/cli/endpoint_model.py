"""Make the models of a chat: those of a server, or of the embedded one."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import replace
from types import TracebackType
from typing import Any, Self

from langchain_sse_chat.chat_models import ChatSSE
from langchain_sse_chat.cli.endpoint import has_endpoint, server_of
from langchain_sse_chat.cli.load import CommandError
from langchain_sse_chat.cli.parser import PROGRAM
from langchain_sse_chat.testing import ScriptedServer
from langchain_sse_chat.testing.echo import answer

PACE = 0.03
"""Seconds between two tokens of the embedded server, for people who read along."""


def paced_server(pace: float = PACE) -> ScriptedServer:
    """Return an embedded server that answers at the pace of a model.

    Args:
        pace: Seconds between two tokens.
    """
    return ScriptedServer(default=lambda request: replace(answer(request), delay=pace))


class EndpointModel:
    """The model that answers, which can be replaced by another one of its server.

    Use it in a `with` block, which ends with the model and the embedded server closed.

    Args:
        environment: The variables that name an endpoint.
        model: The model's name, `None` for that of the environment.
        provider: The provider, if it is given.
        base_url: The address of the server, if it is given.
        api_key_env: The variable with the key, `None` for that of the provider.
        resumes: Whether broken streams are resumed.
        embedded: Makes the embedded server.

    Raises:
        CommandError: A server is named without a model, or a variable without a key.
        ConfigurationError: A setting is invalid.
    """

    def __init__(
        self,
        environment: Mapping[str, str],
        *,
        model: str | None = None,
        provider: str | None = None,
        base_url: str | None = None,
        api_key_env: str | None = None,
        resumes: bool = False,
        embedded: Callable[[], ScriptedServer] = ScriptedServer,
    ) -> None:
        server = {
            "provider": provider,
            "base_url": base_url,
            "api_key_env": api_key_env,
        }
        found = server_of(environment, **server)
        is_named = bool(provider or base_url)
        if model is not None:
            found["model"] = model
        elif is_named and not environment.get("MODEL"):
            msg = f"Name the model with --model; `{_list_of(server)}` lists them."
            raise CommandError(msg)
        if resumes:
            found["on_disconnect"] = "resume"
        self._settings: dict[str, Any] = found
        self.is_embedded = not (is_named or model or has_endpoint(environment))
        self._stack = ExitStack()
        if self.is_embedded:
            running = self._stack.enter_context(embedded())
            self._settings = {"model": "echo", "base_url": running.base_url}
        try:
            self.chat = ChatSSE(**self._settings)
        except BaseException:
            self._stack.close()
            raise

    def set_model(self, name: str) -> None:
        """Use another model of the same server.

        Raises:
            ConfigurationError: The name is invalid.
        """
        chat = ChatSSE(**{**self._settings, "model": name})
        self.chat.close()
        self.chat = chat

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.chat.close()
        self._stack.close()


def _list_of(server: Mapping[str, str | None]) -> str:
    """Return the command that lists the models of a server."""
    words = [PROGRAM, "models"]
    for name, value in server.items():
        if value:
            words += [f"--{name.replace('_', '-')}", value]
    return shlex.join(words)
