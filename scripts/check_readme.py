"""Check the README in a wheel: it has no relative link, which leads nowhere on PyPI.

Run from the root of the project: `python -m scripts.check_readme dist/*.whl`.
"""

from __future__ import annotations

import re
import sys
import zipfile

_RELATIVE = re.compile(
    r"\[[^\]]*\]\((?!https?://|#)[^)]*\)|^\[[^\]]+\]:\s*(?!http)", re.MULTILINE
)


def relative_links(text: str) -> list[str]:
    """Return the Markdown links of a text that are relative."""
    return [found[0] for found in _RELATIVE.finditer(text)]


def readme_in(wheel: str) -> str:
    """Return the description in the metadata of a wheel.

    Raises:
        LookupError: The wheel has no description.
    """
    with zipfile.ZipFile(wheel) as archive:
        name = next(n for n in archive.namelist() if n.endswith(".dist-info/METADATA"))
        text = archive.read(name).decode("utf-8").partition("\n\n")[2]
    if not text.strip():
        message = f"{wheel} has no description."
        raise LookupError(message)
    return text


if __name__ == "__main__":
    links = [
        link for wheel in sys.argv[1:] for link in relative_links(readme_in(wheel))
    ]
    for link in links:
        print(f"A relative link in the README of the wheel: {link}")
    sys.exit(bool(links) or len(sys.argv) < 2)  # noqa: PLR2004  the wheel is missing
