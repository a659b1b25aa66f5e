"""Define dialects: the facts by which servers differ in their requests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, get_args, get_origin, get_type_hints

from langchain_sse_chat.errors import ConfigurationError

ToolChoiceKind = Literal["auto", "none", "required", "any", "named"]
"""A kind of `tool_choice`: a word that is sent, or `named` for a tool by its name."""

ReasoningEcho = Literal["never", "tool_turns", "always"]
"""Which reasoning of earlier answers is sent back."""

ToolCallIds = Literal["any", "forty", "nine"]
"""The form of tool-call IDs that a server accepts."""

ReasoningSwitch = Literal[
    "effort",
    "reasoning",
    "thinking",
    "adaptive_thinking",
    "enable_thinking",
    "chat_template_kwargs",
    "chat_template_args",
    "none",
]
"""The body field that switches reasoning on and off."""

ReasoningBudget = Literal[
    "none",
    "reasoning",
    "thinking",
    "thinking_budget",
    "thinking_token_budget",
    "thinking_config",
]
"""The body field with the limit on tokens for reasoning."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """The form of requests that a server accepts, one field per fact.

    The defaults suit most servers. Create a variant with
    `dataclasses.replace`.
    """

    max_tokens_field: Literal["max_tokens", "max_completion_tokens"] = "max_tokens"
    """The body field for the limit on generated tokens.

    OpenAI's reasoning models reject `max_tokens`
    (https://platform.openai.com/docs/api-reference/chat/create); most other servers
    support only that.
    """

    system_role: Literal["system", "developer"] = "system"
    """The role under which a system message is sent."""

    supports_stream_options: bool = True
    """Whether `stream_options.include_usage` can request usage in a stream.

    Mistral rejects the option and sends usage without it
    (https://docs.mistral.ai/api/).
    """

    tool_choices: frozenset[ToolChoiceKind] = frozenset(
        {"auto", "none", "required", "named"}
    )
    """The kinds of `tool_choice` that the server supports.

    A required call of any tool is sent as `required`, or as `any`, Mistral's word
    (https://docs.mistral.ai/capabilities/function_calling/), or with the name if there
    is only one tool. Without `none`, the tools are left out; without `auto`, the choice
    is. Other unsupported choices are a `ConfigurationError`, as for Zhipu, which
    supports only `auto` (https://docs.bigmodel.cn/api-reference).
    """

    json_schema: Literal["nested", "flat", "bare", "object", "none"] = "nested"
    """How a `response_format` with a JSON schema is sent.

    `nested`, as for OpenAI: name, schema and `strict` are in a `json_schema` object.
    `flat`, as for GigaChat: schema and `strict` are next to `type`
    (https://developers.sber.ru/docs/ru/gigachat/api/reference/rest/post-chat).
    `bare`, as for Yandex: `json_schema` is the schema itself, without name and `strict`
    (https://yandex.cloud/en/docs/ai-studio/concepts/openai-compatibility). `object`, as
    for Cohere: the schema is next to the type `json_object`
    (https://docs.cohere.com/docs/compatibility-api).
    `none`: the server supports only `json_object`, and a
    schema is a `ConfigurationError`, as for DeepSeek
    (https://api-docs.deepseek.com/guides/json_mode) and Zhipu
    (https://docs.bigmodel.cn/api-reference).
    """

    strict_by_default: bool = False
    """Whether `strict` is sent with the JSON schema of a pydantic class by default,
    because the server's documentation guarantees that it then enforces the schema.

    A schema that strict mode does not support, such as an object with arbitrary keys,
    is sent without it. The servers: OpenAI, and Azure with its models
    (https://platform.openai.com/docs/guides/structured-outputs), OpenRouter
    (https://openrouter.ai/docs/structured-outputs), Mistral
    (https://docs.mistral.ai/capabilities/structured-output/custom_structured_output/),
    xAI (https://docs.x.ai/docs/guides/structured-outputs), Cerebras
    (https://inference-docs.cerebras.ai/capabilities/structured-outputs), Baseten
    (https://docs.baseten.co/development/model-apis/overview), DeepInfra
    (https://docs.deepinfra.com/chat/structured-outputs) and Venice
    (https://docs.venice.ai/guides/features/structured-responses). Groq supports
    it only for some models and answers 400 for others
    (https://console.groq.com/docs/structured-outputs).
    """

    schemas_by_model: bool = False
    """Whether only some of the server's models enforce schemas, by its documentation.

    `strict` is sent all the same, but the profile promises no `structured_output`.
    OpenRouter's page above says "compatible models", Venice's "not natively available
    for all", DeepInfra's "a lot" (https://deepinfra.com/docs/advanced/json_mode).
    """

    reasoning_effort: Literal["reasoning_effort", "reasoning"] = "reasoning_effort"
    """How the reasoning effort is sent: as `reasoning_effort`, or as `effort` in a
    `reasoning` object, as OpenRouter documents it
    (https://openrouter.ai/docs/use-cases/reasoning-tokens). A server with the object
    gets a `reasoning` that is one unchanged."""

    reasoning_efforts: frozenset[str] | None = None
    """The efforts that the server or the model knows, by its documentation; `None` if
    that has no list. Other values of `reasoning` are a `ConfigurationError`;
    `reasoning_effort` and `extra_body` are not checked. Mistral's are `high` and `none`
    (https://docs.mistral.ai/capabilities/reasoning/adjustable)."""

    default_effort: str = "medium"
    """The effort that is sent for `reasoning=True`, if efforts are the switch: OpenAI's
    default (https://platform.openai.com/docs/guides/reasoning)."""

    reasoning_switch: ReasoningSwitch = "effort"
    """How reasoning is switched on and off, by `reasoning` or a `reasoning_effort` of
    `none`.

    `effort`: by the effort, with `none` for off. `reasoning`: by `enabled` in a
    `reasoning` object, for OpenRouter
    (https://openrouter.ai/docs/use-cases/reasoning-tokens) and Together
    (https://docs.together.ai/docs/inference/chat/reasoning). `thinking`: by
    `"thinking": {"type": "enabled"}` or `"disabled"`, for DeepSeek
    (https://api-docs.deepseek.com/guides/thinking_mode), Zhipu
    (https://docs.z.ai/guides/capabilities/thinking), Moonshot
    (https://platform.kimi.ai/docs/api/models-overview) and Volcengine
    (https://github.com/volcengine/volcengine-python-sdk). `adaptive_thinking`: the same
    with `"adaptive"` for on, for MiniMax
    (https://platform.minimax.io/docs/api-reference/text-chat-openai).
    `enable_thinking`: by that field, for DashScope
    (https://www.alibabacloud.com/help/en/model-studio/deep-thinking) and SiliconFlow
    (https://docs.siliconflow.cn/docs/api/chat-completions-post).
    `chat_template_kwargs`: by `enable_thinking` and `thinking` in that object, the
    names in the templates of different models, for vLLM
    (https://docs.vllm.ai/en/latest/features/reasoning_outputs/) and SGLang
    (https://docs.sglang.io/docs/advanced_features/separate_reasoning).
    `chat_template_args`: the same for Baseten, which documents no off
    (https://docs.baseten.co/inference/model-apis/reasoning). `none`: there is no
    switch.
    """

    reasoning_budget: ReasoningBudget = "none"
    """How a limit on tokens for reasoning is sent.

    `reasoning`: as `max_tokens` in a `reasoning` object, for OpenRouter
    (https://openrouter.ai/docs/use-cases/reasoning-tokens). `thinking`: as
    `budget_tokens` in a `thinking` object, for Fireworks
    (https://docs.fireworks.ai/guides/reasoning), LiteLLM
    (https://docs.litellm.ai/docs/reasoning_content) and Anthropic's older models
    (https://platform.claude.com/docs/en/build-with-claude/extended-thinking).
    `thinking_budget`: for DashScope
    (https://www.alibabacloud.com/help/en/model-studio/deep-thinking).
    `thinking_token_budget`: for vLLM
    (https://docs.vllm.ai/en/latest/features/reasoning_outputs/). `thinking_config`: as
    Google's `thinking_budget`, for Gemini, which refuses it together with
    `reasoning_effort` (https://ai.google.dev/gemini-api/docs/openai). `none`: there is
    no such field.
    """

    reasons_by_default: bool = False
    """Whether the model reasons if the request says nothing about it, as for OpenAI's
    o-series (https://platform.openai.com/docs/guides/reasoning)."""

    while_reasoning: tuple[tuple[str, Any], ...] = ()
    """Facts that differ while the model reasons, as pairs of a name of this class and
    its value."""

    reasoning_tags: tuple[str, str] | None = None
    """The tags around reasoning in the text of answers, `None` if there are none.
    The model's `reasoning_tags` replaces it. MiniMax sends `<think>`
    (https://platform.minimax.io/docs/api-reference/text-openai-api)."""

    dropped_fields: frozenset[str] = frozenset()
    """Body fields that the model refuses, and that are left out: with a warning in the
    log, and named in `response_metadata["adjusted"]`. OpenAI's reasoning models refuse
    `temperature` and others
    (https://learn.microsoft.com/azure/ai-foundry/openai/how-to/reasoning)."""

    seed_field: Literal["seed", "random_seed"] = "seed"
    """The body field for the seed; Mistral's is `random_seed`
    (https://docs.mistral.ai/api/)."""

    supports_names: bool = True
    """Whether system, user and assistant messages may have a `name`. Otherwise it is
    left out: Groq answers 400 (https://console.groq.com/docs/openai), and Mistral does
    not support it (https://docs.mistral.ai/api/). The tool name on a result is kept."""

    supports_developer: bool = False
    """Whether a message may have the role `developer`, which only OpenAI and gateways
    to it support. Otherwise it is sent as `system`, which means the same
    (https://platform.openai.com/docs/api-reference/chat/create)."""

    supports_refusals: bool = True
    """Whether an assistant message may have a `refusal`, as for OpenAI. Otherwise the
    refusal is sent as the text of a message without other text: Mistral
    (https://docs.mistral.ai/api/), Groq (https://console.groq.com/docs/openai) and
    Cerebras (https://inference-docs.cerebras.ai/resources/openai) reject unknown
    keys."""

    supports_call_extras: bool = True
    """Whether a tool call may have keys other than `id`, `type` and its function's name
    and arguments, such as Gemini's thought signature, and a tool keys such as
    Anthropic's `cache_control`. Otherwise they are left out: they are for another
    server, and OpenAI, Mistral, Groq and Cerebras reject unknown keys. Gateways pass
    such keys on to models that need them."""

    missing_signature: str = ""
    """The thought signature to send with calls of other models, for a server that
    rejects calls without one: Gemini
    (https://ai.google.dev/gemini-api/docs/thought-signatures). The first call of an
    answer gets it."""

    tool_call_ids: ToolCallIds = "any"
    """The form of tool-call IDs; other IDs are replaced, always in the same way.

    `any`: every ID is accepted. `forty`: up to 40 characters, OpenAI's limit
    (https://github.com/Portkey-AI/gateway/issues/1062). `nine`: nine letters or digits,
    Mistral's rule (https://github.com/langchain-ai/langchain/pull/24668).
    """

    tool_media: bool = False
    """Whether a tool result may contain images, audio and files. Otherwise a user
    message after the results contains them: OpenAI accepts only text in tool results
    (https://platform.openai.com/docs/api-reference/chat/create). OpenRouter
    (https://openrouter.ai/docs/api-reference/overview) and Mistral
    (https://docs.mistral.ai/api/) accept all parts there."""

    user_after_tools: bool = True
    """Whether a user message may follow a tool result. Otherwise a short assistant
    message is put in between: Mistral reports "Unexpected role 'user' after role
    'tool'" (https://github.com/zed-industries/zed/pull/31736)."""

    refused_fields: frozenset[str] = frozenset()
    """Body fields that the server rejects, by its own documentation. They are a
    `ConfigurationError` before anything is sent; `extra_body` is not checked. Groq's
    are `logprobs`, `top_logprobs` and `logit_bias`
    (https://console.groq.com/docs/openai)."""

    stop: Literal["server", "client"] = "server"
    """Which side ends an answer at a `stop` text: the server or the client.

    With `client`, `stop` is not sent: this package truncates the text and closes the
    connection, so that the server stops too; the usage is then not known. GigaChat has
    no `stop`
    (https://developers.sber.ru/docs/ru/gigachat/api/reference/rest/post-chat).
    """

    continuation: Literal["none", "prefix", "continue_final_message"] = "none"
    """How the model is asked to continue an answer: a conversation that ends with an
    assistant message.

    `none`: unchanged. `prefix`: with `"prefix": true` on that message, for DeepSeek
    (https://api-docs.deepseek.com/guides/chat_prefix_completion), Mistral and LiteLLM
    (https://docs.litellm.ai/docs/completion/prefix). `continue_final_message`: with
    that field, and without a prompt for a new answer, for vLLM
    (https://docs.vllm.ai/en/latest/serving/openai_compatible_server/).
    """

    repeats_prefix: bool = False
    """Whether a continued answer may repeat the earlier text first, as Mistral's does
    (https://github.com/vercel/ai/blob/main/packages/mistral), also through gateways.
    """

    reasoning_echo: ReasoningEcho = "tool_turns"
    """Whether the reasoning of earlier answers is sent back: never, in turns with tool
    calls, or always.

    A turn goes from one user message to the next. DeepSeek rejects turns with tool
    calls without it and ignores it elsewhere
    (https://api-docs.deepseek.com/guides/thinking_mode); GLM requires it there too
    (https://docs.z.ai/guides/capabilities/thinking-mode).
    Moonshot (https://platform.moonshot.ai/docs/guide/use-kimi-k2-thinking-model),
    MiniMax (https://platform.minimax.io/docs/guides/text-m2-function-call) and
    OpenRouter (https://openrouter.ai/docs/use-cases/reasoning-tokens) require it in all
    turns. Groq has rejected it (https://github.com/karthink/gptel/issues/774).

    Without `reasoning_keys`, `"always"` also sends reasoning without a known key, such
    as another package's, as `reasoning_content`.
    """

    reasoning_keys: tuple[str, ...] = ()
    """The keys of an assistant message under which the server reads reasoning.

    Text is sent under its original key if that is one of them, otherwise under the
    first text key among them; `content` means `thinking` parts of the content, as for
    Mistral (https://docs.mistral.ai/capabilities/reasoning/). Structured forms, such as
    OpenRouter's `reasoning_details`, are sent if they are among the keys. Without keys,
    reasoning is sent as it was received.
    """

    requires_reasoning: bool = False
    """Whether an assistant message with tool calls must have the first of
    `reasoning_keys`, empty if there was no reasoning: DeepSeek
    (https://api-docs.deepseek.com/guides/thinking_mode) and Moonshot
    (https://platform.moonshot.ai/docs/guide/use-kimi-k2-thinking-model) reject the
    message without it. With a `reasoning_echo` of `"never"` it is not sent."""

    tool_form: Literal["tools", "functions"] = "tools"
    """How tools, calls and their results are sent.

    `tools` is OpenAI's form, `functions` is GigaChat's
    (https://developers.sber.ru/docs/ru/gigachat/api/reference/rest/post-chat):
    `functions` and `function_call`, one call in a message with an object as arguments,
    results with the role `function`, one system message at the start, and text as
    content, with the IDs of uploaded files in `attachments`.
    """

    answer_fields: frozenset[str] = frozenset()
    """Fields of an answer, in `additional_kwargs`, that the server reads in the
    assistant message when the conversation goes on.

    OpenRouter's are `annotations`, so that a file is not parsed, and paid for, again
    (https://openrouter.ai/docs/features/multimodal/pdfs), and `images` that the model
    generated
    (https://openrouter.ai/docs/sdks/python/api-reference/components/chatassistantmessage).
    """

    ignored_fields: frozenset[str] = frozenset()
    """Body fields that are left out, because the server does not support them and they
    do not change the answer. GigaChat's is `user`
    (https://developers.sber.ru/docs/ru/gigachat/api/reference/rest/post-chat)."""

    least_temperature: float = 0.0
    """The lowest temperature to send; lower values are raised to it. GigaChat rejects 0
    and treats values up to 0.001 as other servers treat 0
    (https://developers.sber.ru/docs/ru/gigachat/api/reference/rest/post-chat)."""

    marks_generated_files: bool = False
    """Whether generated images and videos are tags with a file ID in the text,
    `<img src="…" fuse="true"/>`, as for GigaChat
    (https://developers.sber.ru/docs/ru/gigachat/guides/images-generation). The IDs are
    then also in `additional_kwargs["generated_files"]`, and the answer has the names of
    `langchain_gigachat` too: `image_uuid`, `function_call`, `x_headers`."""

    def __post_init__(self) -> None:
        """Validate the fields.

        Raises:
            ConfigurationError: A field has a value that is not one of its choices.
        """
        for name, choices in _CHOICES.items():
            value = getattr(self, name)
            if value not in choices:
                known = ", ".join(map(repr, choices))
                msg = f"`Dialect({name}={value!r})`: the choices are {known}."
                raise ConfigurationError(msg)
        unknown = set(self.tool_choices) - _TOOL_CHOICES
        if unknown:
            given, known = (
                ", ".join(sorted(map(repr, each))) for each in (unknown, _TOOL_CHOICES)
            )
            msg = f"`Dialect(tool_choices=…)` has {given}; the choices are {known}."
            raise ConfigurationError(msg)


def with_changes(dialect: Dialect, changes: Mapping[str, Any]) -> Dialect:
    """Return a dialect with some facts changed.

    Raises:
        ConfigurationError: There is no fact of that name, or its value is not one of
            the choices.
    """
    unknown = changes.keys() - _NAMES
    if unknown:
        msg = f"`Dialect` has no {', '.join(sorted(map(repr, unknown)))}."
        raise ConfigurationError(msg)
    return replace(dialect, **changes)


_TOOL_CHOICES = frozenset(get_args(ToolChoiceKind))
_NAMES = frozenset(Dialect.__dataclass_fields__)
_CHOICES = {
    name: get_args(kind)
    for name, kind in get_type_hints(Dialect).items()
    if get_origin(kind) is Literal
}
