"""Choose replies of a script: in order, or recorded ones by the request."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from langchain_sse_chat.testing.replies import Reply, Scripted
from langchain_sse_chat.testing.request import Request

_HIDDEN = "***"
_QUESTION = ("model", "messages")
"""Fields of a body with the conversation; the others are parameters."""


class Script:
    """Replies that are used up one by one.

    A recorded reply answers only a request like its own: the first that was recorded
    with an equal body, or else with an equal conversation. That keeps the answers of
    calls apart which run in parallel.

    Args:
        replies: The replies.
        default: The reply after they are used up; `None` for an error if some of
            them were recorded, and the caller's own default else.
    """

    def __init__(self, replies: Iterable[Scripted], default: Scripted | None) -> None:
        self._replies = list(replies)
        self._default = default
        self._plays_recordings = False

    def extend(self, replies: Iterable[Scripted]) -> None:
        """Append replies."""
        self._replies.extend(replies)

    def next(self, request: Request, default: Scripted) -> Scripted:
        """Return the reply to a request.

        Args:
            request: The request.
            default: The reply if none are left and none was ever a recorded
                one.
        """
        body = request.settings()
        recorded = [reply for reply in self._replies if _asked(reply) is not None]
        self._plays_recordings |= bool(recorded)
        if self._replies and _asked(self._replies[0]) is None:
            return self._replies.pop(0)
        found = _first_like(recorded, body)
        if found is not None:
            self._replies.remove(found)
            return found
        if not recorded and self._default is not None:
            return self._default
        return _not_recorded(recorded, body) if self._plays_recordings else default


def _asked(reply: Scripted) -> Any:
    return reply.asked if isinstance(reply, Reply) else None


def _first_like(recorded: list[Scripted], body: Mapping[str, Any]) -> Scripted | None:
    equal = (reply for reply in recorded if _are_alike(_asked(reply), body))
    question = {name: body.get(name) for name in _QUESTION}
    similar = (r for r in recorded if _are_alike(_question(_asked(r)), question))
    return next(equal, None) or next(similar, None)


def _question(asked: Mapping[str, Any]) -> dict[str, Any]:
    return {name: asked.get(name) for name in _QUESTION}


def _are_alike(recorded: Any, asked: Any) -> bool:
    """Whether a request equals a recorded one, in which secrets are masked."""
    if isinstance(recorded, Mapping) and isinstance(asked, Mapping):
        return recorded.keys() == asked.keys() and all(
            _are_alike(value, asked[name]) for name, value in recorded.items()
        )
    if isinstance(recorded, list) and isinstance(asked, list):
        pairs = zip(recorded, asked, strict=False)
        return len(recorded) == len(asked) and all(_are_alike(a, b) for a, b in pairs)
    if isinstance(recorded, str) and _HIDDEN in recorded:
        pattern = ".*".join(map(re.escape, recorded.split(_HIDDEN)))
        return re.fullmatch(pattern, str(asked), re.DOTALL) is not None
    return bool(recorded == asked)


def _not_recorded(recorded: list[Scripted], body: Mapping[str, Any]) -> Reply:
    differing = sorted(
        name
        for reply in recorded[:1]
        for name in {*_asked(reply), *body}
        if not _are_alike(_asked(reply).get(name), body.get(name))
    )
    hint = (
        f"The next recording differs in {', '.join(differing)}."
        if differing
        else "All recordings have been played."
    )
    return Reply.status(
        404,
        error={
            "message": f"No exchange was recorded for this request. {hint}",
            "type": "invalid_request_error",
            "param": None,
            "code": "not_recorded",
        },
    )
