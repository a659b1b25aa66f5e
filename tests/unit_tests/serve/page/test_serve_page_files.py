"""The files of the page are what the page asks for, and nothing more."""

from __future__ import annotations

import re

import pytest

from langchain_sse_chat.serve.page.files import INDEX, PageFile, page_files

MOST_BYTES = 40_000
"""The largest weight of the page, before compression."""


def test_the_page_is_light() -> None:
    assert sum(len(file.body) for file in page_files().values()) <= MOST_BYTES


def test_the_page_asks_for_files_that_there_are_and_for_all_of_them() -> None:
    files = page_files()
    texts = {name: file.body.decode() for name, file in files.items()}
    asked = set(re.findall(r'(?:src|href)="assets/([^"]+)"', texts[INDEX]))
    asked |= {
        name
        for text in texts.values()
        for name in re.findall(r'from "\./([^"]+)"', text)
    }
    assert asked == files.keys() - {INDEX}


@pytest.mark.parametrize("name", sorted(page_files()))
def test_nothing_comes_from_elsewhere_or_stands_inline(name: str) -> None:
    text = page_files()[name].body.decode()
    links = set(re.findall(r"https?://[^\s\"'`]+", text))
    # Namespaces, and documents that comments name.
    assert {link for link in links if "w3.org" not in link} <= {
        "https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation",
        "https://ai-sdk.dev/docs/ai-sdk-ui/stream-protocol",
    }
    assert not re.search(r"<script>|<style|\sstyle=|\son\w+=", text)
    assert not re.search(r"innerHTML|insertAdjacentHTML|eval\(|document\.write", text)


def test_the_policy_allows_nothing_but_the_files_of_the_server() -> None:
    policy = page_files()[INDEX].headers["content-security-policy"]
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    assert rules.pop("img-src") == "'self' data:"
    assert rules.pop("require-trusted-types-for") == "'script'"
    assert {rules.pop(f"{kind}-src") for kind in ("script", "style", "connect")} == {
        "'self'"
    }
    assert set(rules.values()) == {"'none'"}
    assert rules.keys() >= {"default-src", "base-uri", "form-action", "frame-ancestors"}


def test_each_file_has_its_type() -> None:
    files = page_files()
    assert files[INDEX].media_type == "text/html; charset=utf-8"
    assert files["page.js"].media_type == "text/javascript; charset=utf-8"
    assert files["page.css"].media_type == "text/css; charset=utf-8"
    assert files["icon.svg"].media_type == "image/svg+xml"
    assert "__init__.py" not in files


@pytest.mark.parametrize(
    ("if_none_match", "is_known"),
    [
        ('"1"', True),
        ('W/"1"', True),
        ('"0", "1"', True),
        ("*", True),
        ('"2"', False),
        ("", False),
        (None, False),
    ],
)
def test_a_client_may_have_the_file(
    if_none_match: str | None, *, is_known: bool
) -> None:
    file = PageFile(b"", "text/css", '"1"')
    assert file.is_known(if_none_match) is is_known


def test_the_tag_depends_on_the_body() -> None:
    tags = [file.etag for file in page_files().values()]
    assert len(set(tags)) == len(tags)
