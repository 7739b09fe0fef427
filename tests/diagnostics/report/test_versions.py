"""Versions of this process, and how those of another differ."""

from __future__ import annotations

import dataclasses
import platform

from rosey.diagnostics.report.versions import differences, versions_here


def test_versions_tell_nothing_of_the_machine_but_its_kind() -> None:
    here = versions_here()

    assert here.python == platform.python_version()
    assert here.libraries["marshmallow"][0].isdigit()
    assert "rosey" not in here.libraries
    assert platform.node() not in str(here)


def test_what_differs_is_named() -> None:
    here = versions_here()
    there = dataclasses.replace(here, python="3.9", libraries={"marshmallow": "2", "gone": "1"})

    assert differences(here, here) == ()
    assert differences(there, here) == (
        f"python 3.9, here {here.python}",
        f"marshmallow 2, here {here.libraries['marshmallow']}",
        "gone 1, here not imported",
    )
