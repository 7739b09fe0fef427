"""Settings in groups are changed by their paths; what else is in the group stays."""

from __future__ import annotations

from typing import Any

import pytest

from rosey.diagnostics.settings.dotted import expanded
from rosey.errors import UsageError

GIVEN = {"one": 1, "group": {"a": 1, "inner": {"b": 2}}, "with.dot": 3}


@pytest.mark.parametrize(
    ("changes", "whole"),
    [
        ({"one": 2}, {"one": 2}),
        ({"group.a": 2}, {"group": {"a": 2, "inner": {"b": 2}}}),
        ({"group.inner.b": 3, "group.a": 2}, {"group": {"a": 2, "inner": {"b": 3}}}),
        ({"group": {"c": 1}, "group.d": 2}, {"group": {"c": 1, "d": 2}}),
        ({"new.deep.a": 1}, {"new": {"deep": {"a": 1}}}),
        ({"with.dot": 4}, {"with.dot": 4}),
    ],
)
def test_path_changes_one_setting_of_a_group(changes: dict[str, Any], whole: Any) -> None:  # noqa: ANN401  plain data
    assert expanded(changes, GIVEN) == whole
    assert GIVEN["group"] == {"a": 1, "inner": {"b": 2}}


@pytest.mark.parametrize("path", ["one.a", "one.a.b", "group.a.b"])
def test_path_into_what_is_no_group_is_refused(path: str) -> None:
    with pytest.raises(UsageError, match=f"{path} leads into a setting that holds no others"):
        expanded({path: 1}, GIVEN)
