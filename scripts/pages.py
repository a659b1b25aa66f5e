"""Write the lists of pages: in the README, on the home page, and docs/llms.txt.

Titles, groups and order are those of `nav` in mkdocs.yml. docs/llms.txt is the index
for language models, in the form of https://llmstxt.org: a title, a summary, and the
first sentence of each page.

Run from the root of the project: `python -m scripts.pages`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"

_ENTRY = re.compile(r"^\s+- (?:(?P<title>[^:]+): (?P<file>\S+\.md)|(?P<group>[^:]+):)$")
_CODE = re.compile(r"^```.*?^```$", re.DOTALL | re.MULTILINE)
_LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")
_LIST = re.compile(r"(<!-- pages -->\n).*?(<!-- end of pages -->)", re.DOTALL)


class Page(NamedTuple):
    """A page of the documentation."""

    group: str
    """The group that it belongs to; empty for the home page."""
    title: str
    file: str
    """Its path below `docs/`."""


def pages() -> Iterator[Page]:
    """Yield the pages of `nav`, in order."""
    settings = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    group = ""
    for line in settings.partition("\nnav:\n")[2].splitlines():
        found = _ENTRY.match(line)
        if not found:
            return
        group = found["group"] or group
        if found["file"]:
            yield Page(group, found["title"], found["file"])


def first_sentence(page: str) -> str:
    """Return the first sentence of a page, as plain text; empty when it has none."""
    for block in re.split(r"\n\s*\n", _CODE.sub("", page)):
        text = _LINK.sub(r"\1", " ".join(block.split()))
        is_prose = bool(text) and block.lstrip("\n")[0] not in "#<!`|-:[ "
        if is_prose:
            sentence = re.match(r".+?[.:!?](?=\s|$)", text)
            return (sentence[0] if sentence else text).rstrip(":.") + "."
    return ""


def linked(folder: str) -> str:
    """Return the list of pages as Markdown, a line for each group.

    Args:
        folder: What precedes the path of a page: `docs/` in the README.
    """
    groups: dict[str, list[str]] = {}
    for page in pages():
        if page.group:
            link = f"[{page.title}]({folder}{page.file})"
            groups.setdefault(page.group, []).append(link)
    lines = [f"- **{name}**: {' · '.join(links)}" for name, links in groups.items()]
    return "\n".join(lines) + "\n"


def with_list(text: str, folder: str) -> str:
    """Return a page with the list of pages between its two marks."""
    return _LIST.sub(lambda marks: marks[1] + linked(folder) + marks[2], text)


def llms_txt() -> str:
    """Return the index for language models."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    lines = ["# langchain-sse-chat", "", f"> {first_sentence(readme)}"]
    last = None
    for group, title, file in pages():
        if group != last:
            lines += ["", f"## {group}", ""] if group else [""]
            last = group
        about = first_sentence((DOCS / file).read_text(encoding="utf-8"))
        lines.append(f"- [{title}]({file})" + (f": {about}" if about else ""))
    return "\n".join(lines) + "\n"


def written() -> dict[Path, str]:
    """Return the files that have a list of pages, with their text as it should be."""
    lists = {ROOT / "README.md": "docs/", DOCS / "index.md": ""}
    return {
        DOCS / "llms.txt": llms_txt(),
        **{
            file: with_list(file.read_text(encoding="utf-8"), folder)
            for file, folder in lists.items()
        },
    }


if __name__ == "__main__":
    for path, content in written().items():
        path.write_text(content, encoding="utf-8")
