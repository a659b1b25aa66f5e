"""A dialect: the facts in which a server's requests differ from the others'."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args, get_origin, get_type_hints

from langchain_sse_chat.errors import ConfigurationError

ToolChoiceKind = Literal["auto", "none", "required", "any", "named"]
"""A kind of `tool_choice`: a word of the wire, or `named` for one tool by its name."""

ReasoningEcho = Literal["never", "tool_turns", "always"]
"""Which reasoning of earlier answers is sent back."""

ToolCallIds = Literal["any", "forty", "nine"]
"""The form of the ids of tool calls that a server accepts."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """What a server wants its requests to look like, one field a fact.

    The defaults are what most servers accept. Make a variant with
    `dataclasses.replace`.
    """

    max_tokens_field: Literal["max_tokens", "max_completion_tokens"] = "max_tokens"
    """The body field for the limit on generated tokens.

    OpenAI's reasoning models refuse `max_tokens`
    (https://platform.openai.com/docs/api-reference/chat/create); most other servers
    know only that.
    """

    system_role: Literal["system", "developer"] = "system"
    """The role under which a system message is sent."""

    supports_stream_options: bool = True
    """Whether `stream_options.include_usage` may ask for usage in a stream.

    Mistral refuses the question and sends usage without it
    (https://docs.mistral.ai/api/).
    """

    tool_choices: frozenset[ToolChoiceKind] = frozenset(
        {"auto", "none", "required", "named"}
    )
    """The kinds of `tool_choice` that the server knows.

    That some tool must be called is sent as `required` or else as `any`, which is
    Mistral's word (https://docs.mistral.ai/capabilities/function_calling/); with one
    tool it is the same as that tool by its name. Without `none` the tools are left out,
    without `auto` the choice. Anything else is a `ConfigurationError`, as with Zhipu,
    which knows `auto` only (https://docs.bigmodel.cn/api-reference).
    """

    json_schema: Literal["nested", "flat", "none"] = "nested"
    """How a `response_format` with a JSON schema is sent.

    `nested` has name, schema and `strict` in a `json_schema` of its own, as OpenAI has
    it; `flat` has schema and `strict` beside `type`, as GigaChat has it
    (https://developers.sber.ru/docs/ru/gigachat/api/reference/rest/post-chat).
    `none`: the server knows `json_object` only and a
    schema is a `ConfigurationError`, as for DeepSeek
    (https://api-docs.deepseek.com/guides/json_mode) and Zhipu
    (https://docs.bigmodel.cn/api-reference).
    """

    strict_by_default: bool = False
    """Whether `strict` is sent with the JSON schema of a pydantic class unless the
    caller says otherwise, because the server then holds the answer to the schema by its
    own documentation.

    A schema with something that strict mode does not know, such as an object with any
    keys, is sent without it. OpenAI, and Azure with its models
    (https://platform.openai.com/docs/guides/structured-outputs), OpenRouter
    (https://openrouter.ai/docs/structured-outputs), Mistral
    (https://docs.mistral.ai/capabilities/structured-output/custom_structured_output/),
    xAI (https://docs.x.ai/docs/guides/structured-outputs) and Cerebras
    (https://inference-docs.cerebras.ai/capabilities/structured-outputs). Groq has it
    for some models only and answers the others with 400
    (https://console.groq.com/docs/structured-outputs).
    """

    reasoning_effort: Literal["reasoning_effort", "reasoning"] = "reasoning_effort"
    """Where `reasoning_effort` is sent: under its own name, or as `effort` in a
    `reasoning` object, as OpenRouter documents it
    (https://openrouter.ai/docs/use-cases/reasoning-tokens)."""

    reasoning_off: Literal["effort", "thinking", "enable_thinking"] = "effort"
    """How a `reasoning_effort` of `none` is sent.

    `effort`: as any other. `thinking`: as `"thinking": {"type": "disabled"}`, for
    DeepSeek (https://api-docs.deepseek.com/guides/thinking_mode) and Zhipu
    (https://docs.z.ai/guides/capabilities/thinking). `enable_thinking`: as
    `"enable_thinking": false`, for DashScope
    (https://www.alibabacloud.com/help/en/model-studio/deep-thinking).
    """

    seed_field: Literal["seed", "random_seed"] = "seed"
    """The body field for the seed; Mistral's is `random_seed`
    (https://docs.mistral.ai/api/)."""

    supports_names: bool = True
    """Whether system, user and assistant messages may have a `name`. Where not, it is
    left out: Groq answers it with 400 (https://console.groq.com/docs/openai), and
    Mistral does not know it (https://docs.mistral.ai/api/). The name of a tool on its
    result stays."""

    supports_developer: bool = False
    """Whether a message may have the role `developer`, which only OpenAI and those who
    pass its API on know. Where not, it goes out as `system`, which means the same
    (https://platform.openai.com/docs/api-reference/chat/create)."""

    supports_refusals: bool = True
    """Whether an assistant message may have a `refusal`, as OpenAI has it. Where not,
    the refusal is sent as the text of a message that has no other: Mistral
    (https://docs.mistral.ai/api/), Groq (https://console.groq.com/docs/openai) and
    Cerebras (https://inference-docs.cerebras.ai/resources/openai) refuse keys that
    they do not know."""

    supports_call_extras: bool = True
    """Whether a tool call may have keys beside `id`, `type` and its function's name and
    arguments, such as Gemini's thought signature. Where not, they are left out: they
    came from another server, and OpenAI, Mistral, Groq and Cerebras refuse unknown
    keys. Gateways pass such keys on to models that need them."""

    missing_signature: str = ""
    """The thought signature of a call that another model made, for a server that
    refuses a call without one: Gemini
    (https://ai.google.dev/gemini-api/docs/thought-signatures). It stands on the first
    call of an answer."""

    tool_call_ids: ToolCallIds = "any"
    """The form of the ids of tool calls; others are replaced, the same way each time.

    `any`: every id is accepted. `forty`: up to 40 characters, OpenAI's limit
    (https://github.com/Portkey-AI/gateway/issues/1062). `nine`: nine letters or digits,
    Mistral's rule (https://github.com/langchain-ai/langchain/pull/24668).
    """

    tool_media: bool = False
    """Whether the result of a tool may hold images, sound and files. Where not, a user
    message after the results has them: OpenAI takes only text from a tool
    (https://platform.openai.com/docs/api-reference/chat/create). OpenRouter
    (https://openrouter.ai/docs/api-reference/overview) and Mistral
    (https://docs.mistral.ai/api/) take all parts there."""

    user_after_tools: bool = True
    """Whether a user message may follow the result of a tool. Where not, a short
    assistant message stands between: Mistral says "Unexpected role 'user' after role
    'tool'" (https://github.com/zed-industries/zed/pull/31736)."""

    refused_fields: frozenset[str] = frozenset()
    """Body fields that the server answers with an error, by its own documentation, so
    that they are a `ConfigurationError` before anything is sent. What stands in
    `extra_body` is not checked. Groq's are `logprobs`, `top_logprobs` and `logit_bias`
    (https://console.groq.com/docs/openai)."""

    stop: Literal["server", "client"] = "server"
    """Who ends an answer at a `stop` text: the server, which is told, or the client.

    With `client` the text is cut here and the connection closed, so that the server
    stops too; its count of tokens is then not known. GigaChat has no `stop`
    (https://developers.sber.ru/docs/ru/gigachat/api/reference/rest/post-chat).
    """

    continuation: Literal["none", "prefix", "continue_final_message"] = "none"
    """How the model is asked to go on with an answer that has been begun: a
    conversation whose last message is the assistant's.

    `none`: as it is. `prefix`: with `"prefix": true` on that message, for DeepSeek
    (https://api-docs.deepseek.com/guides/chat_prefix_completion), Mistral and LiteLLM
    (https://docs.litellm.ai/docs/completion/prefix). `continue_final_message`: with
    that field, and without a prompt for a new answer, for vLLM
    (https://docs.vllm.ai/en/latest/serving/openai_compatible_server/).
    """

    repeats_prefix: bool = False
    """Whether an answer that was gone on with may begin with all that was begun, and
    not with what comes next: Mistral's
    (https://github.com/vercel/ai/blob/main/packages/mistral), which gateways pass on.
    """

    reasoning_echo: ReasoningEcho = "tool_turns"
    """Whether the reasoning of earlier answers is sent back: never, for the answers of
    turns in which a tool was called, or always.

    A turn goes from one user message to the next. DeepSeek refuses tool turns without
    it and ignores it elsewhere (https://api-docs.deepseek.com/guides/thinking_mode);
    GLM wants it there too (https://docs.z.ai/guides/capabilities/thinking-mode).
    Moonshot (https://platform.moonshot.ai/docs/guide/use-kimi-k2-thinking-model),
    MiniMax (https://platform.minimax.io/docs/guides/text-m2-function-call) and
    OpenRouter (https://openrouter.ai/docs/use-cases/reasoning-tokens) want all of it.
    Groq has refused it (https://github.com/karthink/gptel/issues/774).

    Where no `reasoning_keys` are known, `"always"` also sends reasoning that came
    under no key, such as another package's, as `reasoning_content`.
    """

    reasoning_keys: tuple[str, ...] = ()
    """The keys of an assistant message under which the server reads reasoning.

    A text goes out under the key under which it came if that is among them, else under
    the first of `reasoning_content`, `reasoning` and `content`; the last stands for
    `thinking` parts of the content, which are Mistral's
    (https://docs.mistral.ai/capabilities/reasoning/). Structured forms, such as
    OpenRouter's `reasoning_details`, are sent if they are among the keys. Without keys,
    all of it goes out as it came.
    """

    requires_reasoning: bool = False
    """Whether an assistant message with tool calls must have the first of
    `reasoning_keys`, empty where there was no reasoning: DeepSeek
    (https://api-docs.deepseek.com/guides/thinking_mode) and Moonshot
    (https://platform.moonshot.ai/docs/guide/use-kimi-k2-thinking-model) refuse the
    message without it. With a `reasoning_echo` of `"never"` it is not sent."""

    tool_form: Literal["tools", "functions"] = "tools"
    """How tools, calls and their results are sent.

    `tools` is OpenAI's form. `functions` is GigaChat's
    (https://developers.sber.ru/docs/ru/gigachat/api/reference/rest/post-chat):
    `functions` and `function_call`, one call in a message with an object as arguments,
    results under the role `function`, one system message at the beginning, and content
    that is text, with uploaded files by their ids in `attachments`.
    """

    ignored_fields: frozenset[str] = frozenset()
    """Body fields that the server does not know and that change nothing of an answer,
    so that they are left out. GigaChat's is `user`
    (https://developers.sber.ru/docs/ru/gigachat/api/reference/rest/post-chat)."""

    least_temperature: float = 0.0
    """The temperature that is sent for a lower one. GigaChat refuses 0 and takes all up
    to 0.001 as what 0 means elsewhere
    (https://developers.sber.ru/docs/ru/gigachat/api/reference/rest/post-chat)."""

    marks_generated_files: bool = False
    """Whether pictures and videos that the model made stand in its text as tags with
    the id of a file, `<img src="…" fuse="true"/>`, as GigaChat's do
    (https://developers.sber.ru/docs/ru/gigachat/guides/images-generation). The ids are
    then in `additional_kwargs["generated_files"]` as well."""

    def __post_init__(self) -> None:
        """Refuse values that name no way to make a request.

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
