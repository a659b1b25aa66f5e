"""The chat model for GigaChat: `ChatSSE` with GigaChat's own settings."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Generator, Sequence
from typing import Annotated, Any, ClassVar, TypeVar

from langchain_core.callbacks import (
    AsyncCallbackManagerForLLMRun,
    CallbackManagerForLLMRun,
)
from langchain_core.language_models import LanguageModelInput
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.runnables import Runnable
from pydantic import AliasChoices, BaseModel, Field, PrivateAttr, field_validator

from langchain_sse_chat.chat_models import ChatSSE
from langchain_sse_chat.exchange.endpoint_attempts import CallPlan
from langchain_sse_chat.gigachat.connection import (
    GigaChatConnection,
    with_additional_fields,
)
from langchain_sse_chat.gigachat.results import DeletedFile
from langchain_sse_chat.gigachat.service import GigaChatService
from langchain_sse_chat.gigachat.token_counts import (
    count_in_messages,
    estimated,
)
from langchain_sse_chat.gigachat.tool_extras import (
    structured_with_extras,
    with_extras,
)
from langchain_sse_chat.gigachat.upload_turns import TURNS
from langchain_sse_chat.gigachat.uploads import Uploads
from langchain_sse_chat.plain_calls import aask, ask
from langchain_sse_chat.request.messages import messages_to_wire
from langchain_sse_chat.request.tools import ToolLike, tools_to_wire
from langchain_sse_chat.settings.field_use import Use
from langchain_sse_chat.structured_output.runnable import Method
from langchain_sse_chat.wire.deltas import Assembler

OutputT = TypeVar("OutputT")


class GigaChat(GigaChatService, ChatSSE):
    """A chat model for GigaChat, with the setting names of `langchain_gigachat`.

    ```python
    from langchain_sse_chat.gigachat import GigaChat

    chat = GigaChat(credentials="…", ca_bundle_file="russian_trusted_root_ca.pem")
    for chunk in chat.stream("Почему небо голубое?"):
        print(chunk.content, end="", flush=True)
    ```

    It streams by default. Settings have environment variables: `GIGACHAT_` and the name
    in capitals, such as `GIGACHAT_CREDENTIALS`. For the settings of all models, see
    `ChatSSE`.
    """

    _ENVIRONMENT: ClassVar[tuple[str, ...]] = (
        *GigaChatConnection._ENVIRONMENT,  # noqa: SLF001  # ours
        "model",
        "profanity_check",
    )

    model: Annotated[str, Use.BODY] = Field(
        default="GigaChat", validation_alias=AliasChoices("model", "model_name")
    )
    """The model's name: `GigaChat-2`, `GigaChat-2-Pro`, `GigaChat-2-Max`, …
    (https://developers.sber.ru/docs/ru/gigachat/models)."""

    profanity_check: Annotated[bool | None, Use.BODY] = None
    """Whether the server checks for profanity. Default: the server's."""

    repetition_penalty: Annotated[float | None, Use.BODY] = None
    """Values above 1.0 reduce repetition."""

    update_interval: Annotated[float | None, Use.BODY] = None
    """Interval between two events of a stream, in seconds."""

    function_ranker: Annotated[dict[str, Any] | None, Use.BODY] = None
    """Server-side preselection of functions: `enabled`, `top_n`."""

    flags: Annotated[list[str] | None, Use.BODY] = None
    """Feature flags of the server."""

    storage: Annotated[dict[str, Any] | None, Use.BODY] = None
    """Storage of the conversation on the server: `is_stateful`, `thread_id`, …"""

    auto_upload_attachments: Annotated[bool, Use.MODEL] = False
    """Whether images, audio and documents in messages are uploaded before the call,
    each content once. Otherwise their data is a `ConfigurationError`, as GigaChat only
    takes the IDs of uploaded files."""

    use_api_for_tokens: Annotated[bool, Use.MODEL] = False
    """Whether tokens are counted by the server, with a request. Otherwise a token is
    estimated at 4.6 characters."""

    allow_any_tool_choice_fallback: Annotated[bool, Use.MODEL] = False
    """Whether a `tool_choice` of `any` becomes `auto` when there are several tools, as
    GigaChat does not support it. Otherwise it is a `ConfigurationError`."""

    _uploads: Uploads = PrivateAttr()

    _MADE: ClassVar[tuple[str, ...]] = (*ChatSSE._MADE, "_uploads")  # noqa: SLF001  # ours

    @field_validator("function_ranker", "storage", mode="before")
    @classmethod
    def _as_fields(cls, value: Any) -> Any:
        """Accept the models of the `gigachat` package."""
        is_model = isinstance(value, BaseModel)
        return value.model_dump(exclude_none=True) if is_model else value

    def _derive(self) -> None:
        super()._derive()
        self._uploads = Uploads()

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
        if self.auto_upload_attachments:
            for found in self._uploads.missing(messages):
                turn = TURNS.of_threads(self._uploads, found.key)
                with turn:
                    if request := self._uploads.request(found):
                        self._uploads.keep(found, ask(self, request).id_)
        own = with_additional_fields(kwargs)
        return super()._ask(
            assembler, messages, stop, own, run_manager, streamed=streamed
        )

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
        if self.auto_upload_attachments:
            for found in self._uploads.missing(messages):
                turn = TURNS.of_tasks(self._uploads, found.key)
                async with turn:
                    if request := self._uploads.request(found):
                        self._uploads.keep(found, (await aask(self, request)).id_)
        own = with_additional_fields(kwargs)
        return await super()._aask(
            assembler, messages, stop, own, run_manager, streamed=streamed
        )

    def _plan(
        self,
        key: str | None,
        messages: list[BaseMessage],
        stop: list[str] | None,
        kwargs: dict[str, Any],
        *,
        streamed: bool,
    ) -> CallPlan:
        # Here, because a fallback at another server needs the data itself.
        messages = self._uploads.applied(messages)
        return super()._plan(key, messages, stop, kwargs, streamed=streamed)

    def delete_file(self, file_id: str) -> DeletedFile:
        """Delete a file; see `GigaChatService.delete_file`."""
        self._uploads.forget(file_id)
        return super().delete_file(file_id)

    async def adelete_file(self, file_id: str) -> DeletedFile:
        """Delete a file; see `delete_file`."""
        self._uploads.forget(file_id)
        return await super().adelete_file(file_id)

    def get_num_tokens(self, text: str) -> int:
        """Return the number of tokens in a text; see `use_api_for_tokens`."""
        if self.custom_get_token_ids is not None:
            return super().get_num_tokens(text)
        if self.use_api_for_tokens:
            return self.tokens_count([text])[0].tokens
        return estimated(text)

    def get_num_tokens_from_messages(
        self, messages: list[BaseMessage], tools: Sequence[ToolLike] | None = None
    ) -> int:
        """Return the number of tokens in messages and tools; see `use_api_for_tokens`.

        The server counts all texts with one request.
        """
        if self.custom_get_token_ids is not None or not self.use_api_for_tokens:
            return super().get_num_tokens_from_messages(messages, tools)
        sent = self._uploads.applied(messages)
        wire = messages_to_wire(sent, self._dialect) if sent else []
        return count_in_messages(
            wire,
            tools_to_wire(tools or []),
            lambda texts: [each.tokens for each in self.tokens_count(texts)],
        )

    def bind_functions(
        self,
        functions: Sequence[ToolLike],
        function_call: str | dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> Runnable[LanguageModelInput, AIMessage]:
        """Return this model with functions that it may call, like `bind_tools`.

        Args:
            functions: Tools in any form that `bind_tools` accepts.
            function_call: `"auto"`, `"none"`, or the name of a function that must be
                called, also as `{"name": …}`. `None` means `"auto"`.
            **kwargs: Other keywords for every call.

        Raises:
            ConfigurationError: A value is not a function, or `function_call` is not
                one of them.
        """
        if isinstance(function_call, dict):
            function_call = function_call.get("name")
        return self.bind_tools(functions, tool_choice=function_call, **kwargs)

    def bind_tools(
        self,
        tools: Sequence[ToolLike],
        *,
        tool_choice: str | bool | dict[str, Any] | None = None,
        strict: bool | None = None,
        parallel_tool_calls: bool | None = None,
        **kwargs: Any,
    ) -> Runnable[LanguageModelInput, AIMessage]:
        """Return this model with tools that it may call, one per answer.

        Args:
            tools: As in `ChatSSE`; a function that GigaChat runs itself is, for
                example, `{"type": "text2image"}`. A tool's `extras` may have
                `few_shot_examples` and `return_schema`, and a class a static method
                `few_shot_examples`.
            tool_choice: As in `ChatSSE`, but `"any"` needs a single tool; see
                `allow_any_tool_choice_fallback`. `True` is the first tool, as in
                `langchain_gigachat`.
            strict: Ignored, as GigaChat has no strict mode.
            parallel_tool_calls: Ignored, as an answer has one call.
            **kwargs: Other keywords for every call.

        Raises:
            ConfigurationError: A value is not a tool, or the choice is not one of the
                tools. A choice that GigaChat does not support is reported by the call.
        """
        falls_back = self.allow_any_tool_choice_fallback and len(tools) > 1
        if falls_back and tool_choice in ("any", "required", True):
            tool_choice = "auto"
        wire = [with_extras(tool) for tool in tools]
        if tool_choice is True and len(tools) > 1:
            [first] = tools_to_wire(wire[:1])
            tool_choice = first.get("function", first).get("name") or first["type"]
        return super().bind_tools(
            wire,
            tool_choice=tool_choice,
            strict=strict,
            parallel_tool_calls=parallel_tool_calls,
            **kwargs,
        )

    def _structured_request(
        self,
        schema: ToolLike | None,
        method: Method,
        strict: bool | None,  # noqa: FBT001  # the caller's own
    ) -> dict[str, Any]:
        request = super()._structured_request(schema, method, strict)
        return structured_with_extras(request, schema, strict)

    def _default_method(self, schema: ToolLike | None) -> Method:
        """Return the method that works with all GigaChat models.

        Newer models support `json_schema` and `json_mode` too.
        """
        return "json_mode" if schema is None else "function_calling"

    @property
    def lc_secrets(self) -> dict[str, str]:
        """The constructor arguments that are secrets, with environment variables."""
        return {
            "api_key": "GIGACHAT_CREDENTIALS",
            "credentials": "GIGACHAT_CREDENTIALS",
            "access_token": "GIGACHAT_ACCESS_TOKEN",
            "password": "GIGACHAT_PASSWORD",
            "key_file_password": "GIGACHAT_KEY_FILE_PASSWORD",
        }

    @property
    def _llm_type(self) -> str:
        return "sse-chat-gigachat"
