"""Reload a plugin whose file changes faster than its modification time tells.

Usage: edits.py DIRECTORY. It is a program of its own so that Python writes bytecode as it does by
default.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from tests.plugins.host import Folder, Host


async def main() -> None:
    """Print which version runs after each edit."""
    assert not sys.dont_write_bytecode
    folder = Folder(Path(sys.argv[1]))
    host = Host(folder.path)
    for number in range(10):
        folder.plugin("dice", f'version = "{number}"')
        load = host.plugin_manager.reload_plugin if number else host.plugin_manager.load_plugin
        print((await load("dice")).version)  # noqa: T201  what the test reads
    await host.close()


asyncio.run(main())
