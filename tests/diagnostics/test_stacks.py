"""Whose code a thread executes, at moments that are hard to meet."""

from __future__ import annotations

import asyncio
import sys
import types
from collections.abc import Callable
from typing import Any

from rosey.diagnostics.stacks import Holder, holder_of


def at_the_end_of(code: types.CodeType, function: Callable[[], object]) -> list[Holder]:
    """Who holds this thread whenever code returns that `function` leads to."""
    seen: list[Holder] = []

    def trace(frame: types.FrameType, event: str, _argument: object) -> Any:  # noqa: ANN401  a trace function
        if frame.f_code is code and event == "return":
            seen.append(holder_of(frame))
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        function()
    finally:
        sys.settrace(before)
    return seen


async def test_handle_that_has_just_run_is_nobodys() -> None:
    run: Any = vars(asyncio.Handle)["_run"]
    handle = asyncio.Handle(lambda: None, (), asyncio.get_running_loop())

    (holder,) = at_the_end_of(run.__code__, lambda: run(handle))

    assert holder.plugin is None
