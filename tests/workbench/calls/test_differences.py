"""What differs between versions of a text."""

from __future__ import annotations

import pytest

from rosey.workbench.calls.differences import Version, differences


def version(label: str, **texts: str) -> Version:
    """A version of a plugin of some modules; the plugin itself is called `main` here."""
    named = {"" if module == "main" else module: text for module, text in texts.items()}
    return Version(label=label, texts=named, places=dict.fromkeys(named, f"{label}.py"))


def test_versions_are_held_against_the_first_one() -> None:
    found = differences(
        "dice",
        [version("running", main="a\n"), version("file", main="b\n"), version("cell", main="a\n")],
    )

    assert found.lines == (
        "--- running: running.py",
        "+++ file: file.py",
        "@@ -1 +1 @@",
        "-a",
        "+b",
        "nothing differs between running and cell",
    )


def test_module_that_one_version_lacks_is_a_difference() -> None:
    found = differences(
        "dice", [version("running", main="", rolls="a\n"), version("file", main="")]
    )

    (difference,) = found.found
    assert difference.module == "rolls"
    assert difference.lines[:2] == ("--- running: running.py", "+++ file: nothing")


@pytest.mark.parametrize(
    ("versions", "line"),
    [
        ([], "dice: there is nothing to compare"),
        ([version("file")], "dice: there is the file text alone"),
    ],
)
def test_one_version_differs_from_nothing(versions: list[Version], line: str) -> None:
    assert differences("dice", versions).lines == (line,)
