"""A process with a local cluster of dask. Argument: the base URL."""

from __future__ import annotations

import sys

from distributed import Client, LocalCluster

from langchain_sse_chat import ChatSSE
from tests.integration_tests.deployment.asking import ask_both_ways, said

PROMPTS = [f"task {number}" for number in range(8)]


def main() -> None:
    """Map a model over prompts, and a chain that holds one."""
    chat = ChatSSE(model="echo", base_url=sys.argv[1], api_key="secret-key")
    assert ask_both_ways(chat, "before") == said("before")
    chain = chat | (lambda message: message.text)
    with (
        LocalCluster(
            n_workers=2, threads_per_worker=2, processes=True, dashboard_address=None
        ) as cluster,
        Client(cluster) as client,
    ):
        asked = client.map(lambda prompt: ask_both_ways(chat, prompt), PROMPTS)
        assert client.gather(asked) == [said(prompt) for prompt in PROMPTS]
        assert client.submit(chain.invoke, "chain").result() == said("chain")
    assert ask_both_ways(chat, "after") == said("after")


if __name__ == "__main__":
    main()
