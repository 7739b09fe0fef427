"""Settings inside of groups, changed by their paths: `limits.deadline_s`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rosey.errors import UsageError
from rosey.plugins.loading.settings import own_copy


def expanded(changes: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """Changes by path as changes of whole settings: those of a group that stay are in it.

    Args:
        changes: Values by path; a key that was given with its dots is one setting.
        given: The settings as they are.

    Raises:
        UsageError: A path leads into what is no group.
    """
    whole: dict[str, Any] = {}
    for path, value in changes.items():
        key, *below = [path] if path in given else path.split(".")
        if not below:
            whole[key] = value
            continue
        group = whole.setdefault(key, own_copy(given.get(key, {})))
        for step in below[:-1]:
            group = _group(group, path).setdefault(step, {})
        _group(group, path)[below[-1]] = value
    return whole


def _group(value: object, path: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise UsageError(f"{path} leads into a setting that holds no others")
    return value
