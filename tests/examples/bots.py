"""Bots that run the example plugins, and what tests wait for."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rosey import Bot, Config, Event

ROOT = Path(__file__).parents[2]
PLUGINS = ROOT / "plugins"


def config(folder: Path, settings: Mapping[str, Mapping[str, Any]] | None = None) -> Config:
    """A configuration whose plugins and storage are in `folder`."""
    values = {
        "storage": str(folder / "data"),
        "plugins": {
            "plugin_dirs": [str(folder / "plugins")],
            "plugin_config": {"dice_roller": {"cooldown": 0}, **(settings or {})},
        },
    }
    return Config.from_mapping(values)


def expect(bot: Bot, event: str, text: str = "") -> asyncio.Future[dict[str, Any]]:
    """The data of the next `event` that mentions `text`, once it comes."""
    found: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()

    def note(event: Event, data: dict[str, Any]) -> None:
        del event
        if text in str(data) and not found.done():
            found.set_result(data)

    bot.on(event, note)
    return found


class LoadedDice(random.Random):
    """Chance that rolls what it is told."""

    def __init__(self, *values: int) -> None:
        super().__init__()
        self._values = iter(values)

    def randint(self, a: int, b: int) -> int:
        """Roll the next value."""
        value = next(self._values)
        assert a <= value <= b
        return value
