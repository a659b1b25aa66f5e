"""Describe model makers and hosts in China, with their international addresses."""

from __future__ import annotations

from dataclasses import replace

from langchain_sse_chat.dialect import Dialect
from langchain_sse_chat.providers.model_facts import ModelFacts
from langchain_sse_chat.providers.provider import Provider

# The forms of `reasoning` are from the providers' own pages, as https://models.dev
# (MIT) quoted them on 2026-06-25, where no other page is named.

DEEPSEEK = Provider(
    name="deepseek",
    base_url="https://api.deepseek.com",
    # https://api-docs.deepseek.com/guides/tool_calls, 2026-11-28
    strict_base_url="https://api.deepseek.com/beta",
    api_key_env="DEEPSEEK_API_KEY",
    base_url_env="DEEPSEEK_API_BASE",
    dialect=Dialect(
        json_schema="none",
        reasoning_switch="thinking",
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
        reasoning_switch="enable_thinking",
        reasoning_budget="thinking_budget",
        reasoning_efforts=frozenset(),
        supports_call_extras=False,
        reasoning_keys=("reasoning_content",),
    ),
    models=(
        ModelFacts(
            "deepseek-v4.*",
            {"reasoning_efforts": frozenset({"high", "max"})},
            "https://www.alibabacloud.com/help/en/model-studio/deep-thinking",
        ),
    ),
    hint="Create a key in the console of Model Studio, for the region that you use.",
    note="A key belongs to a region: with a key from Beijing pass "
    "`base_url='https://dashscope.aliyuncs.com/compatible-mode/v1'`. `reasoning=True` "
    "makes a hybrid model reason.",
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
        reasoning_switch="adaptive_thinking",
        reasoning_efforts=frozenset(),
        reasoning_tags=("<think>", "</think>"),
    ),
    hint="Create a key at https://platform.minimax.io, under Account Management.",
    note="With a key from China pass `base_url='https://api.minimaxi.com/v1'`.",
    source="https://platform.minimax.io/docs/api-reference/text-openai-api",
)

# "Cannot be modified", https://platform.kimi.ai/docs/api/models-overview, read on
# 2026-11-28. They also have a fixed `n`, which the server reports. The choices of tools
# are "auto" or "none" with thinking, says
# https://platform.kimi.ai/docs/guide/kimi-k2-6-quickstart, read in a copy.
_KIMI = {
    "dropped_fields": frozenset(
        {"temperature", "top_p", "presence_penalty", "frequency_penalty"}
    ),
    "reasons_by_default": True,
    "while_reasoning": (("tool_choices", frozenset({"auto", "none"})),),
}

MOONSHOT = Provider(
    name="moonshot",
    base_url="https://api.moonshot.ai/v1",
    api_key_env="MOONSHOT_API_KEY",
    base_url_env="MOONSHOT_API_BASE",
    hosts=("api.moonshot.cn",),
    dialect=Dialect(
        max_tokens_field="max_completion_tokens",
        reasoning_switch="thinking",
        reasoning_efforts=frozenset(),
        supports_call_extras=False,
        reasoning_echo="always",
        reasoning_keys=("reasoning_content",),
        requires_reasoning=True,
    ),
    models=(
        ModelFacts(
            r"kimi-k3(\..*|-.*)?",
            {
                **_KIMI,
                # It accepts `required`, but no tool's name, as was tried for
                # https://github.com/UKGovernmentBEIS/inspect_ai/pull/5152; a page of
                # Kimi's that says so was not found (2026-11-28).
                "while_reasoning": (
                    ("tool_choices", frozenset({"auto", "none", "required"})),
                ),
                "reasoning_switch": "none",
                "reasoning_efforts": frozenset({"low", "high", "max"}),
            },
            "https://platform.kimi.ai/docs/api/models-overview",
        ),
        ModelFacts(
            r"kimi-k2\.7-code.*",
            {**_KIMI, "reasoning_switch": "none"},
            "https://platform.kimi.ai/docs/api/chat",
        ),
        ModelFacts(
            r"kimi-k2\.[56].*",
            _KIMI,
            "https://platform.kimi.ai/docs/api/models-overview",
        ),
    ),
    hint="Create a key at https://platform.moonshot.ai/console/api-keys.",
    note="With a key from China pass `base_url='https://api.moonshot.cn/v1'`. While "
    "a model reasons, a tool call cannot be required, except with `kimi-k3`.",
    source="https://platform.kimi.ai/docs/api/chat",
)

_ZHIPU_DIALECT = Dialect(
    tool_choices=frozenset({"auto"}),
    json_schema="none",
    reasoning_switch="thinking",
    reasoning_efforts=frozenset(),
    supports_call_extras=False,
    reasoning_keys=("reasoning_content",),
)

