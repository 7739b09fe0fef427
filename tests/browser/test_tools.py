"""The tools that hold the panel's front end to its rules."""

from __future__ import annotations

import json
from pathlib import Path

HERE = Path(__file__).parent


def test_lock_holds_versions_and_hashes_and_no_address() -> None:
    packages = json.loads((HERE / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    del packages[""]

    assert packages
    assert [name for name, facts in packages.items() if "resolved" in facts] == []
    assert [name for name, facts in packages.items() if "integrity" not in facts] == []


def test_what_is_asked_for_is_asked_for_exactly() -> None:
    asked = json.loads((HERE / "package.json").read_text(encoding="utf-8"))["devDependencies"]
    locked = json.loads((HERE / "package-lock.json").read_text(encoding="utf-8"))["packages"]

    assert {name: locked[f"node_modules/{name}"]["version"] for name in asked} == asked
