"""The loop is everybody's: plugin code may not stop it, nor change how it works."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Callable
from typing import Any

from rosey.errors import SharedLoopError
from rosey.plugins.calling.ownership import current_owner

_KEPT = (
    "stop",
    "close",
    "shutdown_asyncgens",
    "shutdown_default_executor",
    "set_default_executor",
    "set_exception_handler",
    "set_task_factory",
)


def guard(loop: asyncio.AbstractEventLoop) -> Callable[[], None]:
    """Refuse to plugin code what would stop or change `loop`; everybody else may.

    Returns:
        A function that ends it.
    """
    shadows = {name: _refusing(loop, name) for name in _KEPT}
    attributes: dict[str, Any] = getattr(loop, "__dict__", {})  # a loop written in C has none
    attributes.update(shadows)

    def end() -> None:
        for name, shadow in shadows.items():
            if attributes.get(name) is shadow:
                del attributes[name]

    return end


def _refusing(loop: asyncio.AbstractEventLoop, name: str) -> Callable[..., Any]:
    method: Callable[..., Any] = getattr(loop, name)

    @functools.wraps(method)
    def guarded(*arguments: Any, **named: Any) -> Any:  # noqa: ANN401  those of the method
        owner = current_owner()
        if owner is not None:
            raise SharedLoopError(owner.name, name)
        return method(*arguments, **named)

    return guarded
