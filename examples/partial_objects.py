"""An object that grows: JSON by a schema, readable before it is complete.

Run it with `python examples/partial_objects.py`; without `OPENAI_API_KEY` the embedded
server answers by a script.
"""

from __future__ import annotations

import json
import os
from contextlib import nullcontext

from pydantic import BaseModel, Field

from langchain_sse_chat import ChatSSE
from langchain_sse_chat.testing import Reply, ScriptedServer

QUESTION = "A recipe for pancakes, please."


class Recipe(BaseModel):
    """A recipe."""

    name: str = Field(description="What it is called")
    ingredients: list[str]
    minutes: int


SCRIPT = Reply.text(
    json.dumps(
        {
            "name": "Pancakes",
            "ingredients": ["flour", "milk", "eggs", "butter"],
            "minutes": 20,
        }
    ),
    delay=0.02,
)


def main() -> None:
    """Print the object each time that more of it is known, then as a `Recipe`."""
    embedded = not os.environ.get("OPENAI_API_KEY")
    with ScriptedServer([SCRIPT]) if embedded else nullcontext() as server:
        address = server.base_url if server else None
        chat = ChatSSE(model="gpt-4o-mini", base_url=address)
        # A schema gives dicts, and they may be partial; a class gives whole objects.
        model = chat.with_structured_output(Recipe.model_json_schema())
        grown: dict[str, object] = {}
        for partial in model.stream(QUESTION):
            grown = dict(partial)
            print(grown)
    print(repr(Recipe.model_validate(grown)))


if __name__ == "__main__":
    main()
