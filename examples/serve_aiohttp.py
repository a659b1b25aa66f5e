"""An aiohttp route that answers as OpenAI's API does, without a web framework of ours.

`python examples/serve_aiohttp.py` asks itself once and ends; with a port,
`python examples/serve_aiohttp.py 8000`, it serves until it is stopped. Without
`OPENAI_API_KEY` the embedded server answers.
"""

from __future__ import annotations

import asyncio
import os
import sys
from contextlib import aclosing, nullcontext

from aiohttp import web

from langchain_sse_chat import ChatSSE
from langchain_sse_chat.serve import OpenAIEncoder
from langchain_sse_chat.testing import ScriptedServer

HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


def application(chat: ChatSSE) -> web.Application:
    """Return the application; `chat` may be any model or chain that streams."""

    async def completions(request: web.Request) -> web.StreamResponse:
        asked = await request.json()
        encoder = OpenAIEncoder(str(asked.get("model")))
        response = web.StreamResponse(headers=HEADERS)
        response.headers["Content-Type"] = encoder.media_type
        await response.prepare(request)
        await response.write(encoder.open())
        try:
            # Writing fails when the client has left, which stops the model.
            async with aclosing(chat.astream(asked["messages"])) as chunks:
                async for chunk in chunks:
                    if data := encoder.feed(chunk):
                        await response.write(data)
            end = encoder.close()
        except ConnectionError:
            return response
        except Exception as error:  # noqa: BLE001  the client is told, without details
            end = encoder.fail(error)
        await response.write(end)
        return response

    app = web.Application()
    app.router.add_post("/v1/chat/completions", completions)
    return app


async def show(url: str) -> None:
    """Ask the server as any client of OpenAI's API would."""
    async with ChatSSE(model="gpt", base_url=f"{url}/v1", api_key="-") as served:
        async for chunk in served.astream("Hello"):
            print(chunk.text, end="")
    print()


async def serve(app: web.Application, port: int) -> None:
    """Serve until stopped; on port 0 a free one, to ask itself."""
    runner = web.AppRunner(app, handler_cancellation=True)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", port)
    await site.start()
    host, port_in_use = runner.addresses[0]
    url = f"http://{host}:{port_in_use}"
    if port:
        print(url, flush=True)
        await asyncio.Event().wait()
    await show(url)
    await runner.cleanup()


def main() -> None:
    """Serve on the port that the command line names."""
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 0
    embedded = not os.environ.get("OPENAI_API_KEY")
    with ScriptedServer() if embedded else nullcontext() as model:
        address = model.base_url if model else None
        chat = ChatSSE(model="gpt-4o-mini", base_url=address)
        asyncio.run(serve(application(chat), port))


if __name__ == "__main__":
    main()
