"""Random conversations of all of LangChain's messages and blocks.

The blocks are written as the packages write them: langchain-core's own (version 1 and
0), those of OpenAI's Responses, of Anthropic, Bedrock, Gemini and Mistral.
"""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from langchain_core.messages import (
    AIMessage,
    AIMessageChunk,
    BaseMessage,
    ChatMessage,
    FunctionMessage,
    HumanMessage,
    SystemMessage,
    ToolMessage,
)

TEXT = st.text(max_size=8)

IDS = st.one_of(
    st.sampled_from(
        [
            "c1",
            "c2",
            "call_LnWyqwJ7zYgsWcXbb1dpYvN9",
            "toolu_01A09q90qw90lq917835lq9",
            "functions.search:0",
            "tooluse_kZJMlvQmRJ6eAyJE5GIl7Q",
            "D681PevKs",
            "fc_" + "6" * 60,
        ]
    ),
    st.text(min_size=1, max_size=12),
)

NAMES = st.one_of(
    st.sampled_from(
        ["search", "Stock Keeper", "a.b", "mcp:tool/1", "поиск", "n" * 80, "a_b"]
    ),
    st.text(min_size=1, max_size=6),
)

ARGS = st.dictionaries(
    TEXT,
    st.one_of(TEXT, st.integers(), st.none(), st.floats(), st.lists(TEXT, max_size=2)),
    max_size=2,
)

WRITTEN = st.one_of(
    st.none(),
    st.sampled_from(
        ["", "{", '{"a": ', '{"a": "x"}}', "[1]", '{"a": "\n"}', '{"a": NaN}', "null"]
    ),
    TEXT,
)
"""Arguments as a model wrote them, whole or not."""

MARKS = st.sampled_from([{}, {}, {"cache_control": {"type": "ephemeral"}}])

TEXTS = st.one_of(
    TEXT,
    st.builds(lambda text, marks: {"type": "text", "text": text, **marks}, TEXT, MARKS),
    st.builds(
        lambda text, **own: {"type": "text", "text": text, **own},
        TEXT,
        id=IDS,
        index=st.one_of(st.integers(0, 3), st.just("lc_txt_0")),
        annotations=st.just([{"type": "citation", "url": "https://example.org"}]),
        extras=st.just({"signature": "c2ln"}),
    ),
)
"""Text as all packages write it."""

ANSWER_TEXTS = st.one_of(
    TEXTS,
    st.builds(lambda text: {"type": "output_text", "text": text}, TEXT),
    st.builds(lambda text: {"type": "text", "text": text, "citations": []}, TEXT),
    st.builds(
        lambda text: {"type": "non_standard", "value": {"type": "text", "text": text}},
        TEXT,
    ),
)

MEDIA = st.sampled_from(
    [
        {"type": "image", "url": "https://example.org/a.png"},
        {"type": "image", "base64": "AAAA", "mime_type": "image/png"},
        {"type": "image", "file_id": "file-1"},
        {"type": "image_url", "image_url": {"url": "https://example.org/a.png"}},
        {"type": "image_url", "image_url": "https://example.org/a.png"},
        {
            "type": "image",
            "source": {"type": "base64", "media_type": "image/png", "data": "AAAA"},
        },
        {
            "type": "image",
            "source_type": "url",
            "url": "https://example.org/a.png",
        },
        {"type": "audio", "base64": "AAAA", "mime_type": "audio/wav"},
        {"type": "input_audio", "input_audio": {"data": "AAAA", "format": "wav"}},
        {"type": "video", "url": "https://example.org/a.mp4"},
        {"type": "file", "base64": "AAAA", "mime_type": "application/pdf"},
        {"type": "file", "file": {"file_id": "file-1"}},
        {"type": "text-plain", "text": "plain", "mime_type": "text/plain"},
        {"type": "document", "source": {"type": "text", "data": "plain"}},
        {"type": "media", "mime_type": "image/png", "data": "AAAA"},
        {"type": "input_image", "image_url": "https://example.org/a.png"},
        {"type": "input_file", "file_id": "file-1"},
        {"type": "guard_content", "guard_content": {"text": "guarded"}},
        {"type": "search_result", "title": "t", "source": "s", "content": []},
        {"cachePoint": {"type": "default"}},
    ]
)

