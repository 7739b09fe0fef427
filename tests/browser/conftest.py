"""Fixtures for tests in a real browser."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.lab import Lab, browser_path, open_browser, start_lab

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"


@pytest.fixture
def no_threads_left() -> None:
    """Playwright's threads live as long as the browser: the check of all tests is left out."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A headless browser; without one the tests are skipped, except in CI.

    It lives as long as one file of tests: Playwright keeps an event loop in this thread meanwhile,
    and tests of other files need theirs.
    """
    path = browser_path()
    if path is None:
        message = (
            "no browser: install chromium (apt-get install chromium), or name one in ROSEY_BROWSER"
        )
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    with open_browser(path) as opened:
        yield opened


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A fresh page, 1,280 by 900 pixels."""
    opened = browser.new_page(viewport={"width": 1280, "height": 900})
    yield opened
    opened.close()


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Lab]:
    """A JupyterLab on a copy of the notebooks."""
    root = tmp_path / "notebooks"
    shutil.copytree(NOTEBOOKS, root, ignore=shutil.ignore_patterns("*.py", ".ipynb_checkpoints"))
    with start_lab(root, tmp_path / "private") as running:
        yield running
