"""How servers say that a conversation is too long, and what only sounds like it.

The wordings are those of the servers' own sources, their documentation, and public
reports; numbers and names are made up.
"""

from __future__ import annotations

import pytest

TOO_LONG = (
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
        500,
        "the request exceeds the available context size. try increasing the "
        "context size or enable context shift",
        id="llama.cpp, older",
    ),
    pytest.param(
        400,
        "request (13392 tokens) exceeds the available context size (8192 "
        "tokens), try increasing it",
        id="llama.cpp",
    ),
    pytest.param(
        500,
        "Context size has been exceeded.",
        id="llama.cpp, while it generates",
    ),
    pytest.param(
        500,
        "input (5000 tokens) is too large to process. increase the physical "
        "batch size (current batch size: 512)",
        id="llama.cpp, a batch",
    ),
    pytest.param(
        400,
        "The number of tokens to keep from the initial prompt is greater than "
        "the context length. Try to load the model with a larger context "
        "length, or provide a shorter input",
        id="LM Studio",
    ),
    pytest.param(
        400,
        "Trying to keep the first 5000 tokens when context the overflows. "
        "However, the model is loaded with context length of only 4096 tokens, "
        "which is not enough.",
        id="LM Studio, older",
    ),
    pytest.param(
        500,
        "Reached context length of 4096 tokens with this model, but this model "
        "does not currently support mid-generation context overflow. Try "
        "reloading with a larger context length or shortening the prompt/chat.",
        id="LM Studio, while it generates",
    ),
    pytest.param(
        400,
        "prompt too long; exceeded max context length by 12 tokens",
        id="Ollama",
    ),
    pytest.param(
        400,
        "input length exceeds maximum context length",
        id="Ollama, embeddings",
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
        "Input validation error: `inputs` tokens + `max_new_tokens` must be <= "
        "4096. Given: 3900 `inputs` tokens and 512 `max_new_tokens`",
        id="TGI",
    ),
    pytest.param(
        422,
        "Input validation error: `inputs` must have less than 4095 tokens. Given: 5012",
        id="TGI, the inputs",
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
        "The input (70000 tokens) is longer than the model's context length "
        "(65536 tokens).",
        id="SGLang",
    ),
    pytest.param(
        400,
        "Requested token count exceeds the model's maximum context length of "
        "8192 tokens. You requested a total of 9000 tokens: 8000 tokens from "
        "the input messages and 1000 tokens for the completion.",
        id="SGLang, with the answer",
    ),
    pytest.param(
        400,
        "'max_tokens' or 'max_completion_tokens' is too large: 4096. This "
        "model's maximum context length is 32768 tokens and your request has "
        "29000 input tokens (4096 > 32768 - 29000).",
        id="vLLM, with the answer",
    ),
    pytest.param(
        400,
        "This model's maximum context length is 128000 tokens. However, you "
        "requested 6553 output tokens and your prompt contains at least 122466 "
        "input tokens, for a total of at least 128001 tokens.",
        id="vLLM",
    ),
    pytest.param(
        400,
        "The decoder prompt (length 15083) is longer than the maximum model "
        "length of 8192. Make sure that `max_model_len` is no smaller than the "
        "number of text tokens.",
        id="vLLM, the decoder",
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
        "Too many input tokens",
        id="a gateway",
    ),
    pytest.param(
        400,
        "AiError: The estimated number of input and maximum output tokens "
        "(9000) exceeded this model context window limit (8192).",
        id="Cloudflare",
    ),
    pytest.param(
        500,
        "prompt length (6000) exceeds maximum input length (4096).",
        id="TensorRT-LLM",
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
        400,
        "Prompt has 32,769 tokens, but the configured context size is 32,768 tokens",
        id="DS4",
    ),
    pytest.param(
        400,
        "litellm.ContextWindowExceededError: litellm.BadRequestError: no",
        id="a gateway's class",
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
        429,
        "This model's maximum context length is 128000 tokens, your prompt has 150000",
        id="status 429",
    ),
)

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
