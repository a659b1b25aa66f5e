"""Make a chat model from one string: the provider and the model."""

from __future__ import annotations

from typing import Any

from langchain_sse_chat.chat_models import ChatSSE
from langchain_sse_chat.errors import ConfigurationError
from langchain_sse_chat.providers import PROVIDERS
from langchain_sse_chat.providers.find import unknown_provider


def chat_model(name: str, **kwargs: Any) -> ChatSSE:
    """Return the chat model for a string such as `"aitunnel:gpt-4o"`.

    ```python
    from langchain_sse_chat import chat_model

    chat = chat_model("openrouter:deepseek/deepseek-chat:free", temperature=0)
    ```

    The part before the first colon is a provider, and everything after it the model's
    name on its server. `gigachat` gives a `GigaChat`, all others a `ChatSSE`.

    Args:
        name: The provider and the model. It is the model's name alone without a colon,
            and then the provider is that of `ChatSSE`, which is OpenAI without a
            `base_url`; with `provider` among the arguments; and with `base_url`, if the
            part before the colon is not a provider, as in `"llama3:8b"`.
        **kwargs: Arguments of the model.

    Raises:
        ConfigurationError: The provider is unknown, and the message has a similar one;
            the model's name is missing or not a string; or an argument is not valid.
    """
    provider, model = _split(name, kwargs)
    if provider == "gigachat":
        # Imported here, because few programs need it.
        from langchain_sse_chat.gigachat import GigaChat  # noqa: PLC0415

        return GigaChat(model=model, **kwargs)
    if provider is not None:
        kwargs["provider"] = provider
    return ChatSSE(model=model, **kwargs)


def _split(name: Any, given: dict[str, Any]) -> tuple[str | None, str]:
    """Return the provider, if the string has one, and the model."""
    if not isinstance(name, str):
        msg = f"A model is named by a string such as 'openai:gpt-4o', not by {name!r}."
        raise ConfigurationError(msg)
    if given.get("provider") is not None:
        return None, name
    before, colon, model = name.partition(":")
    provider = before.strip().lower()
    if provider in PROVIDERS and (colon or not given.get("base_url")):
        if not model.strip():
            msg = (
                f"{name!r} names a provider without a model. Write "
                f"'{provider}:<model>'."
            )
            raise ConfigurationError(msg)
        return provider, model.strip()
    if not colon or given.get("base_url"):
        return None, name
    msg = (
        f"{unknown_provider(before)} If the name of the model itself has a colon, as "
        f"{name!r} may, pass `provider` or `base_url` too."
    )
    raise ConfigurationError(msg)
