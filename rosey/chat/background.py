"""Tasks of the bot itself, whatever it is that begins them."""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Coroutine
from typing import Any


def in_background(code: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
    """Run `code` beside whoever asks: what it does is no part of the event that they handle."""
    # Made directly: the loop's task factory would enter it in the ledger of whoever asks.
    loop = asyncio.get_running_loop()
    return asyncio.Task(code, loop=loop, name=name, context=contextvars.Context())
