"""Describe hosts of open models, other than those of the big clouds."""

from __future__ import annotations

from langchain_sse_chat.dialect import Dialect
from langchain_sse_chat.providers.model_facts import ModelFacts
from langchain_sse_chat.providers.provider import Provider

# The forms of `reasoning` are from the providers' own pages, as https://models.dev
# (MIT) quoted them on 2026-06-25, where no other page is named.

BASETEN = Provider(
    name="baseten",
    base_url="https://inference.baseten.co/v1",
    api_key_env="BASETEN_API_KEY",
    dialect=Dialect(
        strict_by_default=True,
        reasoning_switch="chat_template_args",
        reasoning_efforts=frozenset(),
    ),
    models=(
        ModelFacts(
            "deepseek-ai/DeepSeek-V4.*|openai/gpt-oss.*",
            {"reasoning_switch": "effort", "reasoning_efforts": None},
            "https://docs.baseten.co/inference/model-apis/reasoning",
        ),
    ),
    hint="Create a key in the settings of your workspace.",
    note="A federated key needs a row of your own, with `api_key_prefix='Api-Key '`.",
    source="https://docs.baseten.co/development/model-apis/overview",
    checked="2026-11-28",
)

CHUTES = Provider(
    name="chutes",
    base_url="https://llm.chutes.ai/v1",
    api_key_env="CHUTES_API_KEY",
    hint="Create a key in your account on chutes.ai.",
    source="https://chutes.ai/docs/guides/reasoning-models",
)

DEEPINFRA = Provider(
    name="deepinfra",
    base_url="https://api.deepinfra.com/v1/openai",
    # Of `estimated_cost`, which its documentation does not describe. In an answer in
    # https://github.com/BerriAI/litellm/issues/38802 it is the price in dollars.
    currency="USD",
    api_key_env="DEEPINFRA_TOKEN",
    other_api_key_envs=("DEEPINFRA_API_KEY", "DEEPINFRA_API_TOKEN"),
    dialect=Dialect(
        tool_choices=frozenset({"auto", "none"}),
        strict_by_default=True,
        schemas_by_model=True,
        # https://docs.deepinfra.com/chat/reasoning
        reasoning_switch="reasoning",
    ),
    hint="Create a key at https://deepinfra.com/dash/api_keys.",
    source="https://docs.deepinfra.com/chat/tool-calling",
)

FRIENDLI = Provider(
    name="friendli",
    base_url="https://api.friendli.ai/serverless/v1",
    api_key_env="FRIENDLI_TOKEN",
    dialect=Dialect(
        reasoning_switch="chat_template_kwargs", reasoning_efforts=frozenset()
    ),
    hint="Create a token in the settings of Friendli Suite.",
    source="https://friendli.ai/docs/guides/serverless_endpoints/introduction",
)

NEBIUS = Provider(
    name="nebius",
    base_url="https://api.tokenfactory.nebius.com/v1",
    api_key_env="NEBIUS_API_KEY",
    # The hosts in its older documentation.
    hosts=("api.studio.nebius.com", "api.studio.nebius.ai"),
    dialect=Dialect(
        reasoning_efforts=frozenset({"low", "medium", "high"}),
    ),
    hint="Create a key at https://tokenfactory.nebius.com.",
    source="https://github.com/nebius/token-factory-cookbook",
    checked="2026-11-28",
)

NOVITA = Provider(
    name="novita",
    base_url="https://api.novita.ai/openai/v1",
    api_key_env="NOVITA_API_KEY",
    models=(
        ModelFacts(
            r"zai-org/glm-4\.5|deepseek/deepseek-v3\.(1|1-terminus|2-exp)",
            {
                "reasoning_switch": "enable_thinking",
                "reasoning_efforts": frozenset(),
            },
            "https://novita.ai/docs/api-reference/"
            "model-apis-llm-create-chat-completion",
        ),
    ),
    hint="Create a key at https://novita.ai/settings/key-management.",
    source="https://novita.ai/docs/api-reference/model-apis-llm-create-chat-completion",
    checked="2026-11-28",
)

VENICE = Provider(
    name="venice",
    base_url="https://api.venice.ai/api/v1",
    api_key_env="VENICE_API_KEY",
    # `response_format` works with `strict` only, and "is not natively available for all
    # models": https://docs.venice.ai/guides/features/structured-responses
    dialect=Dialect(
        strict_by_default=True,
        schemas_by_model=True,
        reasoning_switch="reasoning",
        reasoning_keys=("reasoning_content",),
    ),
    hint="Create a key at https://venice.ai/settings/api.",
    source="https://docs.venice.ai/guides/features/reasoning-models",
    checked="2026-11-28",
)

WANDB = Provider(
    name="wandb",
    base_url="https://api.inference.wandb.ai/v1",
    api_key_env="WANDB_API_KEY",
    # https://docs.wandb.ai/inference/response-settings/reasoning
    dialect=Dialect(
        reasoning_switch="chat_template_kwargs", reasoning_efforts=frozenset()
    ),
    hint="Create a key at https://wandb.ai/settings.",
    note="The header `OpenAI-Project: <team>/<project>` assigns the usage to a "
    "project: pass it in `default_headers`.",
    source="https://docs.wandb.ai/inference/api-reference/chat-completions",
    checked="2026-11-28",
)

ROWS = (BASETEN, CHUTES, DEEPINFRA, FRIENDLI, NEBIUS, NOVITA, VENICE, WANDB)
