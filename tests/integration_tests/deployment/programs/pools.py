"""A process with a pool of workers. Arguments: base URL, kind of pool, start method.

The model goes to the workers in the pickle of each task, after its parent used it.
"""

from __future__ import annotations

import multiprocessing
import pickle
import sys
from concurrent.futures import ProcessPoolExecutor
from functools import partial

import pytest

from langchain_sse_chat import ChatSSE, InvalidRequestError
from tests.integration_tests.deployment.asking import ask_both_ways, said

PROMPTS = [f"task {number}" for number in range(6)]
ANSWERS = [said(prompt) for prompt in PROMPTS]


def of_multiprocessing(chat: ChatSSE, method: str) -> None:
    """Serve several tasks a worker, and bring an error home."""
    with multiprocessing.get_context(method).Pool(2) as pool:
        ask = partial(ask_both_ways, chat)
        assert pool.map(ask, PROMPTS, chunksize=1) == ANSWERS
        with pytest.raises(InvalidRequestError, match="no such thing") as caught:
            pool.apply(ask, ["refuse this"])
        assert caught.value.status_code == 400
        pool.close()
        pool.join()


def of_concurrent_futures(chat: ChatSSE, method: str) -> None:
    """Serve several tasks a worker."""
    context = multiprocessing.get_context(method)
    with ProcessPoolExecutor(2, mp_context=context) as pool:
        assert list(pool.map(partial(ask_both_ways, chat), PROMPTS)) == ANSWERS


def main(base_url: str, pool: str, method: str) -> None:
    """Use a model before, within and after a pool."""
    chat = ChatSSE(model="echo", base_url=base_url, api_key="secret-key")
    assert chat._serialized  # LangChain's, which a first call makes and keeps
    before = len(pickle.dumps(chat))
    assert ask_both_ways(chat, "before") == said("before")
    # Settings only: no connection, nothing of the calls.
    assert len(pickle.dumps(chat)) == before
    work = of_multiprocessing if pool == "multiprocessing" else of_concurrent_futures
    work(chat, method)
    assert ask_both_ways(chat, "after") == said("after")


if __name__ == "__main__":
    main(*sys.argv[1:])
