"""List the arguments of `ChatOpenAI` (langchain-openai 1.7.4, read on 2026-11-28)."""

from __future__ import annotations

from langchain_sse_chat.settings.peer_names.peer_name import (
    Meaning,
    PeerName,
    body,
    field,
    fields,
    refused,
    table,
)

_OWN_CLIENT = (
    "Pass an `httpx.Client` as `http_client`, an `httpx.AsyncClient` as "
    "`http_async_client`."
)

_RESPONSES = (
    "It belongs to the Responses API, which is not supported: requests go to "
    "`/chat/completions`."
)

CONNECTION = table(
    *fields("api_key", "base_url", "model", "model_kwargs", "max_retries"),
    *fields("default_query", "http_client", "http_async_client"),
    field("model_name", "model"),
    field("openai_api_key", "api_key"),
    field("openai_api_base", "base_url"),
    field("openai_proxy", "proxy"),
    field(
        "timeout",
        note="Seconds to connect, to send, and for an answer that is not streamed. "
        "Streams have `first_token_timeout` and `stream_chunk_timeout`.",
    ),
    field("request_timeout", "timeout", "As `timeout`."),
    field("default_headers", note="Not in `repr` and not in serialized models."),
    field("extra_body", note="The `extra_body` of a call is merged over it."),
    PeerName("organization", Meaning.HEADER, "OpenAI-Organization"),
    PeerName("openai_organization", Meaning.HEADER, "OpenAI-Organization"),
    refused("client", _OWN_CLIENT),
    refused("async_client", _OWN_CLIENT),
    refused("root_client", _OWN_CLIENT),
    refused("root_async_client", _OWN_CLIENT),
    refused(
        "http_socket_options",
        "Pass clients with them: `http_client=httpx.Client(transport="
        "httpx.HTTPTransport(socket_options=…))`, and the same for "
        "`http_async_client`.",
    ),
)
"""The arguments about the connection, which its embeddings have too."""

BODY = table(
    *map(
        body,
        (
            "audio",
            "modalities",
            "moderation",
            "prediction",
            "prompt_cache_key",
            "prompt_cache_options",
            "prompt_cache_retention",
            "safety_identifier",
            "service_tier",
            "store",
            "verbosity",
            "web_search_options",
        ),
    )
)
"""Fields of the request that are not fields here:
https://platform.openai.com/docs/api-reference/chat/create. Some of them are
arguments of `ChatOpenAI`; it sends the others with a warning."""

CHAT = CONNECTION | BODY
CHAT |= table(
    *fields("temperature", "top_p", "max_tokens", "stop", "seed", "n", "logit_bias"),
    *fields("presence_penalty", "frequency_penalty", "logprobs", "top_logprobs"),
    *fields("reasoning_effort", "streaming", "stream_chunk_timeout"),
    *fields("include_response_headers"),
    field("max_completion_tokens", "max_tokens"),
    field("stop_sequences", "stop"),
    field(
        "stream_usage",
        note="Usage is requested from every server, and again without it from one "
        "that rejects the option.",
    ),
    field(
        "reasoning",
        note="Sent in the server's own form, and `True`, `False` or an effort are "
        "accepted. `summary` belongs to the Responses API and is an error.",
    ),
    refused(
        "use_responses_api",
        "The Responses API is not supported. Leave it out, and use a model that "
        "answers at `/chat/completions`.",
    ),
    refused(
        "use_previous_response_id",
        "The Responses API is not supported. Leave it out, and pass the whole "
        "conversation.",
    ),
    refused("include", _RESPONSES),
    refused("truncation", _RESPONSES + " To shorten a history, use `trim_messages`."),
    refused(
        "context_management",
        _RESPONSES
        + " To shorten a history, use LangChain's `SummarizationMiddleware`.",
    ),
    refused(
        "output_version",
        "The Responses API is not supported. Pass 'v1' or 'v0'.",
        "responses/v1",
    ),
    refused(
        "disabled_params",
        "Pass a provider whose dialect leaves these fields out: "
        '`replace(PROVIDERS["openai"], dialect=replace(PROVIDERS["openai"].dialect, '
        'ignored_fields=frozenset({"parallel_tool_calls"})))`.',
    ),
    refused(
        "tiktoken_model_name",
        "Tokens are counted for `model`. To count those of another model, pass "
        "`custom_get_token_ids="
        'tiktoken.encoding_for_model("gpt-4o").encode`.',
    ),
)
