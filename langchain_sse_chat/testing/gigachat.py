"""Run a GigaChat inside the process: tokens, chats, files, models and embeddings.

The forms are those of
https://developers.sber.ru/docs/ru/gigachat/api/reference/rest/gigachat-api.
"""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qs

from langchain_sse_chat.testing import echo, embeddings
from langchain_sse_chat.testing import gigachat_storage as storage
from langchain_sse_chat.testing.completions import (
    Body,
    Completion,
    dump_json,
    split_tokens,
)
from langchain_sse_chat.testing.gigachat_storage import StoredFile
from langchain_sse_chat.testing.replies import Reply, Scripted
from langchain_sse_chat.testing.request import Request
from langchain_sse_chat.testing.server import ScriptedServer

_TOKEN_PATH = "/api/v2/oauth"  # noqa: S105  # a path
_CHAT_PATH = "/v1/chat/completions"
_EMBEDDINGS_PATH = "/v1/embeddings"
_CREATED = 1_750_000_000  # fixed, so that an answer depends on its request alone

_FIELDS = frozenset(
    {
        "model",
        "messages",
        "temperature",
        "top_p",
        "n",
        "stream",
        "max_tokens",
        "repetition_penalty",
        "update_interval",
        "profanity_check",
        "function_call",
        "functions",
        "flags",
        "storage",
        "function_ranker",
        "response_format",
        "reasoning_effort",
    }
)


class ScriptedGigaChat(ScriptedServer):
    """A `ScriptedServer` that speaks GigaChat's dialect and is just as strict.

    It issues access tokens for a key and rejects requests without a valid token.
    Uploaded files are kept in `files`; a chat that refers to another file gets 404.
    Requests in another form than GigaChat's get its status 422. Replies of the script
    are given in GigaChat's form; without one, the echo model answers.

    ```python
    with ScriptedGigaChat() as server:
        chat = GigaChat(**server.settings)
    ```

    Args:
        script: The replies, in order.
        credentials: The key that tokens are issued for; `None` for any.
        token_lasts: Seconds for which a token is valid.
    """

    def __init__(
        self,
        script: Iterable[Scripted] = (),
        *,
        credentials: str | None = None,
        token_lasts: float = 1800.0,
    ) -> None:
        self._storage = storage.Storage()
        routes: dict[str, Scripted] = {
            _TOKEN_PATH: self._give_token,
            _CHAT_PATH: self._chat,
            _EMBEDDINGS_PATH: self._embed,
            **{
                path: self._for_a_token(route)
                for route, paths in (
                    (self._storage.answer, (storage.FILES, f"{storage.FILES}/")),
                    (storage.models, (storage.MODELS, f"{storage.MODELS}/")),
                    (storage.token_counts, (storage.TOKENS,)),
                )
                for path in paths
            },
        }
        super().__init__(script, routes=routes)
        self._credentials = credentials
        self._token_lasts = token_lasts
        self._tokens: dict[str, float] = {}

    @property
    def auth_url(self) -> str:
        """The address of the token endpoint, for `GigaChat(auth_url=…)`."""
        return f"{self.url}{_TOKEN_PATH}"

    @property
    def settings(self) -> dict[str, Any]:
        """The arguments for a `GigaChat` that uses this server."""
        return {
            "credentials": self._credentials or "a2V5",
            "base_url": self.base_url,
            "auth_url": self.auth_url,
        }

    @property
    def files(self) -> dict[str, StoredFile]:
        """The uploaded files, by their IDs."""
        return self._storage.files

    def expire_tokens(self) -> None:
        """Expire all tokens issued so far."""
        self._tokens.clear()

    def _give_token(self, request: Request) -> Reply:
        scheme, _, key = request.headers.get("authorization", "").partition(" ")
        fits = self._credentials in {None, key}
        if scheme != "Basic" or not key or not fits:
            return Reply.json({"code": 6, "message": "credentials are wrong"}, 401)
        if not _is_uuid(request.headers.get("rquid", "")):
            return Reply.json({"code": 1, "message": "RqUID is not a UUID 4"}, 400)
        if not parse_qs(request.body.decode()).get("scope"):
            return Reply.json({"code": 5, "message": "scope is empty"}, 400)
        token = f"token-{uuid.uuid4()}"
        ends = time.time() + self._token_lasts
        self._tokens[token] = ends
        return Reply.json({"access_token": token, "expires_at": int(ends * 1000)})

    def _unauthorized(self, request: Request) -> Reply | None:
        """Return the reply to a request without a valid token, else `None`."""
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        if self._tokens.get(token, 0.0) > time.time():
            return None
        return storage.refusal(401, "Token has expired" if token else "Unauthorized")

    def _for_a_token(
        self, route: Callable[[Request], Reply]
    ) -> Callable[[Request], Reply]:
        """Return a route that answers requests with a valid token only."""
        return lambda request: self._unauthorized(request) or route(request)

    def _embed(self, request: Request) -> Reply:
        return self._unauthorized(request) or _embeddings(request.settings())

    def _chat(self, request: Request) -> Reply:
        refused = self._unauthorized(request)
        if refused is not None:
            return refused
        problem = _problem(request.settings())
        if problem is not None:
            return storage.refusal(422, f"Invalid params: {problem}")
        missing = self._storage.unknown(_attachments(request.settings()))
        if missing is not None:
            return storage.refusal(404, f"No such file: {missing}")
        scripted = self._router.script.next(request, _echo)
        reply = scripted if isinstance(scripted, Reply) else scripted(request)
        if isinstance(reply.content, Completion):
            return replace(reply, content=_GigaChatCompletion(reply.content))
        return reply


