"""Write the table of docs/gigachat.md for programs that used `langchain_gigachat`.

The rows are those of langchain-gigachat 0.5.1, read on 2026-11-28.

Run from the root of the project: `python -m scripts.gigachat_names`.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

PAGE = Path(__file__).parents[1] / "docs" / "gigachat.md"

_BEGIN = "<!-- names of langchain_gigachat, by `python -m scripts.gigachat_names` -->\n"
_END = "<!-- end of names -->\n"


class Row(NamedTuple):
    """Names that mean the same in both packages, or nearly."""

    names: tuple[str, ...]
    here: str = "the same"
    note: str = ""


ARGUMENTS = (
    Row(
        (
            "credentials",
            "scope",
            "access_token",
            "user",
            "password",
            "base_url",
            "auth_url",
            "cert_file",
            "key_file",
            "key_file_password",
            "ca_bundle_file",
            "verify_ssl_certs",
            "ssl_context",
            "max_connections",
            "retry_on_status_codes",
            "streaming",
            "temperature",
            "top_p",
            "max_tokens",
            "repetition_penalty",
            "update_interval",
            "profanity_check",
            "reasoning_effort",
            "flags",
            "function_ranker",
            "use_api_for_tokens",
        )
    ),
    Row(("model",), note="The default is `GigaChat`."),
    Row(("timeout",), note="The default is 600 seconds for an answer; there it is 30."),
    Row(("max_retries",), note="The default is 2; there it is 0."),
    Row(
        ("retry_backoff_factor",),
        note="The bound of a random wait; there, half a second at most is added.",
    ),
    Row(
        ("auto_upload_attachments",),
        note="Blocks of every kind are uploaded. Without it, data is a "
        "`ConfigurationError`; there it is left out.",
    ),
    Row(
        ("allow_any_tool_choice_fallback",),
        note="Not needed with one tool, and without a warning.",
    ),
)
"""Arguments of the constructor."""

METHODS = (
    Row(
        (
            "upload_file",
            "get_file",
            "get_file_content",
            "list_files",
            "delete_file",
            "get_models",
            "get_model",
            "tokens_count",
            "aupload_file",
            "aget_file",
            "aget_file_content",
            "alist_files",
            "adelete_file",
            "aget_models",
            "aget_model",
            "atokens_count",
        ),
        note="The results have the same attributes; `Image.data` has the bytes.",
    ),
    Row(("bind_functions",), note="Functions are bound as tools."),
    Row(
        ("bind_tools",),
        note='`"any"` works with one tool. A missing description is the name.',
    ),
    Row(
        ("with_structured_output",),
        note="An answer that is truncated or not the object is a "
        "`StructuredOutputError`.",
    ),
    Row(
        ("get_num_tokens", "get_num_tokens_from_messages"),
        note="With `use_api_for_tokens`, all messages are one request.",
    ),
)
"""Methods in addition to those of all chat models."""

READ = (
    Row(
        (
            'additional_kwargs["function_call"]',
            'additional_kwargs["functions_state_id"]',
            'additional_kwargs["reasoning_content"]',
            'additional_kwargs["image_uuid"]',
            'additional_kwargs["video_uuid"]',
            'additional_kwargs["cover_uuid"]',
            'additional_kwargs["postfix_message"]',
            'response_metadata["x_headers"]',
        ),
        note="In a stream, on the last chunk.",
    ),
    Row(
        ("message.id",),
        '`response_metadata["request_id"]`',
        "The ID of the message is LangChain's.",
    ),
    Row(("stop=",), note="The answer ends there; it has no effect there."),
    Row(
        ("additional_fields=",),
        note="Also an argument of the constructor. It is merged into `extra_body`, and "
        "replaces fields of the body.",
    ),
    Row(
        ("gigachat.context",),
        note="All variables with headers, for every request. `chat_url_cvar` and "
        "`chat_completions_url_cvar` are not read: use `base_url`.",
    ),
    Row(
        ("gigachat.exceptions",),
        "[errors](errors.md) of this package",
        "`AuthenticationError`, `RateLimitError`, `NotFoundError` and `ServerError` "
        "have the same names.",
    ),
)
"""Names that programs read, pass to a call, or catch."""


def page(text: str) -> str:
    """Return the page with its table as the rows are now."""
    before, _, rest = text.partition(_BEGIN)
    after = rest.partition(_END)[2]
    return f"{before}{_BEGIN}\n{_table()}\n{_END}{after}"


def _table() -> str:
    lines = ["| There | Here | Differences |", "| --- | --- | --- |"]
    lines += [_row(row) for row in (*ARGUMENTS, *METHODS, *READ)]
    return "\n".join(lines) + "\n"


def _row(row: Row) -> str:
    names = ", ".join(f"`{name}`" for name in row.names)
    return f"| {names} | {row.here} | {row.note} |"


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text("utf-8")), "utf-8")
    print(f"{PAGE.name} is written.")
