"""Describe subscriptions for programming: addresses and keys apart from the API's."""

from __future__ import annotations

from dataclasses import replace

from langchain_sse_chat.providers import china
from langchain_sse_chat.providers.provider import Provider

ALIBABA_CODING = Provider(
    name="alibaba-coding",
    base_url="https://coding-intl.dashscope.aliyuncs.com/v1",
    api_key_env="BAILIAN_CODING_PLAN_API_KEY",
    other_api_key_envs=("ALIBABA_CODING_PLAN_API_KEY",),
    hosts=("coding.dashscope.aliyuncs.com",),
    dialect=china.DASHSCOPE.dialect,
    hint="The key of the Coding Plan starts with `sk-sp-`; it is in Model Studio.",
    note="With a key from China pass "
    "`base_url='https://coding.dashscope.aliyuncs.com/v1'`.",
    source="https://github.com/QwenLM/qwen-code/blob/main/docs/users/configuration/"
    "auth.md",
)

GITHUB_COPILOT = Provider(
    name="github-copilot",
    base_url="https://api.githubcopilot.com",
    api_key_env="GITHUB_COPILOT_API_KEY",
    hint="The key is the token that GitHub Copilot exchanges for a token of GitHub.",
    note="The key is short-lived: pass a function that returns the present one. A "
    "token of GitHub is not accepted.",
    source="https://docs.github.com/en/copilot",
)

KIMI_FOR_CODING = Provider(
    name="kimi-for-coding",
    base_url="https://api.kimi.com/coding/v1",
    api_key_env="KIMI_API_KEY",
    base_url_env="KIMI_BASE_URL",
    dialect=china.MOONSHOT.dialect,
    hint="The key is in the console of Kimi Code.",
    source="https://github.com/MoonshotAI/kimi-cli",
    checked="2026-11-28",
)

ZAI_CODING = replace(
    china.ZAI,
    name="zai-coding",
    base_url="https://api.z.ai/api/coding/paas/v4",
    base_url_env=None,
    note="The key of the GLM Coding Plan. It has the same host as `zai`, so it is "
    "found only by name.",
    source="https://docs.z.ai/devpack/overview",
)

ROWS = (ALIBABA_CODING, GITHUB_COPILOT, KIMI_FOR_CODING, ZAI_CODING)
