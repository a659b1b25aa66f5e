"""Variables in the address of a provider."""

from __future__ import annotations

import pytest

from langchain_sse_chat import ChatSSE, CompatibleEmbeddings, ConfigurationError
from langchain_sse_chat.providers import Provider
from langchain_sse_chat.providers.find import hosts_of
from langchain_sse_chat.providers.placeholders import host_pattern, matches

MINE = Provider(
    name="mine",
    base_url="https://api.{MY_REGION|MY_OTHER_REGION}.mine.test/{MY_ACCOUNT}/v1",
    api_key_env="MY_KEY",
    base_url_env="MY_URL",
)


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("MY_REGION", "MY_OTHER_REGION", "MY_ACCOUNT", "MY_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("MY_KEY", "secret-key-1234")


@pytest.mark.parametrize("model", [ChatSSE, CompatibleEmbeddings])
def test_they_are_filled_when_a_model_is_made(
    model: type[ChatSSE], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MY_REGION", "eu-1 ")
    monkeypatch.setenv("MY_ACCOUNT", "acc_1.x")

    made = model(model="m", provider=MINE)

    assert made.base_url == "https://api.eu-1.mine.test/acc_1.x/v1"


def test_the_first_variable_that_is_set_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_REGION", "")
    monkeypatch.setenv("MY_OTHER_REGION", "us-2")
    monkeypatch.setenv("MY_ACCOUNT", "a")

    assert MINE.filled_base_url() == "https://api.us-2.mine.test/a/v1"


def test_a_missing_variable_is_an_error_with_the_ways_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with pytest.raises(ConfigurationError) as caught:
        ChatSSE(model="m", provider=MINE)

    assert "'mine'" in str(caught.value)
    assert "MY_REGION or MY_OTHER_REGION" in str(caught.value)
    assert "`base_url`" in str(caught.value)

    monkeypatch.setenv("MY_REGION", "eu-1")
    with pytest.raises(ConfigurationError, match="MY_ACCOUNT, which is not set"):
        ChatSSE(model="m", provider=MINE)


def test_the_users_address_and_variable_need_no_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    given = ChatSSE(model="m", provider=MINE, base_url="https://a.test/{MY_REGION}")
    monkeypatch.setenv("MY_URL", "https://b.test/v1")

    assert given.base_url == "https://a.test/{MY_REGION}"
    assert ChatSSE(model="m", provider=MINE).base_url == "https://b.test/v1"


@pytest.mark.parametrize(
    "value",
    [
        "https://evil.test",
        "evil.test/",
        "x@evil.test",
        "evil.test#",
        "evil.test?",
        "evil.test:1",
        "..",
        ".",
        "a b",
        "a\\b",
        "%2e",
        "{MY_KEY}",
    ],
)
def test_a_value_cannot_change_the_host_or_the_path(
    value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MY_REGION", value)
    monkeypatch.setenv("MY_ACCOUNT", "a")

    with pytest.raises(ConfigurationError, match="MY_REGION") as caught:
        ChatSSE(model="m", provider=MINE)

    assert value == "." or value not in str(caught.value)


def test_the_host_is_a_pattern() -> None:
    assert MINE.host == "api.*.mine.test"
    assert MINE.serves("api.eu-1.mine.test")
    assert not MINE.serves("api.a.b.mine.test")
    assert not MINE.serves(None)
    assert MINE.is_home("https://API.eu-1.mine.test/other")
    assert MINE.needs_key_at("https://api.eu-1.mine.test/v1")
    assert not MINE.needs_key_at("https://proxy.test/v1")
    assert host_pattern("https://a.test") == "https://a.test"


def test_a_provider_is_found_by_a_host_of_that_form() -> None:
    other = Provider(
        name="other", base_url="https://api.x.mine.test", hosts=("b.test",)
    )
    hosts = hosts_of([MINE, other])

    assert hosts.owner("api.eu-1.mine.test").name == "mine"
    assert hosts.owner("api.x.mine.test").name == "other"
    assert hosts.owner("b.test").name == "other"
    assert hosts.owner("mine.test").name == "custom"


@pytest.mark.parametrize(
    ("pattern", "host"),
    [
        ("a.test", "a.test"),
        ("*.a.test", "x.a.test"),
        ("*.a.test", "x.y.a.test"),
        ("*-b.a.test", "x-b.a.test"),
        ("a-*-b.test", "a-x-b.test"),
        ("a.*.test", "a.x.test"),
        ("*.b.*.test", "x.y.b.z.test"),
    ],
)
def test_a_host_matches(pattern: str, host: str) -> None:
    assert matches(host, pattern)


@pytest.mark.parametrize(
    ("pattern", "host"),
    [
        ("a.test", "x.a.test"),
        ("*.a.test", "a.test"),
        ("*.a.test", "xa.test"),
        ("*.a.test", "x.a.test.evil"),
        ("*-b.a.test", "-b.a.test"),
        ("*-b.a.test", "x.y-b.a.test"),
        ("a-*-b.test", "a-b.test"),
        ("a.*.test", "a..test"),
        ("a.*.test", "a.x.y.test"),
        ("*.b.*.test", "b.z.test"),
    ],
)
def test_another_host_does_not(pattern: str, host: str) -> None:
    assert not matches(host, pattern)
