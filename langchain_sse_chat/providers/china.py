"""Describe model makers and hosts in China, with their international addresses."""

from __future__ import annotations

from dataclasses import replace

from langchain_sse_chat.dialect import Dialect
from langchain_sse_chat.providers.provider import Provider

DEEPSEEK = Provider(
    name="deepseek",
    base_url="https://api.deepseek.com",
    # https://api-docs.deepseek.com/guides/tool_calls, 2026-11-28
    strict_base_url="https://api.deepseek.com/beta",
    api_key_env="DEEPSEEK_API_KEY",
    base_url_env="DEEPSEEK_API_BASE",
    dialect=Dialect(
        json_schema="none",
        reasoning_off="thinking",
        continuation="prefix",
        supports_call_extras=False,
        reasoning_keys=("reasoning_content",),
        requires_reasoning=True,
    ),
    hint="Create a key at https://platform.deepseek.com/api_keys.",
    note="Requests with strict tools go to `https://api.deepseek.com/beta`, unless you "
    "set another address. Continuing an answer needs that address as `base_url`. With "
    "reasoning, a tool call cannot be required.",
    source="https://api-docs.deepseek.com/guides/thinking_mode",
)

DASHSCOPE = Provider(
    name="dashscope",
    base_url="https://dashscope-intl.aliyuncs.com/compatible-mode/v1",
    api_key_env="DASHSCOPE_API_KEY",
    base_url_env="DASHSCOPE_API_BASE",
    hosts=(
        "dashscope.aliyuncs.com",
        "dashscope-us.aliyuncs.com",
        "cn-hongkong.dashscope.aliyuncs.com",
        "*.maas.aliyuncs.com",
    ),
    dialect=Dialect(
        reasoning_off="enable_thinking",
        supports_call_extras=False,
        reasoning_keys=("reasoning_content",),
    ),
    hint="Create a key in the console of Model Studio, for the region that you use.",
    note="A key belongs to a region: with a key from Beijing pass "
    "`base_url='https://dashscope.aliyuncs.com/compatible-mode/v1'`. "
    "`extra_body={'enable_thinking': True}` makes a hybrid model reason.",
    source="https://www.alibabacloud.com/help/en/model-studio/deep-thinking",
)

MINIMAX = Provider(
    name="minimax",
    base_url="https://api.minimax.io/v1",
    api_key_env="MINIMAX_API_KEY",
    base_url_env="MINIMAX_API_BASE",
    hosts=("api.minimaxi.com",),
    dialect=Dialect(
        max_tokens_field="max_completion_tokens",
        supports_call_extras=False,
        reasoning_echo="always",
    ),
    hint="Create a key at https://platform.minimax.io, under Account Management.",
    note="Most models put reasoning into the text: pass "
    '`reasoning_tags=("<think>", "</think>")`. With a key from China pass '
    "`base_url='https://api.minimaxi.com/v1'`.",
    source="https://platform.minimax.io/docs/api-reference/text-openai-api",
)

MOONSHOT = Provider(
    name="moonshot",
    base_url="https://api.moonshot.ai/v1",
    api_key_env="MOONSHOT_API_KEY",
    base_url_env="MOONSHOT_API_BASE",
    hosts=("api.moonshot.cn",),
    dialect=Dialect(
        max_tokens_field="max_completion_tokens",
        reasoning_off="thinking",
        supports_call_extras=False,
        reasoning_echo="always",
        reasoning_keys=("reasoning_content",),
        requires_reasoning=True,
    ),
    hint="Create a key at https://platform.moonshot.ai/console/api-keys.",
    note="With a key from China pass `base_url='https://api.moonshot.cn/v1'`. For most "
    "reasoning models, a tool call cannot be required.",
    source="https://platform.kimi.ai/docs/api/chat",
)

_ZHIPU_DIALECT = Dialect(
    tool_choices=frozenset({"auto"}),
    json_schema="none",
    reasoning_off="thinking",
    supports_call_extras=False,
    reasoning_keys=("reasoning_content",),
)

ZAI = Provider(
    name="zai",
    base_url="https://api.z.ai/api/paas/v4",
    api_key_env="ZAI_API_KEY",
    base_url_env="ZAI_BASE_URL",
    dialect=_ZHIPU_DIALECT,
    hint="Create a key at https://z.ai/manage-apikey/apikey-list.",
    source="https://docs.z.ai/guides/capabilities/thinking",
)

ZHIPU = replace(
    ZAI,
    name="zhipu",
    base_url="https://open.bigmodel.cn/api/paas/v4",
    hint="Create a key at https://bigmodel.cn/usercenter/proj-mgmt/apikeys.",
    source="https://docs.bigmodel.cn/cn/guide/capabilities/thinking",
)

ROWS = (DEEPSEEK, DASHSCOPE, MINIMAX, MOONSHOT, ZAI, ZHIPU)
