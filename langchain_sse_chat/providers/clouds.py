"""Describe clouds: addresses with an account, a region or a workspace in them."""

from __future__ import annotations

from langchain_sse_chat.dialect import Dialect
from langchain_sse_chat.providers.model_facts import ModelFacts
from langchain_sse_chat.providers.provider import Provider

# The forms of `reasoning` are from the providers' own pages, as https://models.dev
# (MIT) quoted them on 2026-06-25, where no other page is named.

BEDROCK = Provider(
    name="bedrock",
    langchain_name="amazon_bedrock",
    base_url="https://bedrock-runtime.{AWS_REGION|AWS_DEFAULT_REGION}.amazonaws.com"
    "/openai/v1",
    api_key_env="AWS_BEARER_TOKEN_BEDROCK",
    base_url_env="AWS_BEDROCK_BASE_URL",
    hosts=("bedrock-mantle.*.api.aws",),
    hint="Create an API key in the console of Amazon Bedrock, under API keys.",
    note="Keys of Amazon Bedrock only: requests are not signed with AWS credentials. "
    "For other models pass `base_url='https://bedrock-mantle.<region>.api.aws/v1'`.",
    source="https://docs.aws.amazon.com/bedrock/latest/userguide/"
    "inference-chat-completions.html",
    checked="2026-11-28",
)

CLOUDFLARE = Provider(
    name="cloudflare",
    base_url="https://api.cloudflare.com/client/v4/accounts/{CLOUDFLARE_ACCOUNT_ID}"
    "/ai/v1",
    api_key_env="CLOUDFLARE_API_KEY",
    other_api_key_envs=("CLOUDFLARE_API_TOKEN",),
    hint="Create an API token with the permission Workers AI in the dashboard.",
    source="https://developers.cloudflare.com/workers-ai/configuration/"
    "open-ai-compatibility/",
    checked="2026-11-28",
)

DATABRICKS = Provider(
    name="databricks",
    api_key_env="DATABRICKS_TOKEN",
    base_url_env="DATABRICKS_HOST",
    path="/serving-endpoints",
    hosts=("*.cloud.databricks.com", "*.azuredatabricks.net", "*.gcp.databricks.com"),
    models=(
        ModelFacts(
            ".*claude.*|.*gemini-2-5.*",
            {
                "reasoning_switch": "none",
                "reasoning_efforts": frozenset(),
                "reasoning_budget": "thinking",
            },
            "https://docs.databricks.com/aws/en/machine-learning/model-serving/"
            "query-reason-models",
        ),
    ),
    hint="DATABRICKS_HOST is the URL of the workspace, DATABRICKS_TOKEN a token of it.",
    note="`model` is the name of the serving endpoint. For the AI gateway pass "
    "`base_url='https://<workspace>/ai-gateway/mlflow/v1'`.",
    source="https://docs.databricks.com/en/machine-learning/model-serving/"
    "score-foundation-models.html",
    checked="2026-11-28",
)

DIGITALOCEAN = Provider(
    name="digitalocean",
    base_url="https://inference.do-ai.run/v1",
    api_key_env="GRADIENT_MODEL_ACCESS_KEY",
    other_api_key_envs=("DIGITALOCEAN_ACCESS_TOKEN",),
    base_url_env="GRADIENT_INFERENCE_ENDPOINT",
    path="/v1",
    # https://docs.digitalocean.com/products/inference/how-to/use-reasoning/
    dialect=Dialect(
        reasoning_efforts=frozenset({"none", "low", "medium", "high", "max"}),
        reasoning_budget="reasoning",
    ),
    hint="Create a model access key in the control panel.",
    source="https://github.com/digitalocean/gradient-python",
    checked="2026-11-28",
)

HEROKU = Provider(
    name="heroku",
    base_url="https://us.inference.heroku.com/v1",
    api_key_env="HEROKU_INFERENCE_KEY",
    base_url_env="HEROKU_INFERENCE_URL",
    path="/v1",
    hint="The key is in the config vars of an application with a model.",
    source="https://devcenter.heroku.com/articles/heroku-inference-api-v1-chat-completions",
)

