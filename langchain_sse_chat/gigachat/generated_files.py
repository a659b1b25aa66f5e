"""Find the images and videos that GigaChat generated, by their tags in the text.

https://developers.sber.ru/docs/ru/gigachat/guides/images-generation
"""

from __future__ import annotations

import re

_TAG = re.compile(r"<(img|video)\b([^<>]*)\bfuse=\"true\"[^<>]*>")
_ID = re.compile(r"\b(src|cover)=\"([^\"]+)\"")
_KINDS = {"img": "image", "video": "video"}


def generated_files(text: str) -> list[dict[str, str]]:
    """Return the files in a text, in order.

    Returns:
        Dicts with `type` (`image` or `video`) and `file_id`, and `cover` for a video
        with a cover. They become `additional_kwargs["generated_files"]`.
    """
    files = []
    for tag in _TAG.finditer(text):
        named = dict(_ID.findall(tag[2]))
        if "src" in named:
            cover = {"cover": named["cover"]} if "cover" in named else {}
            files.append({"type": _KINDS[tag[1]], "file_id": named["src"], **cover})
    return files
