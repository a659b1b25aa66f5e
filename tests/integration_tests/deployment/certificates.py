"""A certificate authority of the tests' own, and what it signs."""

from __future__ import annotations

import ssl
from pathlib import Path

import trustme
from cryptography.hazmat.primitives import serialization

PASSWORD = "words-of-the-key"


class Authority:
    """Signs the certificates of servers and clients.

    Args:
        folder: Where the files are written.
    """

    def __init__(self, folder: Path) -> None:
        self._ca = trustme.CA()
        self.file = folder / "ca.pem"
        self._ca.cert_pem.write_to_path(self.file)
        client = self._ca.issue_cert("client@example.com", common_name="the client")
        self.client = folder / "client.pem"
        """The certificate of a client, without its key."""
        self.client.write_bytes(b"".join(p.bytes() for p in client.cert_chain_pems))
        plain = client.private_key_pem.bytes()
        self.key = folder / "client.key"
        """The key of that client."""
        self.key.write_bytes(plain)
        self.both = folder / "both.pem"
        """Certificate and key of that client in one file."""
        self.both.write_bytes(self.client.read_bytes() + plain)
        self.encrypted_key = folder / "encrypted.key"
        """The same key, under `PASSWORD`."""
        self.encrypted_key.write_bytes(_encrypted(plain))

    def server(self, *, asks_for_certificate: bool = False) -> ssl.SSLContext:
        """Return the TLS context of a server on this machine."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._ca.issue_cert("127.0.0.1", "localhost", "server.test").configure_cert(
            context
        )
        if asks_for_certificate:
            self._ca.configure_trust(context)
            context.verify_mode = ssl.CERT_REQUIRED
        return context


def _encrypted(key: bytes) -> bytes:
    return serialization.load_pem_private_key(key, None).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(PASSWORD.encode()),
    )
