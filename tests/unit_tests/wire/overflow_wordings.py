"""How servers say that a conversation is too long."""

from __future__ import annotations

from tests.unit_tests.wire.overflow_wordings_servers import SERVERS
from tests.unit_tests.wire.overflow_wordings_services import SERVICES

TOO_LONG = (*SERVICES, *SERVERS)
