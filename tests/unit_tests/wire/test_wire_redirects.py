from __future__ import annotations

import pytest

from langchain_sse_chat.errors import StatusError
from langchain_sse_chat.wire.server_errors import status_error
from tests.unit_tests.wire.wire_streams import WHERE

HIDDEN = "https://me:hidden@other.example:8443/v2/x?key=hidden#hidden"


def redirect(location: str, status: int = 307) -> StatusError:
    return status_error(status, {"location": location}, b"Moved", url=WHERE, now=0.0)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize(
    ("location", "shown"),
    [
        pytest.param(
            "https://other.example/v1", "https://other.example/v1", id="another host"
        ),
        pytest.param("//other.example/v1", "http://other.example/v1", id="no scheme"),
        pytest.param(HIDDEN, "https://other.example:8443/v2/x", id="secrets"),
        pytest.param("http://[", "an invalid URL", id="invalid"),
        pytest.param("x" * 900, "", id="too long"),
    ],
)
def test_a_redirect_names_the_place_without_what_may_be_secret(
    status: int, location: str, shown: str
) -> None:
    error = redirect(location, status)

    assert type(error) is StatusError
    assert not error.is_retryable
    assert f"{WHERE} answered {status} and redirects to {shown}" in str(error)
    assert "not followed" in str(error)
    assert "`base_url`" in str(error)
    assert "hidden" not in f"{error} {error.headers} {vars(error)}"
    assert len(str(error)) < 600


def test_a_relative_place_is_shown_whole() -> None:
    origin = WHERE.partition("/v1")[0]
    assert f"redirects to {origin}/login." in str(redirect("/login?next=/v1"))


@pytest.mark.parametrize(("status", "location"), [(302, ""), (201, "/x"), (404, "/x")])
def test_what_is_no_redirect_is_not_called_one(status: int, location: str) -> None:
    error = redirect(location, status)

    assert str(error).startswith(f"{WHERE} answered {status}: Moved.")