def _is_uuid(text: str) -> bool:
    try:
        return uuid.UUID(text).version == 4  # noqa: PLR2004  # uuid4
    except ValueError:
        return False


def _attachments(body: Mapping[str, Any]) -> Iterator[object]:
    for message in body.get("messages") or []:
        yield from message.get("attachments") or []


def _embeddings(body: Mapping[str, Any]) -> Reply:
    """Return the embeddings in GigaChat's form, with a usage for each text."""
    unknown = sorted(body.keys() - {"model", "input"})
    problem = f"unknown field {unknown[0]}" if unknown else embeddings.refusal(body)
    if problem is not None:
        return storage.refusal(422, f"Invalid params: {problem}")
    data = [
        {
            "object": "embedding",
            "embedding": embeddings.vector(text),
            "index": index,
            "usage": {"prompt_tokens": embeddings.token_count(text)},
        }
        for index, text in enumerate(embeddings.texts_of(body))
    ]
    return Reply.json({"object": "list", "data": data, "model": body["model"]})


def _problem(body: Mapping[str, Any]) -> str | None:
    """Return why GigaChat rejects a body, `None` if it accepts it."""
    unknown = sorted(body.keys() - _FIELDS)
    if unknown:
        return f"unknown field {unknown[0]}"
    if body.get("temperature") == 0:
        return "temperature must be above 0"
    checks: tuple[Callable[[Mapping[str, Any], int], str | None], ...]
    checks = (_content_problem, _system_problem, _result_problem, _call_problem)
    messages = body.get("messages") or []
    found = (
        check(message, place)
        for place, message in enumerate(messages)
        for check in checks
    )
    return next(filter(None, found), None)


def _content_problem(message: Mapping[str, Any], place: int) -> str | None:
    fine = isinstance(message.get("content"), str)
    return None if fine else f"messages[{place}].content must be a string"


def _system_problem(message: Mapping[str, Any], place: int) -> str | None:
    misplaced = message.get("role") == "system" and place > 0
    return "system message must be the first message" if misplaced else None


