"""GigaChat, its tokens printed by a callback as they come.

Run it with `python examples/gigachat_stream_handler.py`; without `GIGACHAT_CREDENTIALS`
an embedded stand-in answers, with the stream of GigaChat's documentation
(https://developers.sber.ru/docs/ru/gigachat/api/response-token-streaming). With it, set
`GIGACHAT_CA_BUNDLE_FILE` as well, to the PEM file of the Russian Trusted Root CA.
"""

from __future__ import annotations

import json
import os
from contextlib import nullcontext
from typing import Any

from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.messages import HumanMessage

from langchain_sse_chat.gigachat import GigaChat
from langchain_sse_chat.testing import Reply, ScriptedGigaChat

QUESTION = "Напиши краткое содержание романа «Евгений Онегин»"
WORDS = ("GigaChat", " спешит", " на", " помощь")


class StreamHandler(BaseCallbackHandler):
    """Prints each token."""

    def on_llm_new_token(self, token: Any, **_: Any) -> None:
        """Print a token; the last one is empty, and comes with the metadata."""
        print(f"{token} -", end="", flush=True)


def documented_stream() -> bytes:
    """Return a stream as the documentation shows it: JSON over many `data:` lines."""
    events = []
    for word in WORDS:
        chunk = {
            "choices": [{"delta": {"content": word}, "index": 0}],
            "created": 1683034756,
            "model": "GigaChat",
            "object": "chat.completion",
        }
        lines = json.dumps(chunk, ensure_ascii=False, indent=1).splitlines()
        events.append("".join(f"data: {line}\n" for line in lines))
    return "\n".join([*events, "data: [DONE]\n", ""]).encode()


def main() -> None:
    """Ask once."""
    embedded = not os.environ.get("GIGACHAT_CREDENTIALS")
    script = [Reply.sse(documented_stream())]
    with ScriptedGigaChat(script) if embedded else nullcontext() as server:
        settings = server.settings if server else {}
        chat = GigaChat(streaming=True, callbacks=[StreamHandler()], **settings)
        chat([HumanMessage(content=QUESTION)])
    print()


if __name__ == "__main__":
    main()
