"""What came of saying a chat again, as it is shown."""

from __future__ import annotations

from pathlib import Path

from rosey.recording.comparing import Comparison, Difference, Kind
from rosey.workbench.calls.replays import Replay
from rosey.workbench.faces.recording_faces import replay


def test_of_a_reply_of_very_many_lines_the_first_are_shown_and_the_rest_is_counted() -> None:
    long = "\n".join(f"line {number}" for number in range(1_000))
    difference = Difference(
        kind=Kind.DIFFERENT, line=2, message=None, recorded=long, replayed="short"
    )
    comparison = Comparison(messages=1, replies=1, same=0, differences=(difference,))

    shown = replay(
        Replay(
            path=Path("chat.jsonl"),
            against="the folder",
            comparison=comparison,
            beside_running=None,
            untried=None,
            faults=(),
            damaged=(),
            duration_s=1.0,
        )
    ).text.splitlines()

    assert shown[2:4] == ["- line 0", "- line 1"]
    assert shown[-3:] == ["- line 49", "- … (950 more lines)", "+ short"]
