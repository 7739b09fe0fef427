"""What an area draws from, beside a bot that runs in the test's own process."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from blockbuster import BlockBuster

from rosey.diagnostics.traces import window as windows
from rosey.workbench.panel.areas.table import AREAS, DEFAULTS
from rosey.workbench.panel.saved import Saved
from rosey.workbench.panel.sight import Sight
from rosey.workbench.panel.view import View
from rosey.workbench.session import Session
from tests.bots import write_plugin
from tests.workbench.conftest import GREETER

PATIENCE_S = 30.0


@pytest.fixture
def plugins(tmp_path: Path) -> Path:
    """The folder of the plugins, in which `greeter` is; a test may write more before `session`."""
    folder = tmp_path / "plugins"
    write_plugin(folder, "greeter", GREETER)
    return folder


@pytest.fixture
def secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A secret that the bot has from the environment; a test names it before `session`."""
    monkeypatch.setenv("TOKEN", "hunter2")
    settings = {"plugins": {"plugin_config": {"somebody": {"token": "${TOKEN}"}}}}
    (tmp_path / "config.json").write_text(json.dumps(settings))
    return "hunter2"


@pytest.fixture
def session(
    tmp_path: Path,
    plugins: Path,  # noqa: ARG001  it is found
    monkeypatch: pytest.MonkeyPatch,
    blockbuster: BlockBuster,
) -> Iterator[Session]:
    """A session in the test's folder, whose bot runs."""
    blockbuster.deactivate()  # it takes this thread for the bot's
    monkeypatch.chdir(tmp_path)
    session = Session()
    session.start()
    yield session
    session.stop()


@pytest.fixture
def sight(session: Session, monkeypatch: pytest.MonkeyPatch) -> Sight:
    """What an area draws from, as nobody has chosen or typed anything."""
    monkeypatch.setattr(windows, "LOOK_S", PATIENCE_S)  # a busy machine shows all events too
    view = View(AREAS, DEFAULTS)
    return Sight(session=session, view=view, saved=Saved(None))
