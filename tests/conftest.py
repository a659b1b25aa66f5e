"""What all tests begin with: nothing of the clock, and nothing of this machine."""

from __future__ import annotations

import os
import re

from hypothesis import HealthCheck, settings

# The same examples each time, on slow machines too: a change is judged by what it
# changed. The fuzzers look elsewhere each time.
settings.register_profile(
    "tests",
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("tests")

# Keys, addresses, proxies and tracing of whoever runs the tests.
_OF_THE_USER = re.compile(
    r"(?i).*_(API_KEY|API_BASE|BASE_URL|PROXY)|(OPENAI|GIGACHAT|LANGCHAIN|LANGSMITH)_.*"
    r"|BASE_URL|PROVIDER|MODEL|SSL_CERT_(FILE|DIR)"
)
for _name in filter(_OF_THE_USER.fullmatch, list(os.environ)):
    del os.environ[_name]
