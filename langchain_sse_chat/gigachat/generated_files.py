"""Find the images and videos that GigaChat generated, by their tags in the text.

https://developers.sber.ru/docs/ru/gigachat/guides/images-generation
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from langchain_sse_chat.lazy_pattern import lazy_pattern

# A tag ends at the next angle bracket, so that the time is linear in the text.
_TAG = lazy_pattern(r"<(img|video)\b([^<>]*)>")
_GENERATED = lazy_pattern(r"\bfuse=\"true\"")
_ID = lazy_pattern(r"\b(src|cover)=\"([^\"]+)\"")
_KINDS = {"img": "image", "video": "video"}


class GeneratedFile(NamedTuple):
    """A file that a tag names."""

    kind: str
    """`image` or `video`."""
    file_id: str
    cover: str | None
    """The ID of the cover of a video."""
    end: int
    """The position in the text after the tag."""


def files_in(text: str) -> Iterator[GeneratedFile]:
    """Yield the files in a text, in order."""
    for tag in _TAG.finditer(text):
        named = dict(_ID.findall(tag[2]))
        if "src" in named and _GENERATED.search(tag[2]):
            yield GeneratedFile(
                _KINDS[tag[1]], named["src"], named.get("cover"), tag.end()
            )


def generated_files(text: str) -> list[dict[str, str]]:
    """Return the files in a text, in order.

    Returns:
        Dicts with `type` (`image` or `video`) and `file_id`, and `cover` for a video
        with a cover. They become `additional_kwargs["generated_files"]`.
    """
    return [
        {
            "type": file.kind,
            "file_id": file.file_id,
            **({"cover": file.cover} if file.cover else {}),
        }
        for file in files_in(text)
    ]
