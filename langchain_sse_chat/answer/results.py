"""Convert an answer, complete or partial, to LangChain's message and result."""

from __future__ import annotations

from typing import Any

from langchain_core.messages import AIMessage
from langchain_core.messages.content import InvalidToolCall
from langchain_core.messages.tool import ToolCall
from langchain_core.messages.tool import invalid_tool_call as make_invalid_tool_call
from langchain_core.messages.tool import tool_call as make_tool_call
from langchain_core.outputs import ChatGeneration, ChatResult

from langchain_sse_chat.answer.usage import message_usage, summed
from langchain_sse_chat.gigachat.generated_files import generated_files
from langchain_sse_chat.gigachat.older_names import file_names, function_call
from langchain_sse_chat.message_keys import (
    MODEL_PROVIDER,
    REASONING,
    REASONING_KEY,
    TOOL_CALL_EXTRAS,
)
from langchain_sse_chat.wire.custom_calls import CUSTOM, input_of
from langchain_sse_chat.wire.deltas import AnswerMessage, Delta, WireToolCall
from langchain_sse_chat.wire.finish_reasons import (
    is_filtered,
    is_refusal,
    normalized,
)
from langchain_sse_chat.workarounds.broken_calls import NOT_AN_OBJECT


class ResultAssembler:
    """Returns nothing until the answer is complete, then one `ChatResult`."""

    def feed(self, delta: str | Delta) -> list[ChatResult]:
        """Return nothing."""
        del delta
        return []

    def close(self, message: AnswerMessage, pending: Delta) -> list[ChatResult]:
        """Return the result of a complete answer."""
        del pending
        return [wire_message_to_result(message)]


def wire_message_to_result(message: AnswerMessage) -> ChatResult:
    """Return the result with one generation for each choice."""
    first = wire_message_to_ai_message(message)
    messages = [first, *map(wire_message_to_ai_message, message.other_choices)]
    generations = [
        ChatGeneration(
            message=m,
            generation_info={
                "finish_reason": m.response_metadata.get("finish_reason"),
            },
        )
        for m in messages
    ]
    metadata = first.response_metadata
    kept = (
        "token_usage",
        "model_name",
        "model_provider",
        "id",
        "system_fingerprint",
        "x_headers",
    )
    return ChatResult(
        generations=generations,
        llm_output={k: metadata[k] for k in kept if k in metadata},
    )


def wire_message_to_ai_message(message: AnswerMessage) -> AIMessage:
    """Return the message of an answer."""
    return AIMessage(
        content=message.text,
        additional_kwargs=additional_kwargs(message),
        tool_calls=[_tool_call(c) for c in message.tool_calls if c.parsed is not None],
        invalid_tool_calls=[
            _invalid_tool_call(c) for c in message.tool_calls if c.parsed is None
        ],
        response_metadata=response_metadata(message),
        usage_metadata=message_usage(message),
    )


def additional_kwargs(message: AnswerMessage) -> dict[str, Any]:
    """Return the `additional_kwargs` of a complete message."""
    fields = additional_fields(message)
    if message.reasoning:
        fields[REASONING] = message.reasoning
    if message.refusal:
        fields["refusal"] = message.refusal
    return fields


def additional_fields(message: AnswerMessage) -> dict[str, Any]:
    """Return the `additional_kwargs` of the last chunk of a stream.

    These are all fields except the texts, which were streamed.
    """
    fields = dict(message.message_fields)
    if message.marks_generated_files:
        files = generated_files(message.text)
        fields |= {"generated_files": files} if files else {}
        fields |= file_names(message.text) if files else {}
        fields |= function_call([(c.name, c.parsed) for c in message.tool_calls])
    if message.reasoning_key is not None:
        fields[REASONING_KEY] = message.reasoning_key
    extras = {call.id: call.extras for call in message.tool_calls if call.extras}
    if extras:
        fields[TOOL_CALL_EXTRAS] = extras
    return fields


def _tool_call(call: WireToolCall) -> ToolCall:
    return make_tool_call(name=call.name or "", args=call.parsed or {}, id=call.id)


