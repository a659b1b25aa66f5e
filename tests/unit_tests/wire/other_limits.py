"""Errors that only sound as if a conversation were too long.

The wordings are those of the servers' own sources, their documentation, and public
reports; numbers and names are made up.
"""

from __future__ import annotations

import pytest

OTHER_LIMITS = (
    pytest.param(
        400,
        "max_tokens must be less than the maximum context length 4096",
        id="a field",
    ),
    pytest.param(
        400,
        "max_completion_tokens should be at most the context window",
        id="a newer field",
    ),
    pytest.param(
        400,
        "max_tokens is too large: 5000. This model supports at most 4096 "
        "completion tokens, whereas you provided 5000.",
        id="OpenAI, the answer",
    ),
    pytest.param(
        400,
        "`max_tokens` must be less than or equal to `32768`, the maximum value "
        "for `max_tokens` is less than the `context_window` for this model",
        id="Groq, the answer",
    ),
    pytest.param(
        400,
        "max_tokens: 100000 > 64000, which is the maximum allowed number of "
        "output tokens for claude-sonnet-4",
        id="Anthropic, the answer",
    ),
    pytest.param(
        400,
        "Range of max_tokens should be [1, 8192]",
        id="DashScope, the answer",
    ),
    pytest.param(
        400,
        "Invalid max_tokens value, the valid range of max_tokens is [1, 8192]",
        id="DeepSeek, the answer",
    ),
    pytest.param(
        422,
        "max_tokens: Input should be less than or equal to 8192",
        id="pydantic, the answer",
    ),
    pytest.param(
        422,
        "Input validation error: `max_new_tokens` must be <= 4096. Given: 5000",
        id="TGI, the answer",
    ),
    pytest.param(
        400,
        "'max_tokens' or 'max_completion_tokens' is too large: 100000. This "
        "model's maximum context length is 8192 tokens and your request has 10 "
        "input tokens (100000 > 8192 - 10).",
        id="vLLM, an answer that fits no context",
    ),
    pytest.param(
        400,
        "This model's maximum context length is 8192 tokens. However, you "
        "requested 65535 output tokens and your prompt contains at least 10 "
        "input tokens, for a total of at least 65545 tokens.",
        id="vLLM, newer",
    ),
    pytest.param(
        400,
        "`max_tokens` must be greater than `thinking.budget_tokens`",
        id="thinking",
    ),
    pytest.param(
        400,
        "Maximum output tokens reached: too many tokens",
        id="a cut answer",
    ),
    pytest.param(
        500,
        "The response exceeded the maximum length",
        id="a long answer",
    ),
    pytest.param(
        413,
        "Request too large for model `llama-3.3-70b` in organization `org_1` "
        "service tier `on_demand` on tokens per minute (TPM): Limit 6000, "
        "Requested 7000, please reduce your message size and try again.",
        id="Groq, tokens a minute",
    ),
    pytest.param(
        429,
        "Request too large for gpt-4o in organization org-1 on tokens per min "
        "(TPM): Limit 30000, Requested 50000. The input or output tokens must "
        "be reduced in order to run successfully.",
        id="OpenAI, tokens a minute",
    ),
    pytest.param(
        429,
        "Too many tokens per minute",
        id="a rate",
    ),
    pytest.param(
        429,
        "Too many tokens, please wait before trying again.",
        id="Bedrock, a rate",
    ),
    pytest.param(
        429,
        "Too many tokens",
        id="a rate in few words",
    ),
    pytest.param(
        429,
        "Number of request tokens has exceeded your daily rate limit. See the "
        "response headers for current usage.",
        id="Anthropic, a rate",
    ),
    pytest.param(
        429,
        "You exceeded your current quota, please check your plan and billing details.",
        id="Gemini, a quota",
    ),
    pytest.param(
        400,
        "input token limit exceeded for this minute",
        id="this minute",
    ),
    pytest.param(
        400,
        "monthly token limit exceeded, upgrade your plan",
        id="a month",
    ),
    pytest.param(
        400,
        "maximum concurrent requests exceeded",
        id="concurrency",
    ),
    pytest.param(
        500,
        'Post "http://10.0.0.1": context deadline exceeded (Client.Timeout '
        "exceeded while awaiting headers)",
        id="Go's timeout",
    ),
    pytest.param(
        500,
        "Model took too long to respond to the prompt",
        id="slow",
    ),
    pytest.param(
        500,
        "The model is overloaded. Please try again later.",
        id="overload",
    ),
    pytest.param(
        400,
        "Invalid 'user': string too long. Expected a string with maximum "
        "length 64, but got a string with length 123 instead.",
        id="a user",
    ),
    pytest.param(
        400,
        "Invalid 'tools': array too long. Expected an array with maximum "
        "length 128, but got an array with length 130 instead.",
        id="tools",
    ),
    pytest.param(
        400,
        "Invalid 'messages[2].tool_calls[0].id': string too long. Expected a "
        "string with maximum length 40, but got a string with length 50 "
        "instead.",
        id="the id of a call",
    ),
    pytest.param(
        400,
        "Invalid 'messages[0].name': string too long. Expected a string with "
        "maximum length 64, but got a string with length 70 instead.",
        id="the name of a speaker",
    ),
    pytest.param(
        400,
        "Invalid 'tools[0].function.description': string too long. Expected a "
        "string with maximum length 1024, but got a string with length 1100 "
        "instead.",
        id="a description",
    ),
    pytest.param(
        400,
        "Invalid 'prompt_cache_key': string too long. Expected a string with "
        "maximum length 64, but got a string with length 70 instead.",
        id="a cache key",
    ),
    pytest.param(
        400,
        "Tool argument validation failed: input length exceeds 1000 characters",
        id="an argument",
    ),
    pytest.param(
        400,
        "The name is too long",
        id="a name",
    ),
    pytest.param(
        413,
        "Request Entity Too Large",
        id="nginx",
    ),
    pytest.param(
        413,
        "Request exceeds the maximum size",
        id="Anthropic, an upload",
    ),
    pytest.param(
        400,
        "Request payload size exceeds the limit: 20971520 bytes.",
        id="Gemini, an upload",
    ),
    pytest.param(
        400,
        "File is too large: 25 MB > 20 MB",
        id="a file",
    ),
    pytest.param(
        400,
        "messages.0.content.0.image.source.base64: image exceeds 5 MB maximum: "
        "6000000 bytes > 5242880 bytes",
        id="an image",
    ),
    pytest.param(
        400,
        "Audio input is too long: 31 s",
        id="a sound",
    ),
    pytest.param(
        400,
        "The encoder prompt (length 5000) is longer than the maximum model "
        "length of 4096.",
        id="vLLM, an image",
    ),
    pytest.param(
        400,
        "messages: A maximum of 100 PDF pages may be provided.",
        id="pages",
    ),
    pytest.param(
        400,
        "Please reduce the number of images in the messages",
        id="images",
    ),
    pytest.param(
        400,
        "Invalid token: the token is too long",
        id="an access token",
    ),
    pytest.param(
        400,
        "This request requires more credits, or fewer max_tokens. You "
        "requested up to 65536 tokens, but can only afford 1234.",
        id="credits",
    ),
    pytest.param(
        400,
        "top_logprobs must be at most 20",
        id="another parameter",
    ),
    pytest.param(
        400,
        "This model does not support the context_length parameter",
        id="a parameter's name",
    ),
    pytest.param(
        400,
        "Context window too small: minimum is 1000 tokens",
        id="a small window",
    ),
    pytest.param(
        400,
        "The response was filtered due to the prompt triggering Azure OpenAI's "
        "content management policy. Please modify your prompt and retry.",
        id="Azure's filter",
    ),
    pytest.param(
        400,
        "Could not finish the message because max_tokens or model output limit "
        "was reached. Please try again with higher max_tokens.",
        id="an answer out of room",
    ),
    pytest.param(
        400,
        "at most 4 blocks with cache_control may be provided. Found 5.",
        id="cache marks",
    ),
    pytest.param(
        400,
        "Invalid schema for function 'x': maximum nesting depth exceeded in parameters",
        id="a schema",
    ),
    pytest.param(
        500,
        "model requires more system memory (12.0 GiB) than is available (8.0 GiB)",
        id="memory",
    ),
    pytest.param(
        404,
        "no model with this context length",
        id="an unknown model",
    ),
)
