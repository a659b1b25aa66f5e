"""A model that is closed during an answer, as its caller sees it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import httpx
import pytest

from langchain_sse_chat import ChatSSE, ModelClosedError
from langchain_sse_chat.transport.open_answers import stop_all

FIRST = b'data: {"choices": [{"delta": {"content": "a"}}]}\n\n'


class Body(httpx.SyncByteStream):
    """Sends a first event; the model is closed during the wait for the next."""

    client: httpx.Client

    def __init__(self, close: Callable[[httpx.Client], None]) -> None:
        self._close = close

    def __iter__(self) -> Iterator[bytes]:
        yield FIRST
        self._close(self.client)
        msg = "closed"
        raise httpx.ReadError(msg)


@pytest.mark.parametrize("on_disconnect", ["resume", None])
@pytest.mark.parametrize(
    "close", [stop_all, httpx.Client.close], ids=["the model", "the caller's client"]
)
def test_neither_resume_nor_fallbacks_follow(
    close: Callable[[httpx.Client], None], on_disconnect: str | None
) -> None:
    asked: list[str] = []

    def handler(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.host)
        headers = {"content-type": "text/event-stream"}
        return httpx.Response(200, headers=headers, stream=body)

    body = Body(close)
    body.client = httpx.Client(transport=httpx.MockTransport(handler))
    other = ChatSSE(model="m", base_url="https://b/v1", api_key="k")
    chat = ChatSSE(
        model="m",
        base_url="https://a/v1",
        api_key="k",
        http_client=body.client,
        on_disconnect=on_disconnect,
        fallbacks=[other],
    )
    stream = chat.stream("hi")
    assert next(stream).text == "a"
    with pytest.raises(ModelClosedError) as caught:
        next(stream)
    assert caught.value.partial is not None
    assert caught.value.partial.text == "a"
    assert asked == ["a"]
    body.client.close()
