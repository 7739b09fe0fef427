"""One bot of one kernel, seen without a kernel."""

from __future__ import annotations

from pathlib import Path

import pytest
from blockbuster import BlockBuster

from rosey.errors import RoseyError
from rosey.workbench import session as sessions
from rosey.workbench.session import Session
from tests.bots import write_plugin

ENDLESS = """
async def teardown(self):
    import asyncio
    await asyncio.Event().wait()
"""


@pytest.fixture
def session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, blockbuster: BlockBuster) -> Session:
    """A session in the test's folder."""
    blockbuster.deactivate()  # it takes this thread for the bot's
    monkeypatch.chdir(tmp_path)
    return Session()


def test_a_bot_that_does_not_stop_is_given_up(
    session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_plugin(tmp_path / "plugins", "endless", ENDLESS)
    session.start()
    monkeypatch.setattr(sessions, "STOP_S", 0.05)

    with pytest.raises(RoseyError, match=r"did not stop within 0\.05 s"):
        session.stop()

    assert not session.is_running


def test_a_folder_is_asked_for_json_before_yaml(session: Session, tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text("{}")
    session.start()
    assert session.bot.snapshot().config == "config.yaml"
    session.stop()

    (tmp_path / "config.json").write_text("{}")
    session.start()
    assert session.bot.snapshot().config == "config.json"
    session.stop()


def test_stop_without_a_bot_does_nothing(session: Session) -> None:
    session.stop()

    assert not session.is_running
    assert session.blocked_at == ""


def test_secrets_of_a_configuration_that_changed_are_hidden_also_after_the_bot(
    session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ROSEY_TEST_WORD", "canary")
    (tmp_path / "config.json").write_text('{"plugins": {"hot_reload": false}}')
    session.start()
    (tmp_path / "config.json").write_text('{"plugins": {"parrot": {"word": "${ROSEY_TEST_WORD}"}}}')
    session.bot.reload_config().result()

    assert session.redact("canary") == "<secret>"
    session.stop()
    assert session.redact("canary") == "<secret>"