ZAI = Provider(
    name="zai",
    base_url="https://api.z.ai/api/paas/v4",
    api_key_env="ZAI_API_KEY",
    base_url_env="ZAI_BASE_URL",
    dialect=_ZHIPU_DIALECT,
    # "Only supported by GLM-5.2 and above."
    models=(
        ModelFacts(
            r"glm-5\.[2-9].*",
            {"reasoning_efforts": None},
            "https://docs.z.ai/api-reference/llm/chat-completion",
        ),
    ),
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

MODELSCOPE = Provider(
    name="modelscope",
    base_url="https://api-inference.modelscope.cn/v1",
    api_key_env="MODELSCOPE_API_KEY",
    hint="Create a token in your account on modelscope.cn.",
    source="https://modelscope.cn/docs/model-service/API-Inference/intro",
)

# The variable is that of Baidu's own package, `qianfan`.
QIANFAN = Provider(
    name="qianfan",
    base_url="https://qianfan.baidubce.com/v2",
    api_key_env="QIANFAN_BEARER_TOKEN",
    other_api_key_envs=("QIANFAN_API_KEY",),
    hint="Create a key in the console of Qianfan; it starts with `bce-v3/`.",
    note="For the usage of one application pass its ID: "
    "`default_headers={'appid': …}`.",
    source="https://cloud.baidu.com/doc/qianfan/s/Hmh4suq26",
    checked="2026-11-28",
)

SILICONFLOW = Provider(
    name="siliconflow",
    base_url="https://api.siliconflow.com/v1",
    api_key_env="SILICONFLOW_API_KEY",
    dialect=Dialect(
        reasoning_switch="enable_thinking",
        reasoning_budget="thinking_budget",
        reasoning_efforts=frozenset(),
    ),
    hint="Create a key in your account on siliconflow.com.",
    note="With a key from China use `provider='siliconflow-cn'`.",
    source="https://docs.siliconflow.com/en/api-reference/chat-completions/"
    "chat-completions",
)

SILICONFLOW_CN = replace(
    SILICONFLOW,
    name="siliconflow-cn",
    base_url="https://api.siliconflow.cn/v1",
    api_key_env="SILICONFLOW_CN_API_KEY",
    other_api_key_envs=("SILICONFLOW_API_KEY",),
    hint="Create a key at https://cloud.siliconflow.cn/account/ak.",
    note="",
    source="https://docs.siliconflow.cn/docs/api/chat-completions-post",
    checked="2026-11-28",
)

STEPFUN = Provider(
    name="stepfun",
    base_url="https://api.stepfun.com/v1",
    api_key_env="STEPFUN_API_KEY",
    hosts=("api.stepfun.ai",),
    dialect=Dialect(
        json_schema="none",
        reasoning_efforts=frozenset({"low", "medium", "high"}),
    ),
    hint="Create a key at https://platform.stepfun.com/interface-key.",
    note="With a key from abroad pass `base_url='https://api.stepfun.ai/v1'`.",
    source="https://platform.stepfun.ai/docs/en/api-reference/chat/"
    "chat-completion-create",
    checked="2026-11-28",
)

TENCENT = Provider(
    name="tencent",
    base_url="https://tokenhub.tencentmaas.com/v1",
    api_key_env="TENCENT_TOKENHUB_API_KEY",
    hosts=(
        "tokenhub.tencentcloudmaas.com",
        "tokenhub-intl.tencentcloudmaas.com",
        "tokenhub.tencentcloudmaas.tech",
        "tokenhub-intl.tencentcloudmaas.tech",
    ),
    dialect=Dialect(
        reasoning_switch="thinking",
        reasoning_efforts=frozenset({"low", "medium", "high"}),
    ),
    hint="Create a key in the console of TokenHub.",
    note="Keys from abroad belong to the host `tokenhub-intl.tencentcloudmaas.com`.",
    source="https://cloud.tencent.com/document/product/1823/130079",
)

VOLCENGINE = Provider(
    name="volcengine",
    base_url="https://ark.cn-beijing.volces.com/api/v3",
    api_key_env="ARK_API_KEY",
    dialect=Dialect(reasoning_switch="thinking"),
    hint="Create a key in the console of Volcengine Ark.",
    note="`model` is the name of a model or the ID of an endpoint, `ep-…`.",
    source="https://github.com/volcengine/volcengine-python-sdk",
    checked="2026-11-28",
)

XIAOMI = Provider(
    name="xiaomi",
    base_url="https://api.xiaomimimo.com/v1",
    api_key_env="XIAOMI_API_KEY",
    dialect=Dialect(reasoning_switch="thinking", reasoning_efforts=frozenset()),
    hint="Create a key at https://platform.xiaomimimo.com.",
    source="https://platform.xiaomimimo.com/static/docs/api/chat/openai-api.md",
)

ROWS = (
    DEEPSEEK,
    DASHSCOPE,
    MINIMAX,
    MOONSHOT,
    ZAI,
    ZHIPU,
    MODELSCOPE,
    QIANFAN,
    SILICONFLOW,
    SILICONFLOW_CN,
    STEPFUN,
    TENCENT,
    VOLCENGINE,
    XIAOMI,
)
