"""The chat model for GigaChat: `ChatSSE` with GigaChat's own settings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, ClassVar

from langchain_core.language_models import LanguageModelInput
from langchain_core.messages import AIMessage
from langchain_core.runnables import Runnable
from langchain_core.tools import BaseTool
from pydantic import AliasChoices, Field

from langchain_sse_chat.chat_models import ChatSSE
from langchain_sse_chat.gigachat.connection import GigaChatConnection
from langchain_sse_chat.request.tools import ToolLike, output_schema, tools_to_wire
from langchain_sse_chat.settings.field_use import Use
from langchain_sse_chat.structured_output.runnable import Method


class GigaChat(GigaChatConnection, ChatSSE):
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

    allow_any_tool_choice_fallback: Annotated[bool, Use.MODEL] = False
    """Whether a `tool_choice` of `any` becomes `auto` when there are several tools, as
    GigaChat does not support it. Otherwise it is a `ConfigurationError`."""

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
                `few_shot_examples` and `return_schema`.
            tool_choice: As in `ChatSSE`, but `"any"` needs a single tool; see
                `allow_any_tool_choice_fallback`.
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
        return super().bind_tools(
            [_with_extras(tool) for tool in tools],
            tool_choice=tool_choice,
            strict=strict,
            parallel_tool_calls=parallel_tool_calls,
            **kwargs,
        )

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


def _with_extras(tool: ToolLike) -> ToolLike:
    """Return a tool as a dict with GigaChat's `extras`, or unchanged without any."""
    extras = (tool.extras or {}) if isinstance(tool, BaseTool) else {}
    own = {}
    if examples := extras.get("few_shot_examples"):
        own["few_shot_examples"] = examples
    if returns := extras.get("return_schema"):
        own["return_parameters"] = output_schema(returns).parameters
    if not own:
        return tool
    [wire] = tools_to_wire([tool])
    return {**wire, "function": {**wire["function"], **own}}
