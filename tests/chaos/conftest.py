"""What the shows have measured, in one table at the end."""

from __future__ import annotations

import pytest
from blockbuster import BlockBuster

from tests.chaos.arena import Show

Rows = dict[str, tuple[Show, Show]]

_ROWS = pytest.StashKey[Rows]()


@pytest.fixture(autouse=True)
def unhindered(blockbuster: BlockBuster, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let villains block the loop, and change the environment, which nobody puts back."""
    blockbuster.deactivate()
    monkeypatch.setenv("RAGE", "0")


@pytest.fixture
def rows(pytestconfig: pytest.Config) -> Rows:
    """Where a show is entered, by its villain, with the same without one."""
    return pytestconfig.stash.setdefault(_ROWS, {})


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Print them; nothing where no show was given."""
    rows = config.stash.get(_ROWS, {})
    if not rows:
        return
    terminalreporter.section("a thousand commands beside a villain")
    line = terminalreporter.line
    line(f"{'villain that':38} {'p99 ms':>8} {'without':>8} {'worst':>8} {'faults':>7} state")
    for name, (show, calm) in sorted(rows.items()):
        times_ms = [1000 * seconds for seconds in (show.p99_s, calm.p99_s, show.worst_s)]
        told = show.villain
        faults, state = (told.fault_count, told.state) if told is not None else (0, "")
        line(f"{name:38} {' '.join(f'{ms:8.2f}' for ms in times_ms)} {faults:7} {state}")
