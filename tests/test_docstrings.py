"""The examples in docstrings run and show what they say."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

import rosey

MODULES = [found.name for found in pkgutil.walk_packages(rosey.__path__, prefix="rosey.")]


@pytest.mark.parametrize("name", sorted(set(MODULES) - {"rosey.__main__"}))
def test_docstring_examples_hold(name: str) -> None:
    assert doctest.testmod(importlib.import_module(name)).failed == 0
