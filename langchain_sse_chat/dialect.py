"""Define dialects: the facts by which servers differ in their requests."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args, get_origin, get_type_hints

from langchain_sse_chat.errors import ConfigurationError

ToolChoiceKind = Literal["auto", "none", "required", "any", "named"]
"""A kind of `tool_choice`: a word that is sent, or `named` for a tool by its name."""

ReasoningEcho = Literal["never", "tool_turns", "always"]
"""Which reasoning of earlier answers is sent back."""

ToolCallIds = Literal["any", "forty", "nine"]
"""The form of tool-call IDs that a server accepts."""


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

    json_schema: Literal["nested", "flat", "none"] = "nested"
    """How a `response_format` with a JSON schema is sent.

    `nested`, as for OpenAI: name, schema and `strict` are in a `json_schema` object.
    `flat`, as for GigaChat: schema and `strict` are next to `type`
    (https://developers.sber.ru/docs/ru/gigachat/api/reference/rest/post-chat).
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
    xAI (https://docs.x.ai/docs/guides/structured-outputs) and Cerebras
    (https://inference-docs.cerebras.ai/capabilities/structured-outputs). Groq supports
    it only for some models and answers 400 for others
    (https://console.groq.com/docs/structured-outputs).
    """

    reasoning_effort: Literal["reasoning_effort", "reasoning"] = "reasoning_effort"
    """How `reasoning_effort` is sent: under its own name, or as `effort` in a
    `reasoning` object, as OpenRouter documents it
    (https://openrouter.ai/docs/use-cases/reasoning-tokens)."""

    reasoning_off: Literal["effort", "thinking", "enable_thinking"] = "effort"
    """How a `reasoning_effort` of `none` is sent.

    `effort`: like other values. `thinking`: as `"thinking": {"type": "disabled"}`, for
    DeepSeek (https://api-docs.deepseek.com/guides/thinking_mode) and Zhipu
    (https://docs.z.ai/guides/capabilities/thinking). `enable_thinking`: as
    `"enable_thinking": false`, for DashScope
    (https://www.alibabacloud.com/help/en/model-studio/deep-thinking).
    """

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
    then also in `additional_kwargs["generated_files"]`."""

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


_TOOL_CHOICES = frozenset(get_args(ToolChoiceKind))
_CHOICES = {
    name: get_args(kind)
    for name, kind in get_type_hints(Dialect).items()
    if get_origin(kind) is Literal
}
