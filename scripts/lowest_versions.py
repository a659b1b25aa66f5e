"""Print the lowest versions that pyproject.toml allows of the run-time dependencies.

Those of the extra `prices` are among them: its library changes often.

One `name==version` a line, for `pip install`.
"""

import re
import tomllib
from pathlib import Path

PYPROJECT = Path(__file__).parents[1] / "pyproject.toml"


def lowest_versions(requirements: list[str]) -> list[str]:
    """Return `name==version` for each requirement of the form `name>=version,...`.

    Raises:
        ValueError: A requirement names no lowest version.
    """
    pins = []
    for requirement in requirements:
        found = re.fullmatch(r"([\w.-]+)>=([\w.]+)(?:,.*)?", requirement)
        if found is None:
            msg = f"no lowest version in {requirement!r}"
            raise ValueError(msg)
        pins.append(f"{found[1]}=={found[2]}")
    return pins


if __name__ == "__main__":
    project = tomllib.loads(PYPROJECT.read_text(encoding="utf-8"))["project"]
    extra = project["optional-dependencies"]["prices"]
    print("\n".join(lowest_versions([*project["dependencies"], *extra])))
