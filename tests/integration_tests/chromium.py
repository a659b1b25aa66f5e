"""Chromium, which the machine has, driven by Playwright."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.integration_tests.serve_clients.served import PATIENCE


@contextmanager
def chromium() -> Iterator[Browser]:
    """Run a browser. Without Chromium, tests are skipped, except in CI."""
    path = shutil.which("chromium")
    if path is None and not os.environ.get("CI"):
        pytest.skip("chromium is not installed")
    assert path, "chromium is not installed, and CI is set: it must be there"
    # A busy machine is slow, and nothing here depends on how fast it is.
    expect.set_options(timeout=PATIENCE * 1000)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path)
        yield browser
        browser.close()
