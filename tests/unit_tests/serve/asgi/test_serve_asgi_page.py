"""The routes of the chat page."""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Any

import pytest

from langchain_sse_chat.errors import ConfigurationError
from langchain_sse_chat.serve.asgi.app import ServeApp
from langchain_sse_chat.serve.page.files import page_files
from tests.unit_tests.serve.asgi_calls import Client, Reply, get
from tests.unit_tests.serve.served import application

JSON = {"content-type": "application/json"}
LINK = {"host": "127.0.0.1", "sec-fetch-site": "cross-site"}


def with_page(**settings: Any) -> ServeApp:
    return application(page=True, **settings)


async def render(app: ServeApp, sent: Any, headers: dict[str, str] = JSON) -> Reply:
    body = sent if isinstance(sent, bytes) else json.dumps(sent).encode()
    client = Client(app, "POST", "/markdown", body=body, headers=headers)
    return await client.whole()


async def test_the_page_is_shown() -> None:
    reply = await get(with_page(), "/")
    assert reply.status == 200
    assert reply.text.startswith("<!doctype html>")
    assert reply.headers["content-type"] == "text/html; charset=utf-8"
    assert reply.headers["cache-control"] == "no-cache"
    assert "default-src 'none'" in reply.headers["content-security-policy"]
    assert reply.headers["x-content-type-options"] == "nosniff"
    assert reply.headers["x-request-id"].startswith("req_")


@pytest.mark.parametrize("name", sorted(page_files().keys() - {"index.html"}))
async def test_its_files_are_there(name: str) -> None:
    reply = await get(with_page(), f"/assets/{name}")
    file = page_files()[name]
    assert (reply.status, reply.body) == (200, file.body)
    assert reply.headers["content-type"] == file.media_type
    assert reply.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    "path", ["/assets", "/assets/", "/assets/index.html", "/assets/../app.py", "/a.js"]
)
async def test_other_files_are_not_there(path: str) -> None:
    reply = await get(with_page(), path)
    assert (reply.status, reply.error["code"]) == (404, "not_found")


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/"), ("GET", "/assets/page.js"), ("POST", "/markdown")],
)
async def test_without_the_setting_there_is_no_page(method: str, path: str) -> None:
    reply = await Client(application(), method, path, headers=JSON).whole()
    assert (reply.status, reply.error["code"]) == (404, "not_found")
    assert not application().has_page
    assert with_page().has_page


async def test_a_file_that_has_not_changed_is_not_sent_again() -> None:
    app = with_page()
    first = await get(app, "/assets/page.js")
    again = await get(
        app, "/assets/page.js", headers={"if-none-match": first.headers["etag"]}
    )
    assert (again.status, again.body) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    assert "content-length" not in again.headers


async def test_a_head_has_no_body() -> None:
    reply = await Client(with_page(), "HEAD", "/").whole()
    assert (reply.status, reply.body) == (200, b"")


async def test_the_page_needs_no_key_and_what_it_asks_for_does() -> None:
    app = with_page(api_keys=["key-1"])
    assert (await get(app, "/")).status == 200
    assert (await get(app, "/assets/page.js")).status == 200
    assert (await render(app, {"texts": ["a"]})).status == 401
    allowed = {**JSON, "authorization": "Bearer key-1"}
    assert (await render(app, {"texts": ["a"]}, allowed)).status == 200


async def test_a_link_on_another_site_leads_to_the_page_alone() -> None:
    local: Any = {"server": ("127.0.0.1", 80), "headers": LINK}
    assert (await get(with_page(), "/", **local)).status == 200
    assert (await get(with_page(), "/v1/models", **local)).status == 403


@pytest.mark.parametrize(
    ("path", "root_path", "place"),
    [
        ("/ai", "/ai", "./ai/"),
        ("/a/b c", "/a/b c", "./b%20c/"),
        ("", "/ai", "./ai/"),
    ],
)
async def test_a_mount_without_a_slash_gets_one(
    path: str, root_path: str, place: str
) -> None:
    reply = await get(with_page(), path, root_path=root_path)
    assert (reply.status, reply.headers["location"]) == (307, place)


@pytest.mark.parametrize(("path", "root_path"), [("/ai/", "/ai"), ("/", "/ai")])
async def test_the_page_may_be_mounted(path: str, root_path: str) -> None:
    reply = await get(with_page(), path, root_path=root_path)
    assert reply.text.startswith("<!doctype html>")


async def test_texts_become_elements() -> None:
    reply = await render(with_page(), {"texts": ["*a*", ""]})
    assert reply.status == 200
    a = {"tag": "p", "children": [{"tag": "em", "children": ["a"]}]}
    assert reply.json() == {"documents": [[a], []]}


async def test_many_texts_at_the_same_time_are_rendered() -> None:
    app = with_page()
    replies = await asyncio.gather(
        *(render(app, {"texts": [str(n)]}) for n in range(9))
    )
    found = [reply.json()["documents"][0][0]["children"] for reply in replies]
    assert found == [[str(n)] for n in range(9)]


def test_they_are_rendered_in_another_event_loop_too() -> None:
    app = with_page()

    async def render_two() -> None:
        sent = {"texts": ["a"]}
        replies = await asyncio.gather(render(app, sent), render(app, sent))
        assert [reply.status for reply in replies] == [200, 200]

    asyncio.run(render_two())
    asyncio.run(render_two())


async def test_too_many_at_the_same_time_are_refused() -> None:
    app = with_page()
    replies = await asyncio.gather(*(render(app, {"texts": ["a"]}) for _ in range(101)))
    assert sorted(reply.status for reply in replies) == [*[200] * 100, 429]
    assert (await render(app, {"texts": ["a"]})).status == 200


@pytest.mark.parametrize(
    ("sent", "status", "words"),
    [
        pytest.param({}, 400, "`texts` must be a list", id="no texts"),
        pytest.param({"texts": [1]}, 400, "`texts[0]` must be a string", id="number"),
        pytest.param({"texts": [""] * 1001}, 400, "at most 1000 items", id="too many"),
        pytest.param(b"[", 400, "not JSON", id="broken"),
        pytest.param({"texts": ["a" * 300_000]}, 413, "262144 bytes", id="too large"),
    ],
)
async def test_what_cannot_be_rendered_is_refused(
    sent: Any, status: int, words: str
) -> None:
    reply = await render(with_page(), sent)
    assert reply.status == status
    assert words in reply.text


async def test_a_smaller_limit_on_bodies_holds_too() -> None:
    reply = await render(with_page(max_body=100), {"texts": ["a" * 200]})
    assert reply.status == 413


async def test_another_form_than_json_is_refused() -> None:
    assert (
        await render(with_page(), b"a", {"content-type": "text/plain"})
    ).status == 415


@pytest.mark.parametrize(
    ("name", "error", "words"),
    [
        ("markdown_it", ConfigurationError, "pip install"),
        ("langchain_sse_chat.serve.page.markdown", ImportError, "page.markdown"),
    ],
    ids=["extra", "own module"],
)
def test_without_the_library_it_says_how_to_install_it(
    name: str, error: type[Exception], words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in [*sys.modules]:
        if module.startswith(("markdown_it", "langchain_sse_chat.serve.page.markdown")):
            monkeypatch.delitem(sys.modules, module)
    monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(error, match=words):
        with_page()
