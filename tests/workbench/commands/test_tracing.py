"""How events are shown live where nothing can be shown in place of something else."""

from __future__ import annotations

import pytest

from rosey.workbench.commands.tracing import in_place
from rosey.workbench.faces.answer import Answer


class Terminal:
    """IPython in a terminal, as far as that matters: it has no kernel."""


def test_a_terminal_shows_each_event_once(capsys: pytest.CaptureFixture[str]) -> None:
    show = in_place(Terminal(), lambda text: text.replace("secret", "***"))

    show(Answer.of_lines(None, ["2 events", "#1 one", "#2 secret"]))
    show(Answer.of_lines(None, ["3 events", "#2 secret", "#3 three"]))
    show(Answer.of_lines(None, ["3 events; no more", "#2 secret", "#3 three"]))

    assert capsys.readouterr().out == "#1 one\n#2 ***\n#3 three\n"