OVHCLOUD = Provider(
    name="ovhcloud",
    base_url="https://oai.endpoints.kepler.ai.cloud.ovh.net/v1",
    api_key_env="OVHCLOUD_API_KEY",
    hint="Create a key in the control panel, under AI Endpoints.",
    source="https://www.ovhcloud.com/en/public-cloud/ai-endpoints/catalog/",
)

SCALEWAY = Provider(
    name="scaleway",
    base_url="https://api.scaleway.ai/v1",
    api_key_env="SCW_SECRET_KEY",
    other_api_key_envs=("SCALEWAY_API_KEY",),
    dialect=Dialect(
        refused_fields=frozenset(
            {"frequency_penalty", "logit_bias", "n", "top_logprobs"}
        ),
        ignored_fields=frozenset({"user"}),
    ),
    models=(
        ModelFacts(
            "deepseek-r1-distill-llama-70b",
            {
                "reasoning_switch": "none",
                "reasoning_efforts": frozenset(),
                "reasons_by_default": True,
                "reasoning_tags": ("<think>", "</think>"),
            },
            "https://www.scaleway.com/en/docs/generative-apis/how-to/"
            "query-reasoning-models/",
        ),
    ),
    hint="Create a key in the console, under IAM; the secret key is sent.",
    source="https://www.scaleway.com/en/docs/generative-apis/api-cli/using-chat-api/",
    checked="2026-11-28",
)

SNOWFLAKE = Provider(
    name="snowflake",
    base_url="https://{SNOWFLAKE_ACCOUNT}.snowflakecomputing.com/api/v2/cortex/v1",
    api_key_env="SNOWFLAKE_PAT",
    other_api_key_envs=("SNOWFLAKE_CORTEX_PAT", "SNOWFLAKE_TOKEN"),
    models=(
        ModelFacts(
            "claude.*",
            {
                "reasoning_switch": "none",
                "reasoning_efforts": frozenset(),
                "reasoning_budget": "reasoning",
            },
            "https://docs.snowflake.com/en/user-guide/snowflake-cortex/cortex-rest-api",
        ),
    ),
    hint="Create a programmatic access token in Snowsight.",
    note="SNOWFLAKE_ACCOUNT is the account identifier, such as `myorg-myaccount`.",
    source="https://docs.snowflake.com/en/user-guide/snowflake-cortex/cortex-rest-api",
    checked="2026-11-28",
)

VERTEX = Provider(
    name="vertex",
    langchain_name="google_vertexai",
    base_url="https://{GOOGLE_CLOUD_LOCATION|GOOGLE_VERTEX_LOCATION}"
    "-aiplatform.googleapis.com/v1"
    "/projects/{GOOGLE_CLOUD_PROJECT|GOOGLE_VERTEX_PROJECT}"
    "/locations/{GOOGLE_CLOUD_LOCATION|GOOGLE_VERTEX_LOCATION}/endpoints/openapi",
    api_key_env="VERTEX_API_KEY",
    hosts=("aiplatform.googleapis.com",),
    hint="Pass a function that returns an access token of Google Cloud as `api_key`.",
    note="The key is an access token, which expires after an hour: pass a function. "
    "For the location `global` pass the whole `base_url`, with the host "
    "`aiplatform.googleapis.com`. A model has its publisher in its name, such as "
    "`google/gemini-2.5-flash`.",
    source="https://cloud.google.com/vertex-ai/generative-ai/docs/multimodal/"
    "call-vertex-using-openai-library",
)

VULTR = Provider(
    name="vultr",
    base_url="https://api.vultrinference.com/v1",
    api_key_env="VULTR_API_KEY",
    hint="The key is in the customer portal, under Serverless Inference.",
    source="https://api.vultrinference.com/",
)

ROWS = (
    BEDROCK,
    CLOUDFLARE,
    DATABRICKS,
    DIGITALOCEAN,
    HEROKU,
    OVHCLOUD,
    SCALEWAY,
    SNOWFLAKE,
    VERTEX,
    VULTR,
)
