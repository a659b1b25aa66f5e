"""Define `CompatibleEmbeddings`: LangChain's methods, each as one job."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from pydantic import ConfigDict

from langchain_sse_chat.callbacks import USAGE_EVENT, CustomEvents
from langchain_sse_chat.embeddings.exchange import EmbeddingsPlan, batch_exchange
from langchain_sse_chat.embeddings.plan import begin_job, plan_embeddings
from langchain_sse_chat.embeddings.settings import EmbeddingsSettings, Kind
from langchain_sse_chat.errors import ConfigurationError, SSEChatError
from langchain_sse_chat.secrets.masking import without_frames
from langchain_sse_chat.settings.api_key import async_key, sync_key
from langchain_sse_chat.transport.async_client import astream
from langchain_sse_chat.transport.event_loop import running_loop
from langchain_sse_chat.transport.sync_client import stream

if TYPE_CHECKING:
    from langchain_core.messages.ai import UsageMetadata

    from langchain_sse_chat.embeddings.job import EmbeddingsJob


class CompatibleEmbeddings(EmbeddingsSettings):
    """Embeddings from any server with OpenAI's `POST /embeddings`.

    ```python
    from langchain_sse_chat import CompatibleEmbeddings

    embeddings = CompatibleEmbeddings(provider="mistral", model="mistral-embed")
    vectors = embeddings.embed_documents(["The sky is blue.", "Grass is green."])
    ```

    Providers, keys, addresses, clients, retries and errors are those of `ChatSSE`.
    Texts are sent and never tokens, in batches that the server accepts. Each vector is
    placed by the `index` that the server sent, and its width and numbers are checked: a
    text never gets the vector of another one.

    Every error is an `SSEChatError`.
    """

    model_config = ConfigDict(defer_build=False)

    @property
    def last_usage(self) -> UsageMetadata | None:
        """The usage of the last call that ended, summed over its requests.

        `None` before a call, or if the server does not send usage. With calls in
        several threads or tasks, use `on_usage`.
        """
        return self._last_usage

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """Return a vector for each text, in their order.

        Args:
            texts: The texts. An empty list makes no request.

        Raises:
            ConfigurationError: One of them is empty or not a string; nothing is sent.
            SSEChatError: A request failed, or its answer is not valid. No vectors are
                returned, although some requests may have succeeded.
        """
        return self._embed("document", texts)

    def embed_query(self, text: str) -> list[float]:
        """Return the vector of a query.

        Args:
            text: The query.

        Raises:
            ConfigurationError: It is empty or not a string; nothing is sent.
            SSEChatError: The request failed, or its answer is not valid.
        """
        [vector] = self._embed("query", [text])
        return vector

    async def aembed_documents(self, texts: list[str]) -> list[list[float]]:
        """Return a vector for each text; see `embed_documents`.

        Up to `max_concurrency` requests are open at a time. When one fails, the others
        are cancelled.
        """
        return await self._aembed("document", texts)

    async def aembed_query(self, text: str) -> list[float]:
        """Return the vector of a query; see `embed_query`."""
        [vector] = await self._aembed("query", [text])
        return vector

    def _embed(self, kind: Kind, texts: Sequence[str]) -> list[list[float]]:
        job = self._job(kind, texts)
        if not job.batches_left:
            return []
        plan = self._plan(kind, sync_key(self._key))
        self._clients.sync_client()  # a wrong setting is an error without a request
        events = CustomEvents()
        try:
            while (batch := job.take()) is not None:
                exchange = batch_exchange(plan, list(batch.texts))
                try:
                    [answer] = stream(exchange, events.on_retry)
                except SSEChatError as error:
                    job.failed(batch, error)
                else:
                    job.answered(batch, answer)
        finally:
            if self._ended(job):
                events.send(USAGE_EVENT, self._usage_data(job))
        return job.vectors

    async def _aembed(self, kind: Kind, texts: Sequence[str]) -> list[list[float]]:
        job = self._job(kind, texts)
        if not job.batches_left:
            return []
        running_loop()
        plan = self._plan(kind, await async_key(self._key))
        self._clients.async_client()
        events = CustomEvents()
        try:
            await self._work_together(job, plan, events)
        finally:
            if self._ended(job):
                await events.asend(USAGE_EVENT, self._usage_data(job))
        return job.vectors

    async def _work_together(
        self, job: EmbeddingsJob, plan: EmbeddingsPlan, events: CustomEvents
    ) -> None:
        """Send the batches of a job, several at a time."""
        count = min(self.max_concurrency, job.batches_left)
        if count == 1:
            await _work(job, plan, events)
            return
        tasks = [asyncio.create_task(_work(job, plan, events)) for _ in range(count)]
        try:
            await asyncio.gather(*tasks)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def _job(self, kind: Kind, texts: Sequence[str]) -> EmbeddingsJob:
        return begin_job(
            self,
            texts,
            prefix=self._prefix(kind),
            facts=self._facts,
            is_query=kind == "query",
        )

    def _plan(self, kind: Kind, key: str | None) -> EmbeddingsPlan:
        try:
            return plan_embeddings(
                self,
                kind,
                provider=self._provider,
                facts=self._facts,
                clients=self._clients,
                key=key,
            )
        except ConfigurationError as error:
            raise without_frames(error) from error.__cause__

    def _ended(self, job: EmbeddingsJob) -> bool:
        """Record the usage of a job; return whether there is any."""
        job.close()
        self._last_usage = job.usage
        if job.usage is None:
            return False
        if self.on_usage is not None:
            self.on_usage(job.usage)
        return True

    def _usage_data(self, job: EmbeddingsJob) -> dict[str, Any]:
        return {
            "model": self.model,
            "provider": self._provider.name,
            "requests": job.requests,
            "usage": job.usage,
        }


async def _work(job: EmbeddingsJob, plan: EmbeddingsPlan, events: CustomEvents) -> None:
    """Send batches of a job until none is left."""
    while (batch := job.take()) is not None:
        answers = astream(batch_exchange(plan, list(batch.texts)), events.aon_retry)
        try:
            [answer] = [answer async for answer in answers]
        except SSEChatError as error:
            job.failed(batch, error)
        else:
            job.answered(batch, answer)
