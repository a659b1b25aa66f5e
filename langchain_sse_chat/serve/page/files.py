"""Load the files of the chat page, with the headers that they are sent with."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from importlib import resources

INDEX = "index.html"

_TYPES = {
    "html": "text/html; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
}

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    # Addresses of images on other sites could carry what was said.
    "img-src 'self' data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    # Strings never become HTML or scripts: https://w3c.github.io/trusted-types/
    "require-trusted-types-for 'script'; trusted-types 'none'"
)
"""https://www.w3.org/TR/CSP3/"""

_HEADERS = {
    # It is asked for each time, and sent if it has changed.
    "cache-control": "no-cache",
    "content-security-policy": _POLICY,
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}


@dataclass(frozen=True, slots=True)
class PageFile:
    """A file of the page."""

    body: bytes
    media_type: str
    etag: str
    """A quoted digest of the body."""

    @property
    def headers(self) -> dict[str, str]:
        """The headers of the file, except those about its body."""
        return {"etag": self.etag, **_HEADERS}

    def is_known(self, if_none_match: str | None) -> bool:
        """Return whether the client has the file, by its header `If-None-Match`."""
        known = [tag.strip() for tag in (if_none_match or "").split(",")]
        # A proxy that compresses makes a tag a weak one.
        return "*" in known or self.etag in [tag.removeprefix("W/") for tag in known]


def page_files() -> dict[str, PageFile]:
    """Return the files of the page by their names."""
    folder = resources.files(__package__)
    files = {}
    for found in folder.iterdir():
        media_type = _TYPES.get(found.name.rpartition(".")[2])
        if media_type is not None:
            body = found.read_bytes()
            tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
            files[found.name] = PageFile(body, media_type, tag)
    return files
