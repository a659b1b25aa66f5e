"""Semantic search: texts in a vector store, and those that answer a question.

Run it with `python examples/semantic_search.py`; without `OPENAI_API_KEY` the embedded
server answers, which compares words and parts of words.
"""

from __future__ import annotations

import os
from contextlib import nullcontext

from langchain_core.vectorstores import InMemoryVectorStore

from langchain_sse_chat import CompatibleEmbeddings
from langchain_sse_chat.testing import ScriptedServer

TEXTS = [
    "The sky is blue, because air scatters blue light more than red light.",
    "Bread is made of flour, water, salt and yeast.",
    "A cat sleeps twelve to sixteen hours a day.",
    "The Volga is the longest river in Europe.",
]
QUESTIONS = ["Why is the sky blue?", "Which is the longest river in Europe?"]


def main() -> None:
    """Print the two nearest texts for each question."""
    embedded = not os.environ.get("OPENAI_API_KEY")
    with ScriptedServer() if embedded else nullcontext() as server:
        embeddings = CompatibleEmbeddings(
            model="text-embedding-3-small", base_url=server.base_url if server else None
        )
        store = InMemoryVectorStore(embeddings)
        store.add_texts(TEXTS)
        if embeddings.last_usage:
            count = embeddings.last_usage["input_tokens"]
            print(f"{len(TEXTS)} texts, {count} tokens")

        for question in QUESTIONS:
            print(f"\n{question}")
            for document, score in store.similarity_search_with_score(question, k=2):
                print(f"  {score:.2f}  {document.page_content}")


if __name__ == "__main__":
    main()
