from __future__ import annotations

import ssl
from pathlib import Path

import pytest

from langchain_sse_chat.errors import ConfigurationError
from langchain_sse_chat.transport.tls import Certificate, tls_context

# Made for these tests and trusted nowhere.
PASSWORD = "hidden-words"
ENCRYPTED_KEY = """\
-----BEGIN ENCRYPTED PRIVATE KEY-----
MIHjME4GCSqGSIb3DQEFDTBBMCkGCSqGSIb3DQEFDDAcBAj0OmydydaSvwICCAAw
DAYIKoZIhvcNAgkFADAUBggqhkiG9w0DBwQIyD8/8jpkjRYEgZAI/mF+/R6Sc3Sv
3nsLGYUxIm3njD0+RyVt6SB91agVaTqSmx+squkHVXeiuthxjq/D1Po8TDXPdvp+
NZdunecCaDqpbVnyp4F6pzGRSvIhRbNy7QAPoX85auFC90SEHx/i1GtuwUlAhnVB
/SEhavOOn89sRTwclgsdGI+M1RGpqVdjZ8f/qqWCVVQtRPJOzFM=
-----END ENCRYPTED PRIVATE KEY-----
"""
CERTIFICATE = """\
-----BEGIN CERTIFICATE-----
MIIBeTCCAR+gAwIBAgIUE7523G4MTh9b9Le+nVZKhhY8sL0wCgYIKoZIzj0EAwIw
ETEPMA0GA1UEAwwGbm9ib2R5MCAXDTI2MTEyMDEyMTE1N1oYDzIxMjYxMDI3MTIx
MTU3WjARMQ8wDQYDVQQDDAZub2JvZHkwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNC
AAQGgfJeL7tCE1wcyhuYmEFmmV3YTSqMjkc7wr4CxBkSDLrjVavu6lsX7CKlOyow
c8kIK2yDufEvsRvW16bOKyNro1MwUTAdBgNVHQ4EFgQUfHhEuE5e8+WEFbE5U6ju
3MvJaDcwHwYDVR0jBBgwFoAUfHhEuE5e8+WEFbE5U6ju3MvJaDcwDwYDVR0TAQH/
BAUwAwEB/zAKBggqhkjOPQQDAgNIADBFAiEA818lpKJuYPtW6r4pYdV/XCdCri7z
Jh2W5v6XwjtplZMCIBVIRHhZzVWdYZOwVF55Dkd01FdSgI/q+bHtUVEklyEs
-----END CERTIFICATE-----
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Return a file with the certificate."""
    path = tmp_path / "c.pem"
    path.write_text(CERTIFICATE)
    return path


@pytest.fixture
def key(tmp_path: Path) -> Path:
    """Return a file with the encrypted key."""
    path = tmp_path / "k.pem"
    path.write_text(ENCRYPTED_KEY)
    return path


def test_a_context_is_made_once_for_equal_settings() -> None:
    one = tls_context(True, None).context
    assert tls_context(True, None).context is one
    assert one.verify_mode is ssl.CERT_REQUIRED
    assert tls_context(False, None).context.verify_mode is ssl.CERT_NONE


@pytest.mark.parametrize("kind", [str, Path])
def test_a_file_says_whom_to_trust(file: Path, kind: type[str | Path]) -> None:
    assert len(tls_context(kind(file), None).context.get_ca_certs()) == 1


def test_a_folder_says_whom_to_trust(tmp_path: Path) -> None:
    context = tls_context(tmp_path, None).context
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.get_ca_certs() == []


def test_an_encrypted_key_is_read_with_its_password(file: Path, key: Path) -> None:
    tls_context(False, (file, str(key), PASSWORD))


def test_one_file_may_hold_certificate_and_key(file: Path, tmp_path: Path) -> None:
    both = tmp_path / "both.pem"
    both.write_text(CERTIFICATE + ENCRYPTED_KEY)
    tls_context(False, (both, both, PASSWORD))
    for cert in (str(both), both):
        with pytest.raises(ConfigurationError, match="pass its password"):
            tls_context(False, cert)


def test_an_encrypted_key_without_its_password_asks_nobody(
    file: Path, key: Path
) -> None:
    with pytest.raises(ConfigurationError, match="pass its password"):
        tls_context(False, (file, key))


def test_a_wrong_password_is_not_shown(file: Path, key: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot be read") as caught:
        tls_context(False, (file, key, "not-this-one"))
    assert "not-this-one" not in f"{caught.value!r} {caught.value.__cause__!r}"


@pytest.mark.parametrize(
    "cert",
    [
        pytest.param("missing.pem", id="missing file"),
        pytest.param(("missing.pem", "k"), id="missing file with a key"),
        pytest.param((ssl.__file__, "k"), id="not a certificate"),
        pytest.param(Path("missing"), id="missing path"),
    ],
)
def test_what_is_no_certificate_is_named(cert: Certificate) -> None:
    with pytest.raises(ConfigurationError, match="`cert` cannot be read"):
        tls_context(False, cert)


@pytest.mark.parametrize("variable", ["SSL_CERT_FILE", "SSL_CERT_DIR"])
def test_a_path_of_the_environment_that_is_gone_matters_to_tls_alone(
    variable: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = str(tmp_path / "gone")
    monkeypatch.setenv(variable, path)
    trust = tls_context(True, None)
    assert trust.problem.startswith(f"The environment variable {variable} is {path!r}")
    assert trust.context.get_ca_certs() == []
    assert trust.context.verify_mode is ssl.CERT_REQUIRED
    assert tls_context(False, None).problem == ""


def test_the_environment_says_whom_to_trust(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path))
    assert tls_context(True, None).context.get_ca_certs() == []
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    assert len(tls_context(True, None).context.get_ca_certs()) == 1
    monkeypatch.setenv("SSL_CERT_FILE", "")
    monkeypatch.setenv("SSL_CERT_DIR", "")
    assert len(tls_context(True, None).context.get_ca_certs()) > 1
