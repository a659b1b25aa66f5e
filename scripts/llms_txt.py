"""Write docs/llms.txt, the documentation's index for language models.

The form is that of https://llmstxt.org: a title, a summary, and a list of pages with
what each is about. Titles and order are those of `nav` in mkdocs.yml; the description
of a page is its first sentence.

Run from the root of the project: `python -m scripts.llms_txt`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "llms.txt"

_ENTRY = re.compile(r"^\s+- (?:(?P<title>[^:]+): (?P<file>\S+\.md)|(?P<group>[^:]+):)$")
_LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")


def entries() -> Iterator[tuple[str, str | None]]:
    """Yield the title and the file of each page of `nav`; no file for a group."""
    settings = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    nav = settings.partition("\nnav:\n")[2]
    for line in nav.splitlines():
        found = _ENTRY.match(line)
        if not found:
            return
        yield (found["title"] or found["group"]), found["file"]


def first_sentence(page: str) -> str:
    """Return the first sentence of a page, as plain text; empty when it has none."""
    prose = re.sub(r"^```.*?^```$", "", page, flags=re.DOTALL | re.MULTILINE)
    for block in re.split(r"\n\s*\n", prose):
        text = _LINK.sub(r"\1", " ".join(block.split()))
        if text and text[0] not in "#<!`|-:[" and not text.startswith("    "):
            sentence = re.match(r".+?[.:!?](?=\s|$)", text)
            return (sentence[0] if sentence else text).rstrip(":.") + "."
    return ""


def content() -> str:
    """Return the text of the file."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    lines = ["# langchain-sse-chat", "", f"> {first_sentence(readme)}", ""]
    in_group = False
    for title, file in entries():
        if file is None:
            lines += ["", f"## {title}", ""] if in_group else [f"## {title}", ""]
            in_group = True
            continue
        if not in_group:
            lines += ["## Pages", ""]
            in_group = True
        about = first_sentence((ROOT / "docs" / file).read_text(encoding="utf-8"))
        lines.append(f"- [{title}]({file})" + (f": {about}" if about else ""))
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    PAGE.write_text(content(), encoding="utf-8")
