"""A Flask route that relays an answer to a browser as plain events, in sync code.

`python examples/serve_flask.py` asks itself once and ends; with a port,
`python examples/serve_flask.py 8000`, it serves until it is stopped. Without
`OPENAI_API_KEY` the embedded server answers.
"""

from __future__ import annotations

import logging
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, nullcontext

import httpx
from flask import Flask, Response, request
from werkzeug.serving import make_server

from langchain_sse_chat import ChatSSE
from langchain_sse_chat.serve import PlainEncoder
from langchain_sse_chat.testing import ScriptedServer

HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


def application(chat: ChatSSE) -> Flask:
    """Return the application; `chat` may be any model or chain that streams."""
    app = Flask("serve_flask")

    def answer(question: str, encoder: PlainEncoder) -> Iterator[bytes]:
        yield encoder.open()
        try:
            # Closed at the next token after the browser left, which stops the model.
            with closing(chat.stream(question)) as chunks:
                for chunk in chunks:
                    yield encoder.feed(chunk)
            end = encoder.close()
        except Exception as error:  # noqa: BLE001  the page is told, without details
            end = encoder.fail(error)
        yield end

    @app.get("/events")
    def events() -> Response:
        if "Last-Event-ID" in request.headers:
            # An `EventSource` connects again at the end unless the page closes it.
            return Response(status=204)
        encoder = PlainEncoder()
        body = answer(request.args["message"], encoder)
        return Response(body, content_type=encoder.media_type, headers=HEADERS)

    return app


def serve(app: Flask, port: int) -> None:
    """Serve until stopped; on port 0 a free one, to ask itself."""
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    server = make_server("127.0.0.1", port, app, threaded=True)
    if port:
        server.serve_forever()
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    url = f"http://127.0.0.1:{server.port}/events?message=Hello"
    with httpx.stream("GET", url) as response:
        for line in response.iter_lines():
            print(line)
    server.shutdown()
    thread.join()
    server.server_close()


def main() -> None:
    """Serve on the port that the command line names."""
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 0
    embedded = not os.environ.get("OPENAI_API_KEY")
    with ScriptedServer() if embedded else nullcontext() as model:
        address = model.base_url if model else None
        chat = ChatSSE(model="gpt-4o-mini", base_url=address)
        serve(application(chat), port)


if __name__ == "__main__":
    main()
