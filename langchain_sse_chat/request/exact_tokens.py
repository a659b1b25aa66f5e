"""Count the tokens of OpenAI's models with tiktoken, without a download.

tiktoken downloads the file of an encoding when it is first used, and keeps it in a
folder (https://github.com/openai/tiktoken). Counting must not wait for a network that
may not be there, so tiktoken is used only if the file is in that folder, whole.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from typing import Any

_FILES = {
    "o200k_base": "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d",
    "cl100k_base": "223921b76ee99bde995b7ff738513eef100fb51d18c93597a113bcffe865b2a7",
}
"""The encodings of chat models, with the SHA-256 of their files. tiktoken downloads a
file with another one again."""

_ADDRESS = "https://openaipublic.blob.core.windows.net/encodings/{}.tiktoken"
"""The address of a file, whose SHA-1 is its name in the folder."""


def exact_token_ids(text: str, model: str) -> list[int] | None:
    """Return the token IDs of a text for one of OpenAI's models.

    Returns:
        `None` if tiktoken is not installed, does not know the model, or would have to
        download a file. `tiktoken.get_encoding("o200k_base")` downloads it.
    """
    encoding = _encoding_of(model)
    if encoding is None:
        return None
    ids: list[int] = encoding.encode(text, disallowed_special=())
    return ids


@lru_cache(maxsize=16)
def _encoding_of(model: str) -> Any:
    try:
        tiktoken = import_module("tiktoken")
        name = tiktoken.encoding_name_for_model(model)
    except (ImportError, AttributeError, KeyError):
        return None
    return tiktoken.get_encoding(name) if _is_here(name) else None


def _is_here(name: str) -> bool:
    """Whether the file of an encoding is on this machine, and is the right one."""
    expected = _FILES.get(name)
    if expected is None:
        return False
    key = hashlib.sha1(_ADDRESS.format(name).encode(), usedforsecurity=False)
    folder = _folder()
    if not folder:
        return False  # tiktoken keeps no files
    try:
        data = Path(folder, key.hexdigest()).read_bytes()
    except OSError:
        return False
    return hashlib.sha256(data).hexdigest() == expected


def _folder() -> str:
    """Return the folder in which tiktoken keeps its files, empty for none."""
    for variable in ("TIKTOKEN_CACHE_DIR", "DATA_GYM_CACHE_DIR"):
        if variable in os.environ:
            return os.environ[variable]
    return str(Path(tempfile.gettempdir(), "data-gym-cache"))
