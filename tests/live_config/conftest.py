"""Bots whose configuration changes while they run."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.live_config.furniture import furnished
from tests.sites import Site


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """One that reads its configuration again when it is told to."""
    return furnished(Site(tmp_path, hot_reload=False))


@pytest.fixture
def followed(tmp_path: Path) -> Site:
    """One that follows its files."""
    return furnished(Site(tmp_path))
