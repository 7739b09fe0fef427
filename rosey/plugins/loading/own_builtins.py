"""The `builtins` of one generation: what its code puts there reaches nobody else."""

from __future__ import annotations

import builtins
import types
from collections.abc import Callable


def own_builtins(importer: Callable[..., types.ModuleType]) -> types.ModuleType:
    """A copy of the module `builtins`, for the code of one generation and for what it imports.

    Args:
        importer: Its `__import__`, which has to give this module for `builtins`.
    """
    module = types.ModuleType("builtins")
    vars(module).update(vars(builtins))
    vars(module)["__import__"] = importer
    return module