def _result_problem(message: Mapping[str, Any], place: int) -> str | None:
    if message.get("role") != "function":
        return None
    try:
        fine = isinstance(json.loads(message["content"], parse_constant=_refuse), dict)
    except ValueError:
        fine = False
    fine = fine and bool(message.get("name"))
    return None if fine else f"messages[{place}] must be a named JSON object"


def _refuse(constant: str) -> None:
    msg = f"{constant} is not JSON"
    raise ValueError(msg)


def _call_problem(message: Mapping[str, Any], place: int) -> str | None:
    arguments = (message.get("function_call") or {}).get("arguments", {})
    fine = isinstance(arguments, dict)
    return None if fine else f"messages[{place}].function_call.arguments: no object"


def _echo(request: Request) -> Reply:
    """Return the echo model's answer to a request in the form of functions."""
    body = request.settings()
    functions = body.pop("functions", None) or []
    choice = body.pop("function_call", None)
    if functions:
        body["tools"] = [{"type": "function", "function": f} for f in functions]
    if isinstance(choice, Mapping):
        body["tool_choice"] = {"type": "function", "function": choice}
    elif choice is not None:
        body["tool_choice"] = choice
    wanted = body.get("response_format")
    if isinstance(wanted, Mapping) and "schema" in wanted:
        body["response_format"] = {**wanted, "json_schema": wanted}
    return echo.answer(replace(request, body=dump_json(body)))


@dataclass(frozen=True, slots=True)
class _GigaChatCompletion:
    """An answer in GigaChat's form."""

    completion: Completion

    def render(self, request: Request) -> Body:
        """Return the body that `request` asks for with its `stream` field."""
        if request.settings().get("stream"):
            events = tuple(b"data: %b\n\n" % data for data in self._chunks(request))
            return Body("text/event-stream", events, chunked=True)
        text = "".join(self.completion.tokens)
        message = {"content": text, "role": "assistant", **self._call(request)}
        whole = {"message": message, "index": 0, "finish_reason": self._reason()}
        document = {**self._head(request, whole), "usage": self._usage()}
        return Body("application/json", (dump_json(document),), chunked=False)

    def _chunks(self, request: Request) -> Iterator[bytes]:
        role = {"role": "assistant"}
        for token in self.completion.tokens:
            delta = {"content": token, **role}
            role = {}
            yield dump_json(self._head(request, {"delta": delta, "index": 0}))
        if call := self._call(request):
            delta = {"content": "", **role, **call}
            yield dump_json(self._head(request, {"delta": delta, "index": 0}))
        last = {"delta": {"content": ""}, "index": 0, "finish_reason": self._reason()}
        yield dump_json({**self._head(request, last), "usage": self._usage()})
        yield b"[DONE]"

    def _head(self, request: Request, choice: Mapping[str, Any]) -> dict[str, Any]:
        return {
            "choices": [choice],
            "created": _CREATED,
            "model": f"{request.settings().get('model')}:1.0",
            "object": "chat.completion",
        }

    def _call(self, request: Request) -> dict[str, Any]:
        """Return the first tool call; GigaChat's form has only one."""
        for call in self.completion.tool_calls:
            return {
                "function_call": {
                    "name": call.name,
                    "arguments": json.loads(call.arguments),
                },
                "functions_state_id": f"state-{request.number}",
            }
        return {}

    def _reason(self) -> str | None:
        if self.completion.finish_reason != "auto":
            return self.completion.finish_reason
        return "function_call" if self.completion.tool_calls else "stop"

    def _usage(self) -> Mapping[str, Any]:
        if self.completion.usage is not None:
            return self.completion.usage
        pieces = [*self.completion.tokens]
        for call in self.completion.tool_calls:
            pieces += split_tokens(call.arguments)
        count = len(pieces)
        return {
            "prompt_tokens": 10,
            "completion_tokens": count,
            "total_tokens": 10 + count,
            "precached_prompt_tokens": 2,
        }
