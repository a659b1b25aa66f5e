"""The application: every route, behind the checks of names, keys and limits."""

from __future__ import annotations

import asyncio
import functools
import http
import time
from collections.abc import Awaitable, Callable, Collection
from typing import Any
from uuid import uuid4

from starlette.middleware.cors import CORSMiddleware

from langchain_sse_chat.serve.asgi.access_log import (
    Answered,
    failed,
    log_answer,
    log_error,
    log_refused_key,
)
from langchain_sse_chat.serve.asgi.answering import Answering, Registry, WireName
from langchain_sse_chat.serve.asgi.body import ClientLeft
from langchain_sse_chat.serve.asgi.call import Call
from langchain_sse_chat.serve.asgi.catalog import Catalog
from langchain_sse_chat.serve.asgi.chats import ChatKey, OpenChats
from langchain_sse_chat.serve.asgi.delivery import (
    JSON,
    Receive,
    Scope,
    Send,
    send_body,
    send_failure,
    send_nothing,
)
from langchain_sse_chat.serve.asgi.heads import (
    EXPOSED,
    encoded,
    named,
)
from langchain_sse_chat.serve.asgi.hosts import HostCheck
from langchain_sse_chat.serve.asgi.incoming import read_request
from langchain_sse_chat.serve.asgi.keys import ApiKeys, KeyCheck
from langchain_sse_chat.serve.asgi.metrics import Metrics
from langchain_sse_chat.serve.asgi.open_answers import OpenAnswers
from langchain_sse_chat.serve.asgi.page import ChatPage, Respond
from langchain_sse_chat.serve.asgi.routes import (
    PAGE_ROUTES,
    Route,
    path_below,
    route_of,
)
from langchain_sse_chat.serve.asgi.run import RunLimits
from langchain_sse_chat.serve.asgi.settings import Settings
from langchain_sse_chat.serve.failure.failure import (
    Failure,
    RequestRefused,
    failure_of,
    not_found,
    unauthorized,
    unknown_model,
    wrong_method,
)
from langchain_sse_chat.serve.request.chat_request import ChatRequest
from langchain_sse_chat.serve.wires.openai import encode, to_json

_WIRES: dict[str, WireName] = {
    "chat/completions": "openai",
    "events": "plain",
    "chat": "ui",
}
"""The wire of each route that a model answers."""


def create_app(
    targets: Any,
    *,
    api_keys: ApiKeys | None = None,
    cors_origins: Collection[str] = (),
    allowed_hosts: Collection[str] | None = None,
    keep_alive: float = 10.0,
    commit_after: float = 10.0,
    max_body: int = 8 * 2**20,
    max_streams: int = 500,
    max_seconds: float = 600.0,
    body_seconds: float = 60.0,
    reader_seconds: float = 30.0,
    drain_seconds: float = 30.0,
    ui_system_messages: bool = False,
    page: bool = False,
) -> ServeApp:
    """Return an ASGI application that serves models in the form of OpenAI's API.

    ```python
    app = create_app({"gpt-4o": ChatSSE(model="gpt-4o"), "support": agent})
    other_app.mount("/ai", create_app(agent))
    ```

    Args:
        targets: A mapping of names to chat models, chains, LangGraph graphs, or
            functions `async def f(messages, request)` that yield texts or message
            chunks. It is looked up at each request, so it may change. Or one of these
            alone: its name is that of the model, or `default`.
        api_keys: The keys that clients send as `Authorization: Bearer …`, or a
            function, sync or async, that says whether a key is valid. `None` means that
            no key is needed.
        cors_origins: Origins whose web pages may ask, such as `https://example.com`;
            `*` for any.
        allowed_hosts: Names by which the server may be asked, such as `example.com` or
            `*.example.com`; `*` for any. `None` means any, except that a server without
            keys answers at a loopback address only under a loopback name.
        keep_alive: Seconds of silence after which a stream gets a keep-alive.
        commit_after: Seconds after which a stream begins without first bytes. Until
            then a failure has its own status.
        max_body: The largest body of a request, in bytes.
        max_streams: The most answers at the same time, streamed or not.
        max_seconds: Seconds after which an answer fails.
        body_seconds: Seconds after which the body of a request must be complete.
        reader_seconds: Seconds after which a client that does not read is cut off.
        drain_seconds: Seconds that open answers have at a shutdown.
        ui_system_messages: Whether `POST /chat` passes on system messages. They come
            from a browser, where any user can change them, and are otherwise left out.
        page: Whether there is a chat page at `/`, which needs no key itself.

    Returns:
        The application. `await app.drain(seconds)` refuses new requests, waits for the
        open answers, and ends those that take longer with an error event; the end of
        the lifespan does that too.

    Raises:
        ConfigurationError: A setting is not valid.
        TypeError: A target cannot be served.
        ValueError: The input of a chain is not known.
    """
    settings = Settings(
        api_keys=api_keys,
        cors_origins=cors_origins,
        allowed_hosts=allowed_hosts,
        keep_alive=keep_alive,
        commit_after=commit_after,
        max_body=max_body,
        max_streams=max_streams,
        max_seconds=max_seconds,
        body_seconds=body_seconds,
        reader_seconds=reader_seconds,
        drain_seconds=drain_seconds,
        ui_system_messages=ui_system_messages,
        page=page,
    )
    return ServeApp(targets, settings)


