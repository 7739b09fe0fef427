"""Whether something comes from a generation of a plugin, told by the names of its modules."""

from __future__ import annotations

import functools
import sys
import types
from collections.abc import Iterator
from typing import TypeVar

from rosey.plugins.loading.loader import Generation

T = TypeVar("T")


class Origin:
    """Recognises what the code of one generation has defined, or made from what it defined.

    It keeps names only: it pins nothing, and it works after the generation has been dropped.

    Args:
        generation: The generation.

    Attributes:
        name: The generation's name, which is that of its main module or package.
    """

    def __init__(self, generation: Generation) -> None:
        self.name = generation.name
        self._start = f"{generation.name}."
        self._modules = [generation.module_name(unit) for unit in generation.snapshot.units]

    def has(self, module: object) -> bool:
        """Whether `module` is the name of one of the generation's modules."""
        return isinstance(module, str) and (module == self.name or module.startswith(self._start))

    def modules(self) -> list[types.ModuleType]:
        """The generation's modules; none once it has been dropped."""
        return [sys.modules[name] for name in self._modules if name in sys.modules]

    def defined(self, kind: type[T]) -> Iterator[T]:
        """What of a kind the generation defines at the top of its modules."""
        for module in self.modules():
            for value in [*vars(module).values()]:
                if isinstance(value, kind) and self.owns(value):
                    yield value

    def owns(self, thing: object) -> bool:
        """Whether `thing` keeps the generation alive by what it is.

        That is: one of its modules, classes, functions, or an instance of its classes; a method,
        partial or wrapper of one. What merely refers to such, as a list does, is not looked into.
        """
        kind = type(thing)
        if isinstance(thing, types.MethodType):
            return self.owns(thing.__self__) or self.owns(thing.__func__)
        if isinstance(thing, functools.partial):
            return any(map(self.owns, (thing.func, *thing.args, *thing.keywords.values())))
        if isinstance(thing, types.ModuleType):
            return self.has(vars(thing).get("__name__"))
        if isinstance(thing, types.FunctionType) and self.has(thing.__globals__.get("__name__")):
            return True
        # A wrapper that somebody else's decorator made bears the module of what it wraps.
        return self.has(kind.__module__) or self.has(getattr(thing, "__module__", None))
