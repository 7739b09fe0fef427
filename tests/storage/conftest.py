"""Storage on real files, closed when the test is over."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from rosey.storage import PluginStorage, Storage, connection


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
async def storage(directory: Path) -> AsyncIterator[Storage]:
    """Open storage in `directory`, impatient so that a test of waiting is quick."""
    opened = Storage(directory, busy_timeout_s=0.5)
    await opened.open()
    yield opened
    await opened.close()


@pytest.fixture
def quotes(storage: Storage) -> PluginStorage:
    """The namespace of a plugin named quotes."""
    return storage.namespace("quotes")


@pytest.fixture
def _small_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give every database room for its layout and little more: 40 kB."""
    settings = (*connection.SETTINGS, "PRAGMA max_page_count = 10")
    monkeypatch.setattr(connection, "SETTINGS", settings)