def _invalid_tool_call(call: WireToolCall) -> InvalidToolCall:
    return make_invalid_tool_call(
        name=call.name,
        args=call.arguments,
        id=call.id,
        error=call.flaw or NOT_AN_OBJECT,
    )


def response_metadata(message: AnswerMessage) -> dict[str, Any]:
    """Return the `response_metadata` of a message, without repeated values."""
    fields = {k: v for k, v in message.metadata.items() if v or k != "refusal"}
    # LangChain's own key, for the form of a message's content.
    fields.pop("output_version", None)
    metadata: dict[str, Any] = {"model_provider": MODEL_PROVIDER}
    if isinstance(fields.get("model"), str):
        metadata["model_name"] = fields.pop("model")
    # The reason sent in this answer replaces the relay's own field.
    native = message.native_finish_reason or fields.pop("native_finish_reason", None)
    fields.pop("native_finish_reason", None)
    refused = _refusal(message)
    metadata |= _finish_reasons(message, refused=bool(refused))
    if native is not None:
        metadata["native_finish_reason"] = native
    if message.finish_reason_inferred:
        metadata["finish_reason_inferred"] = True
    metadata |= refused
    if message.logprobs is not None:
        metadata["logprobs"] = message.logprobs
    usages = [*message.earlier_usage, *([message.usage] if message.usage else [])]
    if usages:
        metadata["token_usage"] = usages[0] if len(usages) == 1 else summed(usages)
    if len(usages) > 1:
        metadata["token_usage_parts"] = usages
    if message.other_choices:
        metadata["other_choices"] = [_other_choice(m) for m in message.other_choices]
    return {**fields, **metadata}


def _refusal(message: AnswerMessage) -> dict[str, str]:
    """Return the refusal for the content block, empty for a refusal without text.

    It is complete, because the pieces of earlier chunks cannot be merged there.
    """
    is_one = bool(message.refusal) or _is_withheld(message)
    return {"refusal": message.refusal} if is_one else {}


def _finish_reasons(message: AnswerMessage, *, refused: bool) -> dict[str, str]:
    """Return the finish reason, and the same in LangChain's words."""
    reason = message.finish_reason
    if reason is None:
        return {}
    word = "refusal" if refused else normalized(reason)
    reasons = {"finish_reason": reason}
    if word is not None:
        reasons["normalized_finish_reason"] = word
    return reasons


def _is_withheld(message: AnswerMessage) -> bool:
    """Return whether nothing of an answer came because of what it was about."""
    if is_refusal(message.finish_reason):
        return True
    has_come = bool(message.text or message.tool_calls)
    return not has_come and is_filtered(message.finish_reason)


def _other_choice(message: AnswerMessage) -> dict[str, Any]:
    """Return a choice after the first in the form of chat completions."""
    choice: dict[str, Any] = {"role": "assistant", "content": message.text}
    if message.reasoning:
        choice["reasoning_content"] = message.reasoning
    if message.refusal:
        choice["refusal"] = message.refusal
    if message.tool_calls:
        choice["tool_calls"] = [_wire_call(call) for call in message.tool_calls]
    own = dict(message.metadata)
    if message.logprobs is not None:
        own["logprobs"] = message.logprobs
    return {
        **own,
        "message": choice | message.message_fields,
        "finish_reason": message.finish_reason,
    }


def _wire_call(call: WireToolCall) -> dict[str, Any]:
    kind = call.extras.get("type", "function")
    body = {"name": call.name, "arguments": call.arguments}
    if kind == CUSTOM:
        body = {"name": call.name, "input": input_of(call.arguments)}
    inner = {**call.extras.get(kind, {}), **body}
    return {**call.extras, "id": call.id, "type": kind, kind: inner}


def combine_llm_outputs(outputs: list[dict[str, Any] | None]) -> dict[str, Any]:
    """Return the combined output of several results, with summed token counts."""
    usage: dict[str, int] = {}
    combined: dict[str, Any] = {}
    for output in filter(None, outputs):
        for key, value in (output.get("token_usage") or {}).items():
            if isinstance(value, int) and not isinstance(value, bool):
                usage[key] = usage.get(key, 0) + value
        combined.setdefault("model_name", output.get("model_name"))
    return {**combined, "token_usage": usage} if combined else {}
