"""Fixtures for tests of the watcher."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.plugins.listening import Listener, listening


@pytest.fixture
async def listener() -> AsyncIterator[Listener]:
    """Waits longer than usual, so that a busy machine does not break a set in two."""
    async with listening(quiet_s=0.15, ceiling_s=3.0) as listener:
        yield listener


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "plugins"
    folder.mkdir()
    return folder


@pytest.fixture
def dice(folder: Path) -> Path:
    path = folder / "dice.py"
    path.write_text("old")
    return path
