"""Name the routes of the server."""

from __future__ import annotations

import re
from dataclasses import dataclass

_GET = ("GET", "HEAD")

_METHODS = {
    "chat/completions": ("POST",),
    "models": _GET,
    "model": _GET,
    "health": _GET,
    "metrics": _GET,
    # No HEAD: it would buy an answer that nobody reads.
    "events": ("GET", "POST"),
    "events/stop": ("POST",),
    "chat": ("POST",),
    # No HEAD: it would be a reader.
    "chat/stream": ("GET",),
    "chat/stop": ("POST",),
    "page": _GET,
    "assets": _GET,
    "markdown": ("POST",),
}

PAGE_ROUTES = ("page", "assets", "markdown")
"""The routes of the chat page."""

_OF_AN_ANSWER = re.compile(r"(?P<of>chat|events)/(?P<id>.+)/(?P<action>[a-z]+)")
_WITH_ARGUMENT = ("model", "chat/stream", "chat/stop", "events/stop", "assets")
_ANSWERED = ("chat/completions", "events", "chat")


@dataclass(frozen=True, slots=True)
class Route:
    """A route that a request asks for."""

    name: str
    """`chat/completions`, `models`, `model`, `health`, `metrics`, `events`,
    `events/stop`, `chat`, `chat/stream`, `chat/stop`, `page`, `assets` or `markdown`.
    """
    argument: str = ""
    """The ID of the model, for the route `model`; that of an event, for `events/stop`;
    that of the chat, for `chat/stream` and `chat/stop`; the name of the file, for
    `assets`."""

    @property
    def methods(self) -> tuple[str, ...]:
        """The methods that the route has."""
        return _METHODS[self.name]

    @property
    def answers(self) -> bool:
        """Whether a model answers the request."""
        return self.name in _ANSWERED

    @property
    def is_for_ui(self) -> bool:
        """Whether `useChat` asks, which shows the text of a failure to the user."""
        return self.name in ("chat", "chat/stream", "chat/stop")


def route_of(path: str) -> Route | None:
    """Return the route of a path below where the application is mounted.

    Each is there with `/v1` in front and without; a slash at the end does not matter.
    """
    name = path.strip("/")
    if not name:
        return Route("page")
    name = "" if name == "v1" else name.removeprefix("v1/")
    head, _, rest = name.partition("/")
    if head == "models" and rest:
        return Route("model", rest)
    if head == "assets" and rest:
        return Route("assets", rest)
    if found := _OF_AN_ANSWER.fullmatch(name):
        name = f"{found['of']}/{found['action']}"
        return Route(name, found["id"]) if name in _WITH_ARGUMENT else None
    is_one = name in _METHODS and name not in (*_WITH_ARGUMENT, "page")
    return Route(name) if is_one else None


def path_below(path: str, root: str) -> str:
    """Return the path of a request below the path of its mount.

    ASGI has both in the path, but servers and frameworks have had it differently.
    """
    root = root.rstrip("/")
    if root and (path == root or path.startswith(f"{root}/")):
        return path[len(root) :]
    return path