REASONING = st.sampled_from(
    [
        {"type": "reasoning", "reasoning": "hm"},
        {"type": "reasoning", "summary": [{"type": "summary_text", "text": "hm"}]},
        {"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": "x"},
        {"type": "thinking", "thinking": "hm", "signature": "c2ln"},
        {"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]},
        {"type": "redacted_thinking", "data": "x"},
        {
            "type": "reasoning_content",
            "reasoning_content": {"text": "hm", "signature": "c2ln"},
        },
        {"type": "non_standard", "value": {"type": "thinking", "thinking": "hm"}},
    ]
)

FOREIGN = st.sampled_from(
    [
        {"type": "web_search_call", "id": "ws_1", "status": "completed"},
        {"type": "file_search_call", "id": "fs_1", "queries": []},
        {"type": "code_interpreter_call", "id": "ci_1", "code": "1", "outputs": []},
        {"type": "computer_call", "id": "cu_1", "action": {}},
        {"type": "mcp_call", "id": "mcp_1", "name": "f", "arguments": "{}"},
        {"type": "mcp_list_tools", "id": "mcpl_1", "tools": []},
        {"type": "image_generation_call", "id": "ig_1", "result": "AAAA"},
        {"type": "custom_tool_call_output", "call_id": "c1", "output": "x"},
        {"type": "server_tool_use", "id": "srvtoolu_1", "name": "s", "input": {}},
        {"type": "web_search_tool_result", "tool_use_id": "s", "content": []},
        {"type": "code_execution_tool_result", "tool_use_id": "s", "content": {}},
        {"type": "executable_code", "executable_code": "1", "language": "PYTHON"},
        {"type": "code_execution_result", "code_execution_result": "1", "outcome": 1},
        {"type": "server_tool_call", "id": "s", "name": "s", "args": {}},
        {"type": "server_tool_result", "tool_call_id": "s", "status": "success"},
        {"type": "input_json_delta", "partial_json": "{", "index": 1},
        {"type": "refusal", "refusal": "No."},
    ]
)
"""Blocks of server-side tools, and others that only one server understands."""

STRANGE = st.sampled_from(
    [
        {"type": "non_standard", "value": {"type": "reference", "reference_ids": [1]}},
        {"type": "non_standard", "value": {"anything": 1}},
        {"type": "guard_content", "guard_content": {"text": "guarded"}},
        {"type": "compaction", "encrypted_content": "x"},
        {"type": "of tomorrow", "data": 1},
        {"toolUse": {"toolUseId": "x"}},
    ]
)

CALLS = st.builds(
    lambda name, args, call_id: {
        "type": "tool_call",
        "name": name,
        "args": args,
        "id": call_id,
    },
    NAMES,
    ARGS,
    st.one_of(IDS, st.none()),
)

INVALID = st.builds(
    lambda name, args, call_id: {
        "type": "invalid_tool_call",
        "name": name,
        "args": args,
        "id": call_id,
        "error": None,
    },
    st.one_of(NAMES, st.none()),
    WRITTEN,
    st.one_of(IDS, st.none()),
)

TOOL_USES = st.builds(
    lambda name, args, call_id: {
        "type": "tool_use",
        "name": name,
        "input": args,
        "id": call_id,
    },
    NAMES,
    ARGS,
    IDS,
)

FIELDS = st.fixed_dictionaries(
    {},
    optional={
        "reasoning_content": st.one_of(TEXT, st.just("hm")),
        "reasoning_key": st.sampled_from(
            ["reasoning", "reasoning_content", "content", ["<think>", "</think>"]]
        ),
        "reasoning": st.just({"id": "rs_1", "summary": [{"text": "hm"}]}),
        "reasoning_details": st.just([{"type": "reasoning.text", "text": "hm"}]),
        "thinking": st.just({"text": "hm", "signature": "x"}),
        "thinking_blocks": st.just([{"type": "thinking", "thinking": "hm"}]),
        "refusal": st.sampled_from([None, "No."]),
        "function_call": st.just({"name": "search", "arguments": '{"q": 1}'}),
        "functions_state_id": st.just("state"),
        "tool_outputs": st.just([{"type": "web_search_call"}]),
        "name": st.just("MiniMax AI"),
        "parsed": st.none(),
        "tool_call_extras": st.just(
            {"c1": {"extra_content": {"google": {"thought_signature": "x"}}}}
        ),
        "__gemini_function_call_thought_signatures__": st.just({"c1": "x"}),
    },
)

ANSWERS = st.builds(
    lambda cls, content, calls, invalid, fields, name: cls(
        content=content,
        tool_calls=calls,
        invalid_tool_calls=invalid,
        additional_kwargs=fields,
        name=name,
    ),
    st.sampled_from([AIMessage, AIMessageChunk]),
    st.one_of(
        TEXT,
        st.lists(
            st.one_of(ANSWER_TEXTS, REASONING, FOREIGN, STRANGE, MEDIA, TOOL_USES),
            max_size=4,
        ),
    ),
    st.lists(CALLS, max_size=2),
    st.lists(INVALID, max_size=1),
    FIELDS,
    st.one_of(st.none(), NAMES),
)

USERS = st.builds(
    lambda content, name: HumanMessage(content, name=name),
    st.one_of(
        TEXT,
        st.lists(
            st.one_of(
                TEXTS,
                MEDIA,
                # The content of an answer, handed on as it is.
                REASONING,
                FOREIGN,
                TOOL_USES,
                st.builds(
                    lambda call_id, content: {
                        "type": "tool_result",
                        "tool_use_id": call_id,
                        "content": content,
                    },
                    IDS,
                    st.one_of(TEXT, st.lists(TEXTS, max_size=2)),
                ),
            ),
            max_size=3,
        ),
    ),
    st.one_of(st.none(), NAMES),
)

SYSTEMS = st.builds(
    lambda content, fields: SystemMessage(content, additional_kwargs=fields),
    st.one_of(TEXT, st.lists(TEXTS, max_size=3)),
    st.sampled_from([{}, {"__openai_role__": "developer"}]),
)

RESULTS = st.one_of(
    st.builds(
        lambda content, call_id, name: ToolMessage(
            content, tool_call_id=call_id, name=name
        ),
        st.one_of(
            TEXT,
            st.lists(st.one_of(TEXTS, MEDIA, FOREIGN, STRANGE), max_size=3),
            st.just([{"type": "json", "json": {"a": 1}}]),
        ),
        IDS,
        st.one_of(st.none(), NAMES),
    ),
    st.builds(lambda name, text: FunctionMessage(name=name, content=text), NAMES, TEXT),
)

OTHERS = st.builds(
    lambda role, text: ChatMessage(role=role, content=text, name="a b"),
    st.sampled_from(["user", "assistant", "system", "developer", "function"]),
    TEXT,
)


@st.composite
def histories(draw: st.DrawFn) -> list[BaseMessage]:
    """Return messages in any order, in which many calls have their results."""
    history: list[BaseMessage] = []
    for message in draw(
        st.lists(
            st.one_of(ANSWERS, ANSWERS, USERS, SYSTEMS, RESULTS, OTHERS),
            min_size=1,
            max_size=6,
        )
    ):
        history.append(message)
        calls: list[Any] = getattr(message, "tool_calls", [])
        history += [
            ToolMessage(draw(TEXT), tool_call_id=call["id"])
            for call in calls
            if call["id"] and draw(st.booleans())
        ]
    return history


@st.composite
def tools(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Return tools with names and schemas of every kind."""
    names = draw(st.lists(NAMES, max_size=3, unique=True))
    schemas: st.SearchStrategy[Any] = st.sampled_from(
        [None, {}, {"type": "object"}, {"properties": {}}]
    )
    return [
        {"type": "function", "function": {"name": n, "parameters": draw(schemas)}}
        for n in names
    ]
