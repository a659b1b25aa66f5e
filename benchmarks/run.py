"""The short benchmark: the decoder alone, then the cost of a token in the chat model.

python benchmarks/run.py
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def main() -> None:
    """Run each benchmark in a process of its own."""
    folder = Path(__file__).parent
    for script in ("decoder.py", "chat.py"):
        print(f"\n## {script}\n", flush=True)
        subprocess.run([sys.executable, str(folder / script)], check=True)  # noqa: S603


if __name__ == "__main__":
    main()
