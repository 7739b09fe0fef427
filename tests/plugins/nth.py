"""Failing at the n-th place: SQLite's method, for awaits and for imports."""

from __future__ import annotations

import ast
import types
from collections.abc import Coroutine, Generator
from typing import Any

Code = Coroutine[Any, Any, Any]


class Await:
    """Awaits code, and fails it at its n-th await; what was awaited there is left alone.

    Args:
        code: The code.
        number: Counts from 1.
        error: What is raised there.

    Attributes:
        is_reached: There was an n-th await.
    """

    def __init__(self, code: Code, number: int, error: BaseException) -> None:
        self._code = code
        self._number = number
        self._error = error
        self.is_reached = False

    @types.coroutine
    def run(self) -> Generator[Any, Any, Any]:
        """Await it."""
        awaits, send, value = 0, self._code.send, None
        while True:
            try:
                waiting_on = send(value)
            except StopIteration as end:
                return end.value
            awaits += 1
            if awaits == self._number:
                self.is_reached = True
                send, value = self._code.throw, self._error
                continue
            try:
                send, value = self._code.send, (yield waiting_on)
            except BaseException as error:  # noqa: BLE001  it belongs to the code
                send, value = self._code.throw, error


class Import(ast.NodeTransformer):
    """Makes the n-th import statement of some modules fail, in the order in which they stand.

    Args:
        number: Counts from 1.

    Attributes:
        is_reached: There was an n-th import.
    """

    def __init__(self, number: int) -> None:
        self._left = number
        self.is_reached = False

    def spoil(self, source: str) -> str:
        """Source of a module, with that statement replaced where it stands in it."""
        return ast.unparse(self.visit(ast.parse(source)))

    def visit_Import(self, node: ast.Import) -> ast.stmt:
        return self._met(node)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> ast.stmt:
        # What is from the future must come first, whatever else fails.
        return node if node.module == "__future__" else self._met(node)

    def _met(self, node: ast.stmt) -> ast.stmt:
        self._left -= 1
        if self._left != 0:
            return node
        self.is_reached = True
        (failing,) = ast.parse("raise ImportError('injected')").body
        return failing
