"""A response with an answer, for routes of one's own in Starlette and FastAPI."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args

from langchain_core.messages import BaseMessage, convert_to_messages
from starlette.background import BackgroundTask
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from langchain_sse_chat.errors import ConfigurationError
from langchain_sse_chat.serve.asgi.answering import Answering, WireName
from langchain_sse_chat.serve.asgi.delivery import send_nothing
from langchain_sse_chat.serve.asgi.heads import REQUEST_ID, encoded, request_id_of
from langchain_sse_chat.serve.request.chat_request import ChatRequest
from langchain_sse_chat.serve.run import RunLimits
from langchain_sse_chat.serve.targets.target import Target
from langchain_sse_chat.serve.wires.openai import EVENT_STREAM


class EventStreamResponse(Response):
    """Streams the answer of a model, a chain, a graph or a function.

    ```python
    @app.post("/ask")
    async def ask(question: str) -> EventStreamResponse:
        return EventStreamResponse(agent, question)
    ```

    An answer that fails before its first bytes is a response with the status of the
    failure, later an error event. The model is stopped when the client leaves. An
    `EventSource` that connects again after its answer gets the status 204, which ends
    it (`plain` only).

    Args:
        target: A chat model, a chain, a LangGraph graph, or a function
            `async def f(messages, request)` that yields texts or message chunks.
        messages: The question, or messages in any form that LangChain takes.
        wire: `openai` for chunks of OpenAI's chat completions; `plain` for events with
            the text itself, for `EventSource`; `ui` for the UI message stream of the AI
            SDK, whose messages `read_ui_messages` converts.
        model: The name of the model for the client.
        include_usage: Whether the stream ends with token counts (`openai` only).
        options: Keywords of the call of a chat model, such as `temperature`.
        commit_after: Seconds after which the response begins without first bytes;
            `None` means never.
        keep_alive: Seconds of silence after which a keep-alive is sent; `None` means
            never.
        max_seconds: Seconds after which the answer fails; `None` means never.
        reader_seconds: Seconds after which a client that does not read is cut off;
            `None` means never.
        headers: More headers.
        background: A task to run after the response.

    Raises:
        ConfigurationError: `wire` is another word.
        TypeError: `target` cannot be served.
        ValueError: The input of a chain is not known, or `messages` are not messages.
    """

    def __init__(
        self,
        target: Any,
        messages: Any,
        *,
        wire: WireName = "openai",
        model: str = "default",
        include_usage: bool = False,
        options: Mapping[str, Any] | None = None,
        commit_after: float | None = 10.0,
        keep_alive: float | None = 10.0,
        max_seconds: float | None = 600.0,
        reader_seconds: float | None = 30.0,
        headers: Mapping[str, str] | None = None,
        background: BackgroundTask | None = None,
    ) -> None:
        if wire not in get_args(WireName):
            msg = f"Invalid `wire`: {wire!r}. Pass 'openai', 'plain' or 'ui'."
            raise ConfigurationError(msg)
        self.status_code = 200
        self.media_type = EVENT_STREAM
        self.background = background
        self.init_headers(headers)
        self._target = Target.of(target)
        self._model = model
        self._wire: WireName = wire
        self._request = ChatRequest(
            messages=_messages(messages),
            model=model,
            options=dict(options or {}),
            stream=True,
            include_usage=include_usage,
        )
        self._ignored = self._target.check(self._request)
        self._limits = RunLimits(
            commit_after=commit_after,
            keep_alive=keep_alive,
            max_seconds=max_seconds,
            reader_seconds=reader_seconds,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the answer."""
        headers = dict(scope["headers"])
        sent = headers.get(REQUEST_ID.encode())
        request_id = request_id_of(sent and sent.decode("latin-1"))
        if self._wire == "plain" and headers.get(b"last-event-id"):
            more = [one for one in self.raw_headers if one[0] != b"content-type"]
            own = encoded({REQUEST_ID: request_id})
            await send_nothing(send, [*own, *more])
            return
        answering = Answering(
            self._target,
            self._request,
            wire=self._wire,
            model=self._model,
            request_id=request_id,
            limits=self._limits,
            ignored=self._ignored,
            headers=self.raw_headers,
        )
        await answering(receive, send)
        if self.background is not None:
            await self.background()


def _messages(messages: Any) -> list[BaseMessage]:
    if isinstance(messages, str):
        messages = [("user", messages)]
    return convert_to_messages(messages)
