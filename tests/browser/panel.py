"""The control panel in an open notebook, driven as a person would."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Locator, expect

from tests.browser.notebook import Notebook

EXAMPLES = Path(__file__).parents[2] / "plugins"

OPENED_MS = 30_000


@dataclass(frozen=True, slots=True)
class Panel:
    """A panel that is open.

    Attributes:
        notebook: Where it is.
        root: All of it.
    """

    notebook: Notebook
    root: Locator

    def tab(self, title: str) -> Locator:
        """The tab of an area."""
        return self.root.get_by_role("tab", name=title, exact=True)

    def titles(self) -> list[str]:
        """The titles of all areas, in the order of their tabs."""
        return self.root.get_by_role("tab").all_inner_texts()

    def open(self, title: str) -> Locator:
        """Open an area, and wait until it is there."""
        self.tab(title).click()
        area = self.root.get_by_role("tabpanel", name=title, exact=True)
        expect(area).to_be_visible()
        return area

    @property
    def area(self) -> Locator:
        """The area that is open."""
        return self.root.get_by_role("tabpanel")

    def row(self, name: str) -> Locator:
        """The row of a table that begins with a name."""
        head = self.root.page.get_by_role("rowheader", name=name, exact=True)
        return self.root.get_by_role("row").filter(has=head)

    def press(self, name: str) -> None:
        """Press a button, by what a screen reader calls it."""
        self.root.get_by_role("button", name=name, exact=True).click()

    @property
    def notice(self) -> Locator:
        """What it says about itself: that the kernel is busy, or gone."""
        return self.root.locator(".rosey-notice")

    @property
    def last(self) -> Locator:
        """What was done last in it, and what came of it; the newest is the first."""
        return self.root.locator(".rosey-last > .attempt")


def start_bot(notebook: Notebook) -> None:
    """Start a bot with the example plugins, and with those that stand in the notebook's folder."""
    ignored = shutil.ignore_patterns("__pycache__")
    plugins = notebook.folder / "plugins"
    shutil.copytree(EXAMPLES, plugins, ignore=ignored, dirs_exist_ok=True)
    notebook.run("%load_ext rosey\n%rosey start")


def open_panel(notebook: Notebook, line: str = "%rosey panel") -> Panel:
    """Open a panel in a new cell."""
    root = notebook.run(line).get_by_role("region", name="Rosey control panel")
    expect(root).to_be_visible(timeout=OPENED_MS)
    return Panel(notebook, root)
