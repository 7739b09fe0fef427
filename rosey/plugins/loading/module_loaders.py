"""What the import system loads a plugin's modules with.

Nothing here derives from `importlib.abc`, which takes a thirtieth of `import rosey`.
"""

from __future__ import annotations

import importlib.machinery
import importlib.util
import types
from collections.abc import Mapping
from typing import Any

from rosey.plugins.loading.sources import Unit


class UnitLoader:
    """Executes one unit of a snapshot as a module.

    Args:
        unit: The module's source.
        builtins: What its code finds as `builtins`.
    """

    def __init__(self, unit: Unit, builtins: Mapping[str, Any]) -> None:
        self._unit = unit
        self._builtins = builtins

    def get_source(self, fullname: str) -> str:
        """The text that runs, for tracebacks and `inspect`."""
        del fullname
        return importlib.util.decode_source(self._unit.code)

    def get_code(self, fullname: str) -> types.CodeType:
        """What executing the module runs; see `Unit.code_object`."""
        del fullname
        return self._unit.code_object()

    def is_package(self, fullname: str) -> bool:
        """Whether it may have modules of its own."""
        del fullname
        return self._unit.is_package

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> None:
        """Have the import system make the module."""

    def exec_module(self, module: types.ModuleType) -> None:
        """Run the module's code in it; it raises what that raises."""
        vars(module)["__builtins__"] = self._builtins
        exec(self.get_code(module.__name__), vars(module))  # noqa: S102  executing plugins is the point


class AliasLoader:
    """Lets a module that has been executed stand in under another name."""

    def __init__(self, module: types.ModuleType) -> None:
        self._module = module
        self._spec = module.__spec__

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> types.ModuleType:
        """Give the module that there is."""
        del spec
        return self._module

    def exec_module(self, module: types.ModuleType) -> None:
        """Run nothing: it has been executed."""
        # The import system has just given it the spec of the other name.
        module.__spec__ = self._spec
