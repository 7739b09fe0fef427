"""Pictures for the documentation, of what a test has on the screen."""

from __future__ import annotations

import os
from pathlib import Path

from playwright.sync_api import Locator, Page


def keep(name: str, shown: Page | Locator) -> None:
    """Keep a picture of what is shown, where `make screenshots` asks for one."""
    if folder := os.environ.get("ROSEY_SCREENSHOTS"):
        (Path(folder) / f"{name}.png").write_bytes(shown.screenshot())
