"""Implement LangChain's methods that request an answer, each with one exchange."""

from __future__ import annotations

from collections.abc import (
    AsyncGenerator,
    AsyncIterator,
    Generator,
    Iterator,
    Mapping,
    Sequence,
)
from contextlib import aclosing, closing
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, TypeVar, cast

from langchain_core.callbacks import (
    AsyncCallbackManagerForLLMRun,
    CallbackManagerForLLMRun,
)
from langchain_core.language_models import LanguageModelInput
from langchain_core.language_models.chat_models import (
    agenerate_from_stream,
    generate_from_stream,
)
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.outputs import ChatGenerationChunk, ChatResult
from langchain_core.runnables import RunnableConfig
from pydantic import Field, field_validator

from langchain_sse_chat.answer.chunks import ChunkAssembler
from langchain_sse_chat.answer.events_with_chunks import event_assembler
from langchain_sse_chat.answer.results import ResultAssembler
from langchain_sse_chat.callbacks import CustomEvents, called_with
from langchain_sse_chat.errors import ConfigurationError
from langchain_sse_chat.exchange.endpoint_attempts import CallPlan, build_exchange
from langchain_sse_chat.plan import ENDPOINT_KEYWORDS, plan_call
from langchain_sse_chat.secrets.masking import mask_keywords, without_frames
from langchain_sse_chat.settings.api_key import Key, async_keys, sync_keys
from langchain_sse_chat.settings.chat_settings import ChatSSESettings
from langchain_sse_chat.settings.fallbacks import checked_fallbacks, endpoints
from langchain_sse_chat.settings.field_types import AS_IT_IS, ApiKey
from langchain_sse_chat.settings.field_use import Use
from langchain_sse_chat.transport.async_client import astream
from langchain_sse_chat.transport.begun_streams import close_later
from langchain_sse_chat.transport.event_loop import running_loop
from langchain_sse_chat.transport.protocols import Exchange
from langchain_sse_chat.transport.sync_client import stream
from langchain_sse_chat.transport.workarounds.asyncgen_hooks import anext_unhooked
from langchain_sse_chat.wire.deltas import Assembler
from langchain_sse_chat.workarounds.chunk_compaction import ChunkCompactor

if TYPE_CHECKING:
    from langchain_protocol.protocol import MessagesData

OutputT = TypeVar("OutputT")


