"""How hosted services say that a conversation is too long.

The wordings are those of the servers' own sources, their documentation, and public
reports; numbers and names are made up.
"""

from __future__ import annotations

import pytest

SERVICES = (
    pytest.param(
        400,
        "This model's maximum context length is 4097 tokens. However, your "
        "messages resulted in 4294 tokens. Please reduce the length of the "
        "messages.",
        id="OpenAI",
    ),
    pytest.param(
        400,
        "This model's maximum context length is 4097 tokens. However, you "
        "requested 4103 tokens (3103 in the messages, 1000 in the completion). "
        "Please reduce the length of the messages or completion.",
        id="OpenAI, with the answer",
    ),
    pytest.param(
        400,
        "This model's maximum context length is 4097 tokens. However, your "
        "messages resulted in 5000 tokens (4500 in the messages, 500 in the "
        "functions). Please reduce the length of the messages or functions.",
        id="OpenAI, with functions",
    ),
    pytest.param(
        400,
        "Your input exceeds the context window of this model. Please adjust "
        "your input and try again.",
        id="OpenAI, Responses",
    ),
    pytest.param(
        400,
        "Invalid 'messages[1].content': string too long. Expected a string "
        "with maximum length 10485760, but got a string with length 20000000 "
        "instead.",
        id="OpenAI, a content",
    ),
    pytest.param(
        400,
        "Input tokens exceed the configured limit of 272000 tokens. Your "
        "messages resulted in 509178 tokens. Please reduce the length of the "
        "messages.",
        id="Azure",
    ),
    pytest.param(
        400,
        "prompt is too long: 213462 tokens > 200000 maximum",
        id="Anthropic",
    ),
    pytest.param(
        400,
        "input length and `max_tokens` exceed context limit: 188240 + 21333 > "
        "200000, decrease input length or `max_tokens` and try again",
        id="Anthropic, with the answer",
    ),
    pytest.param(
        413,
        "too many total text bytes",
        id="Anthropic, bytes",
    ),
    pytest.param(
        400,
        "Input is too long for requested model.",
        id="Bedrock",
    ),
    pytest.param(
        400,
        "Input Tokens Exceeded: Number of input tokens exceeds maximum length. "
        "Please update the input to try again.",
        id="Bedrock, tokens",
    ),
    pytest.param(
        400,
        "Malformed input request: expected maxLength: 400000, actual: 512345, "
        "please reformat your input and try again.",
        id="Bedrock, a schema",
    ),
    pytest.param(
        400,
        "The request payload size has exceed context limit.",
        id="Bedrock, payload",
    ),
    pytest.param(
        400,
        "The input token count (1196265) exceeds the maximum number of tokens "
        "allowed (1048575).",
        id="Gemini",
    ),
    pytest.param(
        400,
        "The input token count exceeds the maximum number of tokens allowed 1048576.",
        id="Gemini 2.5",
    ),
    pytest.param(
        500,
        "Your input context is too long. Reduce your input context or "
        "temporarily switch to another model.",
        id="Gemini, a server error",
    ),
    pytest.param(
        400,
        "Request contains 35000 tokens, which exceeds the limit of 32768.",
        id="Vertex",
    ),
    pytest.param(
        400,
        "Request contains text fields that are too large.",
        id="Vertex, text fields",
    ),
    pytest.param(
        400,
        "This model's maximum prompt length is 131072 but the request contains "
        "537812 tokens.",
        id="xAI",
    ),
    pytest.param(
        400,
        "Please reduce the length of the messages or completion.",
        id="Groq",
    ),
    pytest.param(
        400,
        "Please reduce the length of the messages or completion. Current "
        "length is 132784 while limit is 131000",
        id="Cerebras",
    ),
    pytest.param(
        400,
        "This endpoint's maximum context length is 200000 tokens. However, you "
        "requested about 2500021 tokens (2500021 of text input). Please reduce "
        "the length of either one, or use the context-compression plugin.",
        id="OpenRouter",
    ),
    pytest.param(
        400,
        "prompt token count of 51808 exceeds the limit of 12288",
        id="GitHub Copilot",
    ),
    pytest.param(
        413,
        "Request body too large for gpt-4o-mini model. Max size: 8000 tokens.",
        id="GitHub Models",
    ),
    pytest.param(
        400,
        "invalid params, context window exceeds limit (2013)",
        id="MiniMax",
    ),
    pytest.param(
        400,
        "token limit",
        id="MiniMax, older",
    ),
    pytest.param(
        400,
        "Invalid request: Your request exceeded model token limit: 262144 "
        "(requested: 291351)",
        id="Moonshot",
    ),
    pytest.param(
        400,
        "Input token length too long",
        id="Moonshot, older",
    ),
    pytest.param(
        400,
        "The length of tokens in the request is too long. Do not exceed the "
        "model's maximum token limit.",
        id="Moonshot, advice",
    ),
    pytest.param(
        400,
        "'$.messages' is too long. Maximum length is 2048, but got 4970 items.",
        id="Moonshot, messages",
    ),
    pytest.param(
        400,
        "Conversation length exceeded. Please start a new session.",
        id="Kimi",
    ),
    pytest.param(
        400,
        "Range of input length should be [1, 30720]",
        id="DashScope",
    ),
    pytest.param(
        400,
        "<400> InternalError.Algo.InvalidParameter: Range of input length "
        "should be [1, 202745]",
        id="DashScope, with its code",
    ),
    pytest.param(
        400,
        "Total message token length exceed model limit (131072 tokens).",
        id="DashScope, a vision model",
    ),
    pytest.param(
        422,
        "inputs tokens + max_new_tokens must be <= 32769. Given: 75307 inputs "
        "tokens and 32000 max_new_tokens",
        id="Together",
    ),
    pytest.param(
        400,
        "Prompt 超长",
        id="Zhipu",
    ),
    pytest.param(
        400,
        "Prompt exceeds max length",
        id="Z.ai",
    ),
    pytest.param(
        400,
        "tokens数量超过模型上限",
        id="iFlytek",
    ),
    pytest.param(
        400,
        "输入长度超过限制",
        id="Chinese, input",
    ),
    pytest.param(
        400,
        "上下文长度超出",
        id="Chinese, context",
    ),
    pytest.param(
        400,
        "超出上下文限制",
        id="Chinese, limit",
    ),
    pytest.param(
        400,
        "Prompt contains 65673 tokens and 0 draft tokens, too large for model "
        "with 32768 maximum context length",
        id="Mistral",
    ),
    pytest.param(
        400,
        "The number of tokens in the prompt exceeds the model's maximum "
        "context length of 32768. Please use a shorter prompt.",
        id="Mistral, older",
    ),
    pytest.param(
        400,
        "length of prompt_tokens (163280) must be less than max_seq_len (32768).",
        id="SiliconFlow",
    ),
    pytest.param(
        400,
        "too many tokens: total number of tokens in the prompt cannot exceed "
        "4081 - received 5000. Try using a shorter prompt, or enabling prompt "
        "truncating.",
        id="Cohere",
    ),
    pytest.param(
        400,
        "AiError: The estimated number of input and maximum output tokens "
        "(9000) exceeded this model context window limit (8192).",
        id="Cloudflare",
    ),
    pytest.param(
        400,
        "Requested input length 40000 exceeds maximum input length 32768",
        id="DeepInfra",
    ),
    pytest.param(
        400,
        "Error in session internal_id=1: number of input tokens must be no "
        "more than 7400, got 8060",
        id="Yandex",
    ),
    pytest.param(
        400,
        "Total tokens of image and text exceed max message tokens",
        id="Volcengine",
    ),
    pytest.param(
        400,
        "The total length of all messages is too long.",
        id="Perplexity",
    ),
    pytest.param(
        400,
        "The prompt is too long: 140000, model maximum context length: 131072",
        id="Fireworks",
    ),
    pytest.param(
        400,
        "the max input characters is 20480",
        id="Baidu",
    ),
    pytest.param(
        400,
        "prompt token count (5000) cannot exceed 4096. Please decrease the "
        "size of the inputs and retry.",
        id="Databricks",
    ),
    pytest.param(
        502,
        'ConnectionError: {"error":{"message":"no","code":"context_length_exceeded"}}',
        id="a code in the text",
    ),
    pytest.param(
        422,
        "Превышена максимальная длина контекста модели",
        id="Russian",
    ),
    pytest.param(
        422,
        "Слишком длинный запрос: количество токенов больше допустимого",
        id="Russian, tokens",
    ),
    pytest.param(
        400,
        "Prompt length 9000 > maximum 8192",
        id="numbers alone",
    ),
    pytest.param(
        400,
        "max_prompt_tokens exceeded",
        id="a field's name",
    ),
    pytest.param(
        400,
        "This model only supports 8192 tokens in the prompt, you sent 9000",
        id="what is supported",
    ),
    pytest.param(
        400,
        "Input length 40000 exceeds the maximum length 32768. Request id: 0217-4",
        id="Volcengine, with the ID of the request",
    ),
    pytest.param(422, "Tokens limit exceeded", id="GigaChat"),
    pytest.param(
        429,
        "This model's maximum context length is 128000 tokens, your prompt has 150000",
        id="status 429",
    ),
)
