"""Define `ChatSSE`, with LangChain's methods for chat models other than calls."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, TypeVar, cast, overload

from langchain_core.callbacks import (
    AsyncCallbackManagerForLLMRun,
    CallbackManagerForLLMRun,
    Callbacks,
)
from langchain_core.language_models import LanguageModelInput
from langchain_core.language_models.base import LangSmithParams
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatResult
from langchain_core.prompt_values import PromptValue
from langchain_core.runnables import Runnable
from pydantic import ConfigDict

from langchain_sse_chat.answer.results import combine_llm_outputs
from langchain_sse_chat.calls import ChatCalls
from langchain_sse_chat.message_keys import MODEL_PROVIDER
from langchain_sse_chat.plan import PARSED_LATER
from langchain_sse_chat.request.content import check_images
from langchain_sse_chat.request.messages import messages_to_wire
from langchain_sse_chat.request.token_count import (
    count_message_tokens,
    text_to_token_ids,
)
from langchain_sse_chat.request.tools import (
    ToolLike,
    output_class_of,
    tool_choice_to_wire,
    tools_to_wire,
)
from langchain_sse_chat.secrets import MASK, masked
from langchain_sse_chat.secrets.masking import fingerprinted, mask_keywords
from langchain_sse_chat.workarounds.broken_calls import unmark

if TYPE_CHECKING:
    from pydantic import BaseModel
    from pydantic.v1 import BaseModel as BaseModelV1

    from langchain_sse_chat.catalog import ServerModel
    from langchain_sse_chat.structured_output.runnable import Method

ObjectT = TypeVar("ObjectT", bound="BaseModel | BaseModelV1 | Mapping[str, object]")
"""A pydantic class or a `TypedDict`."""

_EVENTS = {
    "_stream": "_stream_chat_model_events",
    "_astream": "_astream_chat_model_events",
}
"""Methods that create chunks, with those that create the events of an answer."""


class ChatSSE(ChatCalls):
    """A chat model for any server that streams chat completions as server-sent events.

    ```python
    from langchain_sse_chat import ChatSSE

    chat = ChatSSE(model="gpt-4o", base_url="https://api.aitunnel.ru/v1", api_key="…")
    for chunk in chat.stream("Why is the sky blue?"):
        print(chunk.content, end="", flush=True)
    ```

    It has all of LangChain's methods: `invoke`, `stream`, `batch`, `astream_events`
    and their async versions, `bind_tools`, `with_structured_output`. A stream yields a
    chunk for each delta as soon as its bytes arrive, and one last, empty chunk with
    `response_metadata` and `usage_metadata`.

    Every error is an `SSEChatError`; if it occurs after the answer began, it carries
    the part received as `partial`.
    """

    model_config = ConfigDict(defer_build=False)

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Make LangChain derive the events of a subclass from its own chunks."""
        super().__init_subclass__(**kwargs)
        for chunks, events in _EVENTS.items():
            first = next(c for c in cls.__mro__ if {chunks, events} & vars(c).keys())
            if events not in vars(first):
                setattr(cls, events, None)

    def __call__(
        self,
        messages: LanguageModelInput,
        stop: list[str] | None = None,
        callbacks: Callbacks = None,
        **kwargs: Any,
    ) -> AIMessage:
        """Return the answer, like `invoke`.

        This is how chat models were called before LangChain 1.0, and many pages still
        show it.
        """
        mask_keywords(kwargs)
        return self.invoke(messages, {"callbacks": callbacks}, stop=stop, **kwargs)

    @property
    def _llm_type(self) -> str:
        return "sse-chat"

    def _get_ls_params(
        self, stop: list[str] | None = None, **kwargs: Any
    ) -> LangSmithParams:
        params = super()._get_ls_params(stop=stop, **kwargs)
        params["ls_provider"] = MODEL_PROVIDER
        own_stop = [self.stop] if isinstance(self.stop, str) else self.stop
        if ls_stop := stop or kwargs.get("stop") or own_stop:
            params["ls_stop"] = ls_stop
        return params

    def _get_ls_params_with_defaults(
        self, stop: list[str] | None = None, **kwargs: Any
    ) -> LangSmithParams:
        # Traces are priced by LangChain's name of the provider. Middleware compares
        # that of `_get_ls_params` with `model_provider` of messages.
        params = super()._get_ls_params_with_defaults(stop=stop, **kwargs)
        params["ls_provider"] = self._provider.langchain_name or self._provider.name
        return params

    def _get_invocation_params(
        self, stop: list[str] | None = None, **kwargs: Any
    ) -> dict[str, Any]:
        params = super()._get_invocation_params(stop=stop, **kwargs)
        # They are written to traces, and headers hold keys, including those of tools.
        for name in ("extra_headers", "extra_query"):
            if given := params.get(name):
                params[name] = dict.fromkeys(given, MASK)
        return cast("dict[str, Any]", masked(params))

    def _get_llm_string(self, stop: list[str] | None = None, **kwargs: Any) -> str:
        # LangChain caches the serialized model and would ignore later changes.
        vars(self).pop("_serialized", None)
        kwargs.pop(PARSED_LATER, None)
        for name, given in self._cached_by().items():
            if given:
                kwargs[name] = {**given, **(kwargs.get(name) or {})}
        return super()._get_llm_string(stop=stop, **fingerprinted(kwargs))

    def _generate_with_cache(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        cls = kwargs.get("response_format", self.response_format)
        if isinstance(cls, type):
            kwargs[PARSED_LATER] = True
        result = super()._generate_with_cache(messages, stop, run_manager, **kwargs)
        return _unmarked(result, cls)

    async def _agenerate_with_cache(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        cls = kwargs.get("response_format", self.response_format)
        if isinstance(cls, type):
            kwargs[PARSED_LATER] = True
        result = await super()._agenerate_with_cache(
            messages, stop, run_manager, **kwargs
        )
        return _unmarked(result, cls)

    def _convert_input(self, model_input: LanguageModelInput) -> PromptValue:
        """Return the prompt after checking its images.

        LangChain's tracing reads them first, and its error does not say where they are.
        """
        prompt = super()._convert_input(model_input)
        check_images(prompt.to_messages())
        return prompt

    def _combine_llm_outputs(
        self, llm_outputs: list[dict[str, Any] | None], /
    ) -> dict[str, Any]:
        return combine_llm_outputs(llm_outputs)

    def bind_tools(
        self,
        tools: Sequence[ToolLike],
        *,
        tool_choice: str | bool | dict[str, Any] | None = None,
        strict: bool | None = None,
        parallel_tool_calls: bool | None = None,
        **kwargs: Any,
    ) -> Runnable[LanguageModelInput, AIMessage]:
        """Return the model with tools that it may call.

        Args:
            tools: Tools in any form that LangChain accepts: tools, functions, pydantic
                classes, `TypedDict`s, and dicts in the form of OpenAI, Anthropic or
                JSON schema. A dict of a type of its own, such as
                `{"type": "web_search"}`, goes to the server as it is.
            tool_choice: `"auto"`, `"none"`, `"required"` (or `"any"`, or `True`), the
                name of a tool, or a dict of the wire. `None` leaves it to the server.
            strict: Whether the server should enforce the schema of arguments.
            parallel_tool_calls: Whether the model may call several tools in one answer.
            **kwargs: Additional keywords for every call, such as `response_format`.

        Raises:
            ConfigurationError: A tool is not valid, or `tool_choice` is not among them.
        """
        wire = tools_to_wire(tools, strict=strict)
        choice = tool_choice_to_wire(tool_choice, wire)
        given = {"tool_choice": choice, "parallel_tool_calls": parallel_tool_calls}
        kwargs |= {k: v for k, v in given.items() if v is not None}
        if strict is not None and kwargs.get("response_format") is not None:
            kwargs["strict"] = strict
        return self.bind(tools=wire, **kwargs)

    @overload  # type: ignore[override]  # a `TypedDict` gives its own dicts
    def with_structured_output(
        self,
        schema: type[ObjectT],
        *,
        method: Method | None = None,
        include_raw: Literal[False] = False,
        strict: bool | None = None,
        **kwargs: Any,
    ) -> Runnable[LanguageModelInput, ObjectT]: ...

    @overload
    def with_structured_output(
        self,
        schema: ToolLike,
        *,
        method: Method | None = None,
        include_raw: Literal[False] = False,
        strict: bool | None = None,
        **kwargs: Any,
    ) -> Runnable[LanguageModelInput, dict[str, Any]]: ...

    @overload
    def with_structured_output(
        self,
        schema: None = None,
        *,
        method: Method | None = None,
        include_raw: Literal[False] = False,
        strict: bool | None = None,
        **kwargs: Any,
    ) -> Runnable[LanguageModelInput, Any]: ...

    @overload
    def with_structured_output(
        self,
        schema: ToolLike | None = None,
        *,
        method: Method | None = None,
        include_raw: Literal[True],
        strict: bool | None = None,
        **kwargs: Any,
    ) -> Runnable[LanguageModelInput, dict[str, Any]]: ...

    @overload
    def with_structured_output(
        self,
        schema: ToolLike | None = None,
        *,
        method: Method | None = None,
        include_raw: bool,
        strict: bool | None = None,
        **kwargs: Any,
    ) -> Runnable[LanguageModelInput, Any]: ...

    def with_structured_output(
        self,
        schema: ToolLike | None = None,
        *,
        method: Method | None = None,
        include_raw: bool = False,
        strict: bool | None = None,
        **kwargs: Any,
    ) -> Runnable[LanguageModelInput, Any]:
        """Return a runnable whose output has the shape of a schema.

        Args:
            schema: A pydantic class gives instances of it; a `TypedDict` or a JSON
                schema gives dicts.
            method: `json_schema` uses `response_format`, `function_calling` a
                tool that must be called, `json_mode` any JSON object. Default:
                the first of these that the provider's dialect supports.
                `format_instructions` puts the schema into the prompt, for servers
                without any of them.
            include_raw: Whether to return a dict with `raw`, `parsed` and
                `parsing_error` instead of raising if parsing fails.
            strict: Whether the server should enforce the schema.
            **kwargs: Additional keywords for every call.

        Raises:
            ConfigurationError: `method` is unknown, or conflicts with other arguments.
        """
        # Imported here: with LangChain's parsers it is a tenth of the import time.
        from langchain_sse_chat.structured_output import runnable  # noqa: PLC0415

        method = method or self._default_method(schema)
        request = self._structured_request(schema, method, strict)
        parser = runnable.output_parser(schema, method, include_raw=include_raw)
        answer = self.bind(**{**request, **kwargs}) | parser
        prompt = runnable.prompt_runnable(schema, method)
        return answer if prompt is None else prompt | answer

    def _structured_request(
        self,
        schema: ToolLike | None,
        method: Method,
        strict: bool | None,  # noqa: FBT001  # the caller's own
    ) -> dict[str, Any]:
        """Return the call keywords that request output in the shape of a schema."""
        from langchain_sse_chat.structured_output import runnable  # noqa: PLC0415

        return runnable.structured_request(
            schema, method, strict=strict, dialect=self._dialect
        )

    def _default_method(self, schema: ToolLike | None) -> Method:
        """Return the best method that the provider's dialect supports."""
        from langchain_sse_chat.structured_output import runnable  # noqa: PLC0415

        return runnable.default_method(schema, self._dialect)

    def models(self) -> list[ServerModel]:
        """Return the models that the server offers, in its order.

        The request has the key, proxy, timeouts, retries and recording of a call.

        Raises:
            SSEChatError: The request failed, or its answer is not a list of models.
        """
        from langchain_sse_chat.catalog import listing  # noqa: PLC0415  # few need it

        return listing.models_of(self)

    async def amodels(self) -> list[ServerModel]:
        """Return the models that the server offers; see `models`."""
        from langchain_sse_chat.catalog import listing  # noqa: PLC0415  # few need it

        return await listing.amodels_of(self)

    def get_token_ids(self, text: str) -> list[int]:
        """Return the token IDs of a text, or invented ones, about as many.

        Works offline and for any model: 4 bytes of UTF-8 count as a token. For OpenAI's
        models, `tiktoken` gives the IDs, if it and its file for the model are already
        on this machine. `custom_get_token_ids` replaces both.
        """
        if self.custom_get_token_ids is not None:
            return self.custom_get_token_ids(text)
        ids = None
        if self._provider.tokenizer is not None:
            from langchain_sse_chat.request import exact_tokens  # noqa: PLC0415

            ids = exact_tokens.exact_token_ids(text, self.model)
        return text_to_token_ids(text) if ids is None else ids

    def get_num_tokens_from_messages(
        self, messages: list[BaseMessage], tools: Sequence[ToolLike] | None = None
    ) -> int:
        """Return an estimate of the tokens in messages and tools.

        Works offline and for any model: a text counts as many tokens as
        `get_num_tokens` returns; an image, audio or file counts 256. `usage_metadata`
        of an answer has the server's own count.

        Raises:
            ConfigurationError: A message cannot be sent, or a tool is not valid.
        """
        wire = messages_to_wire(messages, self._dialect) if messages else []
        return count_message_tokens(
            wire, tools_to_wire(tools or []), count=self.get_num_tokens
        )


def _unmarked(result: ChatResult, response_format: object) -> ChatResult:
    """Return a result that LangChain may have merged from chunks, with its object."""
    for generation in result.generations:
        unmark(generation.message)
    if isinstance(response_format, type) and (cls := output_class_of(response_format)):
        # Imported here, because few calls need it.
        from langchain_sse_chat.answer.parsed import add_parsed  # noqa: PLC0415

        add_parsed(result.generations[0].message, cls)
    return result