class ChatCalls(ChatSSESettings):
    """Runs the calls of a chat model: the settings are above, the tools below it."""

    fallbacks: Annotated[list[Annotated[ChatCalls, AS_IT_IS]], Use.MODEL] = Field(
        default_factory=list
    )
    """Models that take over when this one fails: with the same request before the first
    token, and by resuming the answer after it, unless `on_disconnect` is set to
    `raise`. Keywords of a call for its own server (`model`, `extra_headers`,
    `extra_query`, `extra_body`) do not reach them."""

    @field_validator("fallbacks", mode="before")
    @classmethod
    def _check_fallbacks(cls, value: Any) -> Any:
        """Check that the value is a list of chat models of this package."""
        return checked_fallbacks(value, ChatCalls)

    def _change(self, changes: Mapping[str, Any]) -> None:
        for each in checked_fallbacks(changes.get("fallbacks") or (), ChatCalls):
            endpoints(each, (self,))
        super()._change(changes)

    def to_json(self) -> Any:
        """Return LangChain's serialized form of the model, without secrets."""
        endpoints(self)  # LangChain would follow a loop forever.
        return super().to_json()

    def invoke(
        self,
        input: LanguageModelInput,  # noqa: A002  # LangChain's name
        config: RunnableConfig | None = None,
        *,
        stop: list[str] | None = None,
        **kwargs: Any,
    ) -> AIMessage:
        """Return the answer."""
        mask_keywords(kwargs)
        with called_with(config):
            return super().invoke(input, config, stop=stop, **kwargs)

    async def ainvoke(
        self,
        input: LanguageModelInput,  # noqa: A002  # LangChain's name
        config: RunnableConfig | None = None,
        *,
        stop: list[str] | None = None,
        **kwargs: Any,
    ) -> AIMessage:
        """Return the answer."""
        running_loop()
        mask_keywords(kwargs)
        with called_with(config):
            return await super().ainvoke(input, config, stop=stop, **kwargs)

    def stream(
        self,
        input: LanguageModelInput,  # noqa: A002  # LangChain's name
        config: RunnableConfig | None = None,
        *,
        stop: list[str] | None = None,
        **kwargs: Any,
    ) -> Generator[AIMessageChunk]:
        """Yield the answer in chunks, each as soon as its bytes arrive."""
        if kwargs:
            mask_keywords(kwargs)
        chunks = super().stream(input, config, stop=stop, **kwargs)
        with closing(cast("Generator[AIMessageChunk]", chunks)):
            # `_stream` starts running at the first chunk.
            with called_with(config):
                first = next(chunks)
            yield first
            yield from chunks

    async def astream(
        self,
        input: LanguageModelInput,  # noqa: A002  # LangChain's name
        config: RunnableConfig | None = None,
        *,
        stop: list[str] | None = None,
        **kwargs: Any,
    ) -> AsyncGenerator[AIMessageChunk]:
        """Yield the answer in chunks, each as soon as its bytes arrive."""
        running_loop()
        if kwargs:
            mask_keywords(kwargs)
        chunks = super().astream(input, config, stop=stop, **kwargs)
        async with aclosing(cast("AsyncGenerator[AIMessageChunk]", chunks)) as stream:
            close_later(stream)
            with called_with(config):
                first = await anext_unhooked(chunks)
            yield first
            async for chunk in chunks:
                yield chunk

    def _plan(
        self,
        key: str | None,
        messages: list[BaseMessage],
        stop: list[str] | None,
        kwargs: dict[str, Any],
        *,
        streamed: bool,
    ) -> CallPlan:
        try:
            return plan_call(
                self,
                messages,
                provider=self._provider,
                clients=self._clients,
                key=key,
                stop=stop,
                keywords=kwargs,
                streamed=streamed,
            )
        except ConfigurationError as error:
            raise without_frames(error) from error.__cause__

    def _streams_when_asked_for_all(self, kwargs: dict[str, Any]) -> bool:
        """Whether `invoke` streams although LangChain did not choose to.

        It chooses to by a `streaming=True` that the caller gave; one that a subclass
        has as its default comes here.
        """
        return self.streaming is True and not self._streaming_disabled(**kwargs)

    def _endpoint_keys(self) -> list[ApiKey | None]:
        if not self.fallbacks:
            return [self._key]
        return [model._key for model in endpoints(self)]  # noqa: SLF001  # of this class

    def _exchange(
        self,
        assembler: Assembler[OutputT],
        keys: Sequence[Key],
        messages: list[BaseMessage],
        stop: list[str] | None,
        kwargs: dict[str, Any],
        *,
        streamed: bool,
    ) -> Exchange[OutputT]:
        """Return the exchange of a call, with its fallbacks."""
        own, *other_keys = keys
        plan = self._plan(own(), messages, stop, kwargs, streamed=streamed)
        if plan.output_class is not None:
            # Imported here, because few calls need it.
            from langchain_sse_chat.answer.parsed import ParsedAnswers  # noqa: PLC0415

            assembler = ParsedAnswers(assembler, plan.output_class)
        if not other_keys:
            return build_exchange(plan, assembler)
        _, *others = endpoints(self)
        shared = {k: v for k, v in kwargs.items() if k not in ENDPOINT_KEYWORDS}

        def fallback(model: ChatCalls, key: Key) -> CallPlan:
            return model._plan(key(), messages, stop, shared, streamed=streamed)

        return build_exchange(
            plan,
            assembler,
            [partial(fallback, *each) for each in zip(others, other_keys, strict=True)],
        )

    def _ask(
        self,
        assembler: Assembler[OutputT],
        messages: list[BaseMessage],
        stop: list[str] | None,
        kwargs: dict[str, Any],
        run_manager: CallbackManagerForLLMRun | None,
        *,
        streamed: bool = True,
    ) -> Generator[OutputT]:
        if kwargs:
            mask_keywords(kwargs)
        keys = sync_keys(self._endpoint_keys())
        exchange = self._exchange(
            assembler, keys, messages, stop, kwargs, streamed=streamed
        )
        # The client is created before the clock of the first token starts, and here, so
        # that an invalid setting raises even if there are fallbacks.
        self._clients.sync_client()
        events = CustomEvents(self.callbacks, run_manager)
        return stream(exchange, events.on_retry)

    async def _aask(
        self,
        assembler: Assembler[OutputT],
        messages: list[BaseMessage],
        stop: list[str] | None,
        kwargs: dict[str, Any],
        run_manager: AsyncCallbackManagerForLLMRun | None,
        *,
        streamed: bool = True,
    ) -> AsyncGenerator[OutputT]:
        if kwargs:
            mask_keywords(kwargs)
        keys = await async_keys(self._endpoint_keys())
        exchange = self._exchange(
            assembler, keys, messages, stop, kwargs, streamed=streamed
        )
        self._clients.async_client()
        events = CustomEvents(self.callbacks, run_manager)
        return astream(exchange, events.aon_retry)

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        if self._streams_when_asked_for_all(kwargs):
            return generate_from_stream(
                self._stream(messages, stop, run_manager, **kwargs)
            )
        [result] = self._ask(
            ResultAssembler(), messages, stop, kwargs, run_manager, streamed=False
        )
        return result

    async def _agenerate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        if self._streams_when_asked_for_all(kwargs):
            return await agenerate_from_stream(
                self._astream(messages, stop, run_manager, **kwargs)
            )
        answer = await self._aask(
            ResultAssembler(), messages, stop, kwargs, run_manager, streamed=False
        )
        [result] = [result async for result in answer]
        return result

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        answer = self._ask(ChunkAssembler(), messages, stop, kwargs, run_manager)
        kept = ChunkCompactor()
        with closing(answer):
            for chunk in answer:
                # Without a run manager, LangChain reports tokens itself.
                if run_manager:
                    run_manager.on_llm_new_token(chunk.text, chunk=chunk)
                yield chunk
                kept.on_next(chunk)

    async def _astream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> AsyncIterator[ChatGenerationChunk]:
        answer = await self._aask(ChunkAssembler(), messages, stop, kwargs, run_manager)
        kept = ChunkCompactor()
        async with aclosing(answer):
            async for chunk in answer:
                if run_manager:
                    await run_manager.on_llm_new_token(chunk.text, chunk=chunk)
                yield chunk
                kept.on_next(chunk)

    def _stream_chat_model_events(
        self,
        messages: list[BaseMessage],
        *,
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[MessagesData]:
        assembler: Any = event_assembler(run_manager)
        answer = self._ask(assembler, messages, stop, kwargs, run_manager)
        with closing(answer):
            for output in answer:
                # Chunks are created only for a run manager that uses them.
                if type(output) is not ChatGenerationChunk:
                    yield output
                else:
                    run = cast("CallbackManagerForLLMRun", run_manager)
                    run.on_llm_new_token(output.text, chunk=output)
        yield assembler.finish

    async def _astream_chat_model_events(
        self,
        messages: list[BaseMessage],
        *,
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> AsyncIterator[MessagesData]:
        assembler: Any = event_assembler(run_manager)
        answer = await self._aask(assembler, messages, stop, kwargs, run_manager)
        async with aclosing(answer):
            async for output in answer:
                if type(output) is not ChatGenerationChunk:
                    yield output
                else:
                    run = cast("AsyncCallbackManagerForLLMRun", run_manager)
                    await run.on_llm_new_token(output.text, chunk=output)
        yield assembler.finish
