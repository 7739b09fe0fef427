"""Fixtures for tests in a real browser."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import axe, greeter
from tests.browser.chromium import browser_path, open_browser
from tests.browser.lab import Lab, start_lab
from tests.browser.notebook import Notebook
from tests.browser.panel import Panel, open_panel, start_bot

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"

ACTED_MS = 10_000

KERNEL = {"name": "python3", "display_name": "Python 3", "language": "python"}
EMPTY = {"cells": [], "metadata": {"kernelspec": KERNEL}, "nbformat": 4, "nbformat_minor": 5}


def skip_except_in_ci(reason: str) -> None:
    """Leave the test out for want of a program; where all are promised, it fails."""
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A headless browser; without one the tests are skipped, except in CI.

    It lives as long as one file of tests: Playwright keeps an event loop in this thread meanwhile,
    and tests of other files need theirs.
    """
    path = browser_path()
    if path is None:
        skip_except_in_ci(
            "no browser: install chromium (apt-get install chromium), or name one in ROSEY_BROWSER"
        )
    else:
        with open_browser(path) as opened:
            yield opened


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A fresh page, so high that all cells are in sight: JupyterLab draws none that is not."""
    opened = browser.new_page(viewport={"width": 1280, "height": 1600})
    opened.set_default_timeout(ACTED_MS)
    yield opened
    opened.close()


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Lab]:
    """A JupyterLab on a copy of the notebooks."""
    root = tmp_path / "notebooks"
    shutil.copytree(NOTEBOOKS, root, ignore=shutil.ignore_patterns("*.py", ".ipynb_checkpoints"))
    with start_lab(root, tmp_path / "private") as running:
        yield running


@pytest.fixture(scope="module")
def empty_lab(
    browser: Browser,  # noqa: ARG001  without a browser nobody looks at it
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Lab]:
    """A JupyterLab on an empty folder, for all tests of a file."""
    folder = tmp_path_factory.mktemp("lab")
    with start_lab(folder / "notebooks", folder / "private") as running:
        yield running


@pytest.fixture
def notebook(empty_lab: Lab, page: Page, request: pytest.FixtureRequest) -> Iterator[Notebook]:
    """An empty notebook in a folder of its own, which is its kernel's working directory."""
    folder = empty_lab.root / "".join(filter(str.isalnum, request.node.name))
    folder.mkdir(parents=True)
    (folder / "trial.ipynb").write_text(json.dumps(EMPTY))
    opened = empty_lab.open(page, f"{folder.name}/trial.ipynb")
    yield opened
    opened.use_theme("Light")
    opened.shut_down()


@pytest.fixture
def panel(notebook: Notebook) -> Panel:
    """A panel over a bot with the example plugins."""
    start_bot(notebook)
    return open_panel(notebook)


@pytest.fixture
def lively_panel(notebook: Notebook) -> Panel:
    """A panel over a bot with which some things have gone well, and others have not."""
    greeter.write(notebook)
    start_bot(notebook)
    for line in ("!hello", "!hello nobody", "!roll 2d6", "!trivia start"):
        notebook.run(f"await bot.say({line!r}, user='Ada')")
    greeter.break_it(notebook)
    panel = open_panel(notebook)
    panel.press("Reload greeter")
    panel.press("Disable quote_db")
    expect(panel.row("quote_db")).to_contain_text("disabled")
    panel.press("Enable quote_db")
    expect(panel.row("quote_db")).to_contain_text("enabled")
    return panel


@pytest.fixture
def axe_installed() -> None:
    """Skip the test where axe-core is not installed, except in CI."""
    if not axe.SCRIPT.exists():
        skip_except_in_ci("no axe-core: install npm (apt-get install nodejs npm), then make lint")
