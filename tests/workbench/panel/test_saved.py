"""What people save in a panel."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from rosey.errors import RoseyError, UsageError
from rosey.workbench.panel.saved import FILE, MOST_CHARS, MOST_ENTRIES, NAME_CHARS, Saved


@pytest.fixture(params=["memory", "file"])
def saved(request: pytest.FixtureRequest, tmp_path: Path) -> Saved:
    return Saved(tmp_path / "data" if request.param == "file" else None)


def test_what_is_saved_is_there_under_its_name_in_order(saved: Saved) -> None:
    saved.save("query", "  slow ", "slow:yes")
    saved.save("query", "faults", "error:yes")
    saved.save("person", "slow", "guest")
    saved.save("query", "slow", "slow:yes plugin:trivia")

    assert [*saved.of("query").items()] == [
        ("slow", "slow:yes plugin:trivia"),
        ("faults", "error:yes"),
    ]


def test_what_is_deleted_is_gone_and_twice_is_no_fault(saved: Saved) -> None:
    saved.save("query", "slow", "slow:yes")
    saved.delete("query", "slow")
    saved.delete("query", "slow")
    saved.delete("nothing", "slow")

    assert saved.of("query") == {}


@pytest.mark.parametrize("name", ["", "  ", "x" * (NAME_CHARS + 1)])
def test_a_name_is_needed_and_not_too_long(saved: Saved, name: str) -> None:
    with pytest.raises(UsageError, match="characters is needed"):
        saved.save("query", name, "slow:yes")


def test_too_much_is_refused_and_nothing_is_lost(saved: Saved) -> None:
    saved.save("query", "kept", "x")
    with pytest.raises(UsageError, match="forget some"):
        saved.save("query", "long", "x" * MOST_CHARS)
    assert saved.of("query") == {"kept": "x"}

    for number in range(1, MOST_ENTRIES):
        saved.save("query", str(number), "x")
    with pytest.raises(UsageError, match="forget one"):
        saved.save("query", "one more", "x")

    saved.save("query", "kept", "y")
    assert saved.of("query")["kept"] == "y"


def test_half_a_character_is_kept_as_any_other_text(saved: Saved) -> None:
    saved.save("query", "\ud83d", "é \udc4d")

    assert saved.of("query") == {"\ud83d": "é \udc4d"}


def test_all_who_read_the_same_folder_agree(tmp_path: Path) -> None:
    Saved(tmp_path).save("query", "slow", "slow:yes")

    assert Saved(tmp_path).of("query") == {"slow": "slow:yes"}


@pytest.mark.parametrize("text", ["{", "[]", '{"query": 3}', "\udcff", "[" * 100_000])
def test_a_file_that_cannot_be_read_counts_as_empty_and_is_left_as_it_is(
    tmp_path: Path, text: str
) -> None:
    content = text.encode("utf-8", "surrogateescape")
    (tmp_path / FILE).write_bytes(content)

    assert Saved(tmp_path).of("query") == {}
    with pytest.raises(RoseyError, match=r"panel\.json .*move it away"):
        Saved(tmp_path).save("query", "slow", "slow:yes")

    assert (tmp_path / FILE).read_bytes() == content


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("")

    with pytest.raises(RoseyError, match="cannot be"):
        Saved(tmp_path / "data").save("query", "slow", "slow:yes")


def test_the_file_is_there_as_a_whole_and_for_its_owner(tmp_path: Path) -> None:
    Saved(tmp_path).save("query", "slow", "slow:yes")

    assert [file.name for file in tmp_path.iterdir()] == [FILE]
    assert json.loads((tmp_path / FILE).read_text()) == {"query": {"slow": "slow:yes"}}
    assert (tmp_path / FILE).stat().st_mode & 0o777 == 0o600


def test_a_file_that_cannot_be_written_is_said_and_leaves_what_was_there(tmp_path: Path) -> None:
    saved = Saved(tmp_path)
    saved.save("query", "slow", "slow:yes")
    (tmp_path / f"{FILE}.{os.getpid()}").mkdir()

    with pytest.raises(RoseyError, match=r"panel\.json cannot be written"):
        saved.save("query", "faults", "error:yes")

    assert saved.of("query") == {"slow": "slow:yes"}
