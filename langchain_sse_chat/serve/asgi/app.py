"""The application: every route, behind the checks of names, keys and limits."""

from __future__ import annotations

import asyncio
import functools
import http
import time
from collections.abc import Awaitable, Callable
from typing import Any, Literal
from uuid import uuid4

from starlette.middleware.cors import CORSMiddleware

from langchain_sse_chat.serve.asgi.access_log import (
    Answered,
    log_answer,
    log_error,
    log_refused_key,
)
from langchain_sse_chat.serve.asgi.answering import Answering, Registry, WireName
from langchain_sse_chat.serve.asgi.body import ClientLeft
from langchain_sse_chat.serve.asgi.call import Call
from langchain_sse_chat.serve.asgi.catalog import Catalog
from langchain_sse_chat.serve.asgi.chats import OpenChats
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
)
from langchain_sse_chat.serve.asgi.hosts import HostCheck
from langchain_sse_chat.serve.asgi.incoming import read_request
from langchain_sse_chat.serve.asgi.keeper import Keeper
from langchain_sse_chat.serve.asgi.keys import KeyCheck, holder
from langchain_sse_chat.serve.asgi.metrics import Metrics
from langchain_sse_chat.serve.asgi.open_answers import OpenAnswers
from langchain_sse_chat.serve.asgi.page import ChatPage, Respond
from langchain_sse_chat.serve.asgi.routes import (
    PAGE_ROUTES,
    Route,
    path_below,
    route_of,
)
from langchain_sse_chat.serve.asgi.settings import MEMORY, Settings
from langchain_sse_chat.serve.ending import failed
from langchain_sse_chat.serve.failure.failure import (
    Failure,
    RequestRefused,
    failure_of,
    named,
    not_found,
    unauthorized,
    unknown_model,
    wrong_method,
)
from langchain_sse_chat.serve.kept.answer import Owner
from langchain_sse_chat.serve.request.chat_request import ChatRequest
from langchain_sse_chat.serve.run import RunLimits
from langchain_sse_chat.serve.wires.openai import encode, to_json

_WIRES: dict[str, WireName] = {
    "chat/completions": "openai",
    "events": "plain",
    "chat": "ui",
}
"""The wire of each route that a model answers."""


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
        absent = () if settings.page else PAGE_ROUTES
        self._absent = absent if metrics else (*absent, "metrics")
        self._run_limits = RunLimits(
            commit_after=settings.commit_after,
            keep_alive=settings.keep_alive,
            max_seconds=settings.max_seconds,
            reader_seconds=settings.reader_seconds,
        )
        self._keeper = Keeper.of(settings, self._run_limits)
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

    @property
    def known_names(self) -> list[str]:
        """The names of the models that are known before a request."""
        return self._catalog.known_names

    @property
    def kept_in(self) -> Literal["memory", "redis"] | None:
        """The place where answers are kept, `None` if they are not."""
        keep = self._settings.keep
        if keep is None:
            return None
        return "memory" if keep == MEMORY else "redis"

    @property
    def open_answers(self) -> int:
        """The number of answers that are being given."""
        return len(self._open)

    async def drain(self, seconds: float | None = None) -> None:
        """Shut down gracefully: begin no more answers, and wait for the open ones.

        New requests are refused with the status 503, and `/health` says so too.

        Args:
            seconds: The longest wait, `drain_seconds` by default. Answers that are open
                after it end with the error `server_shutting_down`.
        """
        wait = self._settings.drain_seconds if seconds is None else seconds
        await self._open.drain(wait)
        if self._keeper is not None:
            await self._keeper.drain()

    async def _live(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                self._open.open_again()
                if self._keeper is not None:
                    self._keeper.open_again()
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
        if route.name == "chat/stream":
            return await self._read_on(call, self._owner(call, route.argument))
        if route.name in ("chat/stop", "events/stop"):
            return await self._stop(call, route)
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
        if route.name == "events" and call.header("last-event-id"):
            return await self._read_on(call, self._owner(call))
        wire = _WIRES[route.name]
        with self._open.place():
            request = await read_request(call, route, self._settings)
            call.model, target = self._catalog.find(
                request.model, has_default=wire != "openai"
            )
            ignored = target.check(request)
        answering = Answering(
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

        if self._keeper is None or wire == "openai":
            return answering
        return await self._keeper.respond(answering, self._owner(call, request.chat_id))

    async def _read_on(self, call: Call, owner: Owner) -> Respond:
        """Return the rest of a kept answer.

        Without one it is nothing, which ends an `EventSource` that connects again after
        its answer. It must not get, and pay for, a second one.
        """
        reading = await self._keeper.read_on(call, owner) if self._keeper else None
        return reading or functools.partial(self._send_nothing, call)

    async def _stop(self, call: Call, route: Route) -> Respond:
        is_chat = route.name == "chat/stop"
        event_id = call.header("last-event-id") if is_chat else route.argument
        owner = self._owner(call, route.argument if is_chat else None)
        if self._keeper is not None and event_id is not None:
            is_stopped = await self._keeper.stop(event_id, owner)
        else:
            is_stopped = self._chats.stop(owner)
            if self._keeper is not None:
                is_stopped = await self._keeper.stop_chat(owner) or is_stopped
        if not is_stopped:
            raise RequestRefused(not_found("No such answer is running."))
        return functools.partial(self._send_nothing, call)

    def _registry(self, call: Call, request: ChatRequest) -> Registry:
        if request.chat_id is None:
            return self._open
        owner = self._owner(call, request.chat_id)
        return self._chats.registry(owner, self._open)

    def _owner(self, call: Call, chat_id: str | None = None) -> Owner:
        """Return whose answer it is.

        The same chat ID of another key is another chat.
        """
        authorization = call.headers.get(b"authorization")
        return Owner("" if self._keys is None else holder(authorization), chat_id)

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
