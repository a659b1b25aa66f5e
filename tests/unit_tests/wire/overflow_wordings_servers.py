"""How self-hosted servers and gateways say that a conversation is too long.

The wordings are those of the servers' own sources, their documentation, and public
reports; numbers and names are made up.
"""

from __future__ import annotations

import pytest

SERVERS = (
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
        "Too many input tokens",
        id="a gateway",
    ),
    pytest.param(
        500,
        "prompt length (6000) exceeds maximum input length (4096).",
        id="TensorRT-LLM",
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
)
