"""Choose the reply to a request."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from langchain_sse_chat.testing import echo, embeddings
from langchain_sse_chat.testing.replies import Reply, Response, Scripted
from langchain_sse_chat.testing.request import Request
from langchain_sse_chat.testing.script import Script

_CHAT_PATHS = frozenset({"/v1/chat/completions", "/chat/completions"})
_EMBEDDINGS_PATHS = frozenset({"/v1/embeddings", "/embeddings"})
_POST_PATHS = _CHAT_PATHS | _EMBEDDINGS_PATHS
_MODELS_PATHS = frozenset({"/v1/models", "/models"})
_MODELS = Reply.json({"object": "list", "data": [{"id": "echo", "object": "model"}]})
_UNAUTHORIZED = Reply.status(
    401,
    error={
        "message": "Incorrect API key provided.",
        "type": "invalid_request_error",
        "param": None,
        "code": "invalid_api_key",
    },
)


class Router:
    """Chooses replies.

    Args:
        script: The replies to chat requests, used up one by one.
        default: The reply to chat requests after the script is used up; `None` for the
            echo model, or for an error after recorded replies.
        routes: Replies by path, used before anything else. A path that ends in `/` is
            for all paths below it.
        api_key: The key that other requests must have; `None` for any.
    """

    def __init__(
        self,
        script: Iterable[Scripted],
        *,
        default: Scripted | None,
        routes: Mapping[str, Scripted],
        api_key: str | None,
    ) -> None:
        self.script = Script(
            checked(script), None if default is None else checked([default])[0]
        )
        for path in routes:
            if not path.startswith("/"):
                msg = f"the path of a route begins with '/', unlike {path!r}"
                raise ValueError(msg)
        self._routes = dict(zip(routes, checked(routes.values()), strict=True))
        self._authorization = None if api_key is None else f"Bearer {api_key}"

    def answer(self, request: Request) -> tuple[Reply, Response]:
        """Return the reply to a request, and its rendered form.

        An exception in a scripted function becomes a reply with status 500.
        """
        try:
            scripted = self._choose(request)
            given: Any = scripted if isinstance(scripted, Reply) else scripted(request)
            reply = given if isinstance(given, Reply) else _not_a_reply(given)
            return reply, reply.render(request)
        except Exception as exc:  # noqa: BLE001  # the caller's function may raise any
            reply = Reply.status(500, error=f"{type(exc).__name__}: {exc}")
            return reply, reply.render(request)

    def _choose(self, request: Request) -> Scripted:
        route = self._route(request.path)
        if route is not None:
            return route
        if request.path not in _POST_PATHS | _MODELS_PATHS:
            return Reply.status(404, error=f"Invalid URL ({request.path})")
        method = "POST" if request.path in _POST_PATHS else "GET"
        if request.method != method:
            return Reply.status(405, headers={"allow": method})
        given = request.headers.get("authorization")
        if self._authorization not in {None, given}:
            return _UNAUTHORIZED
        if request.path in _MODELS_PATHS:
            return _MODELS
        if request.path in _EMBEDDINGS_PATHS:
            return embeddings.answer
        return self.script.next(request, echo.answer)

    def _route(self, path: str) -> Scripted | None:
        if path in self._routes:
            return self._routes[path]
        above = (
            r for p, r in self._routes.items() if path.startswith(p) and p[-1] == "/"
        )
        return next(above, None)


def checked(script: Iterable[Any]) -> list[Scripted]:
    """Check replies; return them unchanged.

    Raises:
        TypeError: One is neither a reply nor a function, or there is no list.
    """
    if isinstance(script, Reply):
        msg = "a script is a list of replies, not a Reply: pass [reply]"
        raise TypeError(msg)
    replies = list(script)
    for each in replies:
        if isinstance(each, type) or not (isinstance(each, Reply) or callable(each)):
            msg = (
                "a script takes replies, or functions from a request to its reply, "
                f"not a {type(each).__name__}; for a text pass Reply.text(...)"
            )
            raise TypeError(msg)
    return replies


def _not_a_reply(value: object) -> Reply:
    # Calling it again would use up the next reply of the script.
    words = f"a scripted function returned {type(value).__name__}, not a Reply"
    return Reply.status(500, error=words, headers={"x-should-retry": "false"})
