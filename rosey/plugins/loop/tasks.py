"""Tasks that plugin code starts: they are entered in its ledger, and end nothing but themselves."""

from __future__ import annotations

import traceback
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from rosey.errors import PluginError
from rosey.plugins.calling.faults import describe
from rosey.plugins.calling.ownership import Call
from rosey.plugins.ledger import Ledger


def owned_task(
    ledger: Ledger,
    call: Call,
    code: Coroutine[Any, Any, Any],
    make: Callable[[Coroutine[Any, Any, Any]], Any],
) -> Any:  # noqa: ANN401  whatever task `make` makes
    """Make a task of a plugin's code, and enter it in the plugin's ledger.

    Args:
        ledger: The plugin's.
        call: What the plugin's code runs for.
        code: What the task runs.
        make: Makes it.

    Raises:
        LimitExceededError: The plugin has as many as it may.
    """
    ledger.check_tasks(code)
    task = make(_contained(ledger.name, call, code))
    # A task that is cancelled before its first step never gets to close its code.
    task.add_done_callback(lambda _: code.close())
    ledger.adopt(task)
    return task


def call_of_task(error: BaseException | None) -> Call | None:
    """What the task ran for that has failed with `error`; None where no plugin started it."""
    for frame, _ in traceback.walk_tb(error.__traceback__ if error is not None else None):
        if frame.f_code is _contained.__code__:
            call: Call = frame.f_locals["call"]
            return call
    return None


async def _contained(plugin: str, call: Call, code: Awaitable[Any]) -> Any:  # noqa: ANN401, ARG001  the code's own result; `call_of_task` finds the call here
    """Await a plugin's code; what would end the loop becomes an error like any other."""
    try:
        return await code
    except (SystemExit, KeyboardInterrupt) as error:
        raise PluginError(plugin, f"a task raised {describe(error)}") from error