class ServeApp:
    """An ASGI application that serves models; `create_app` makes one."""

    def __init__(self, targets: Any, settings: Settings) -> None:
        self._settings = settings
        self._catalog = Catalog(targets)
        keys = settings.api_keys
        self._keys = None if keys is None else KeyCheck(keys)
        self._hosts = HostCheck(
            settings.allowed_hosts,
            has_keys=keys is not None,
            origins=settings.cors_origins,
        )
        self._metrics = metrics = Metrics.if_installed()
        self._open = OpenAnswers(
            settings.max_streams, metrics.change_open if metrics else None
        )
        self._created = int(time.time())
        self._chats = OpenChats()
        self._page = ChatPage(settings) if settings.page else None
        self.has_page = settings.page
        """Whether there is a chat page."""
        self._absent = PAGE_ROUTES * (not self._page) + ("metrics",) * (not metrics)
        self._run_limits = RunLimits(
            commit_after=settings.commit_after,
            keep_alive=settings.keep_alive,
            max_seconds=settings.max_seconds,
            reader_seconds=settings.reader_seconds,
        )
        self._http: Callable[[Scope, Receive, Send], Awaitable[None]] = self._handle
        if settings.cors_origins:
            self._http = CORSMiddleware(
                self._handle,
                allow_origins=settings.cors_origins,
                allow_methods=("GET", "POST"),
                # Clients send many of their own, such as `x-stainless-os`.
                allow_headers=("*",),
                expose_headers=EXPOSED,
            )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle a request, the lifespan, or a WebSocket, which is refused."""
        if scope["type"] == "http":
            await self._http(scope, receive, send)
        elif scope["type"] == "lifespan":
            await self._live(receive, send)
        else:
            await send({"type": "websocket.close", "code": 1000})

    @property
    def has_keys(self) -> bool:
        """Whether clients need a key."""
        return self._keys is not None

    async def drain(self, seconds: float | None = None) -> None:
        """Shut down gracefully: begin no more answers, and wait for the open ones.

        New requests are refused with the status 503, and `/health` says so too.

        Args:
            seconds: The longest wait, `drain_seconds` by default. Answers that are open
                after it end with the error `server_shutting_down`.
        """
        wait = self._settings.drain_seconds if seconds is None else seconds
        await self._open.drain(wait)

    async def _live(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                self._open.open_again()
                await send({"type": "lifespan.startup.complete"})
            else:
                await self.drain()
                await send({"type": "lifespan.shutdown.complete"})
                return

    async def _handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        call = Call.of(scope, receive)
        route = route_of(path_below(scope["path"], scope.get("root_path", "")))
        started = asyncio.get_running_loop().time()
        try:
            respond = await self._respond(call, route)
        except ClientLeft:
            self._report_refused(call, started, None)
            return
        except Exception as error:  # noqa: BLE001  the client gets its status
            if not isinstance(error, RequestRefused):
                log_error(error, call.request_id)
            failure = named(failure_of(error), call.request_id)
            if route is not None and route.answers:
                self._report_refused(call, started, failure)
            elif failure.status == http.HTTPStatus.UNAUTHORIZED:
                log_refused_key(call.request_id)
            respond = functools.partial(self._fail, call, failure, route)
        await respond(receive, send)

    async def _respond(self, call: Call, route: Route | None) -> Respond:
        """Return a function that sends the response.

        Raises:
            RequestRefused: The request is refused.
            ClientLeft: The client left before its request was complete.
        """
        if route is None or route.name in self._absent:
            raise RequestRefused(not_found("There is no such path."))
        if call.scope["method"] not in route.methods:
            raise RequestRefused(wrong_method(route.methods))
        if respond := self._public(call, route):
            return respond
        if failure := self._hosts.failure(call.asked):
            raise RequestRefused(failure)
        if self._keys is not None and not await self._keys.accepts(
            call.headers.get(b"authorization")
        ):
            raise RequestRefused(unauthorized())
        if route.answers:
            return await self._answer(call, route)
        if self._page is not None and route.name == "markdown":
            return await self._page.markdown(call)
        if route.name == "chat/stop" and not self._chats.stop(
            self._chat_key(call, route.argument)
        ):
            raise RequestRefused(not_found("No answer to this chat is running here."))
        if route.is_for_ui:
            # No answer outlives its reader, so that there is none to read on.
            return functools.partial(self._send_nothing, call)
        return self._show(call, route)

    def _public(self, call: Call, route: Route) -> Respond | None:
        if route.name == "health":
            return self._health(call)
        # Its files hold no secret, and links on other sites may lead to it.
        if self._page is not None and route.name in ("page", "assets"):
            return self._page.file(call, route)
        return None

    def _health(self, call: Call) -> Respond:
        if self._open.is_draining:
            return self._reply(call, {"status": "draining"}, 503)
        return self._reply(call, {"status": "ok"})

    def _show(self, call: Call, route: Route) -> Respond:
        if route.name == "metrics":
            assert self._metrics is not None  # noqa: S101  otherwise it is not a route
            page, media_type = self._metrics.page(), self._metrics.media_type
            return self._reply(call, page, media_type=media_type)
        names = self._catalog.names()
        if route.name == "models":
            rows = [self._row(name) for name in names]
            return self._reply(call, {"object": "list", "data": rows})
        if route.argument not in self._catalog:
            raise RequestRefused(unknown_model(route.argument))
        return self._reply(call, self._row(route.argument))

    def _row(self, name: str) -> dict[str, Any]:
        return {
            "id": name,
            "object": "model",
            "created": self._created,
            "owned_by": "langchain-sse-chat",
        }

    async def _answer(self, call: Call, route: Route) -> Respond:
        is_plain = route.name == "events"
        if is_plain and call.header("last-event-id"):
            # An `EventSource` that connects again has had its answer: 204 ends it.
            return functools.partial(self._send_nothing, call)
        wire = _WIRES[route.name]
        with self._open.place():
            request = await read_request(call, route, self._settings)
            call.model, target = self._catalog.find(
                request.model, has_default=wire != "openai"
            )
            ignored = target.check(request)
        return Answering(
            target,
            request,
            wire=wire,
            model=call.model,
            request_id=call.request_id,
            limits=self._run_limits,
            message_id=request.continues or f"msg_{uuid4().hex}",
            ignored=ignored,
            registry=self._registry(call, request),
            report=self._report,
        )

    def _registry(self, call: Call, request: ChatRequest) -> Registry:
        if request.chat_id is None:
            return self._open
        key = self._chat_key(call, request.chat_id)
        return self._chats.registry(key, self._open)

    def _chat_key(self, call: Call, chat_id: str) -> ChatKey:
        """Return the key of a chat: the same ID of another client is another chat."""
        authorization = call.headers.get(b"authorization")
        return b"" if self._keys is None else self._keys.holder(authorization), chat_id

    def _reply(
        self, call: Call, body: Any, status: int = 200, *, media_type: str = JSON
    ) -> Respond:
        data = body if isinstance(body, bytes) else encode(to_json(body))

        async def respond(receive: Receive, send: Send) -> None:
            del receive
            shown = b"" if call.scope["method"] == "HEAD" else data
            await send_body(
                send, status, shown, call.own_headers, media_type=media_type
            )

        return respond

    async def _fail(
        self,
        call: Call,
        failure: Failure,
        route: Route | None,
        receive: Receive,
        send: Send,
    ) -> None:
        del receive
        headers = call.own_headers
        if failure.status == http.HTTPStatus.METHOD_NOT_ALLOWED and route is not None:
            headers += encoded({"allow": ", ".join(route.methods)})
        as_text = route is not None and route.is_for_ui
        await send_failure(send, failure, headers, as_text=as_text)

    @staticmethod
    async def _send_nothing(call: Call, receive: Receive, send: Send) -> None:
        del receive
        await send_nothing(send, call.own_headers)

    def _report_refused(
        self, call: Call, started: float, failure: Failure | None
    ) -> None:
        seconds = asyncio.get_running_loop().time() - started
        answered = Answered(call.request_id, call.model, seconds=seconds)
        if failure is not None:
            answered.status, answered.ending = failure.status, failed(failure)
        self._report(answered)

    def _report(self, answered: Answered) -> None:
        log_answer(answered)
        if self._metrics is not None:
            self._metrics.count(answered)
