"""A translator: each line that comes in goes out in French, as it is translated.

Run it with `python examples/translator.py`; without `OPENAI_API_KEY` the embedded
server answers from a phrase book. An empty line ends it.
"""

from __future__ import annotations

import os
import sys
from contextlib import nullcontext

from langchain_core.output_parsers import StrOutputParser
from langchain_core.prompts import ChatPromptTemplate

from langchain_sse_chat import ChatSSE
from langchain_sse_chat.testing import Reply, Request, ScriptedServer

PROMPT = ChatPromptTemplate.from_messages(
    [
        ("system", "Translate from {source} to {target}. Answer with it alone."),
        ("human", "{text}"),
    ]
)
PHRASES = {
    "Hello": "Bonjour",
    "How are you?": "Comment allez-vous ?",
}


def look_up(request: Request) -> Reply:
    """Answer as a model would that knows a few phrases."""
    text = request.json()["messages"][-1]["content"]
    return Reply.text(PHRASES.get(text, "Pardon ?"), delay=0.02)


def main() -> None:
    """Translate until an empty line."""
    embedded = not os.environ.get("OPENAI_API_KEY")
    with ScriptedServer(default=look_up) if embedded else nullcontext() as server:
        address = server.base_url if server else None
        chat = ChatSSE(model="gpt-4o-mini", base_url=address, temperature=0)
        chain = PROMPT | chat | StrOutputParser()
        languages = {"source": "English", "target": "French"}
        for line in sys.stdin:
            if not line.strip():
                break
            for text in chain.stream({**languages, "text": line.strip()}):
                print(text, end="", flush=True)
            print()


if __name__ == "__main__":
    main()
