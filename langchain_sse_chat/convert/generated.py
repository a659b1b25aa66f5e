"""Pictures and videos that GigaChat makes: found in the text that names them.

https://developers.sber.ru/docs/ru/gigachat/guides/images-generation
"""

from __future__ import annotations

import re
from typing import Generic, Protocol, TypeVar

from langchain_sse_chat.wire.chunks import Delta, WireMessage

OutputT = TypeVar("OutputT")

_TAG = re.compile(r"<(img|video)\b([^<>]*)\bfuse=\"true\"[^<>]*>")
_ID = re.compile(r"\b(src|cover)=\"([^\"]+)\"")
_KINDS = {"img": "image", "video": "video"}


class _Assembler(Protocol[OutputT]):
    def feed(self, delta: str | Delta) -> list[OutputT]: ...

    def close(self, message: WireMessage, held: Delta) -> list[OutputT]: ...


class GeneratedFiles(Generic[OutputT]):
    """An assembler that adds the ids of generated files to the whole message.

    The text stays as it is. `additional_kwargs["generated_files"]` is a list of dicts
    with `type` (`image` or `video`), `file_id`, and a video's `cover`.
    """

    def __init__(self, assembler: _Assembler[OutputT]) -> None:
        """Wrap an assembler."""
        self._assembler = assembler
        self.feed = assembler.feed

    def close(self, message: WireMessage, held: Delta) -> list[OutputT]:
        """Take the whole answer, and the part that was held back to its end."""
        if files := generated_files(message.text):
            message.message_fields["generated_files"] = files
        return self._assembler.close(message, held)


def generated_files(text: str) -> list[dict[str, str]]:
    """Return the files that a text names, in its order."""
    files = []
    for tag in _TAG.finditer(text):
        named = dict(_ID.findall(tag[2]))
        if "src" in named:
            cover = {"cover": named["cover"]} if "cover" in named else {}
            files.append({"type": _KINDS[tag[1]], "file_id": named["src"], **cover})
    return files
