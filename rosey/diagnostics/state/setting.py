"""Changes of a plugin's state by hand, while it runs."""

from __future__ import annotations

import logging

from rosey.diagnostics.snapshot import Observed
from rosey.diagnostics.state.changes import StateChange
from rosey.diagnostics.state.paths import Path, assignment, parsed
from rosey.diagnostics.state.places import Spot
from rosey.diagnostics.state.plain import NOT_PLAIN, plain_copy
from rosey.diagnostics.state.texts import MOST_CHARS
from rosey.diagnostics.state.typed import typed
from rosey.diagnostics.state.whole import whole
from rosey.errors import StateError
from rosey.plugins.calling.ownership import owned_by
from rosey.plugins.life.candidate import Staged
from rosey.plugins.owning.state import copied

_NOT_PLAIN = "that is no plain data: give numbers, texts, times, and lists or dicts of them"

logger = logging.getLogger(__name__)


def set_value(bot: Observed, name: str, path: str, value: object) -> StateChange:
    """Put a copy of a value into a plugin's state; to be called on the bot's loop.

    Args:
        bot: The bot.
        name: The plugin.
        path: Where to put it.
        value: Plain data.

    Returns:
        What was there and what is there now, as text.

    Raises:
        PluginNotFoundError: The plugin is not loaded.
        StatePathError: There is no such place, or it cannot be changed.
        StateError: The value belongs to a plugin's code, or is no plain data.
    """
    staged = bot.plugin_manager.slots.get_loaded(name).serving
    data = plain_copy(copied(name, value, "the value"), lambda text: text)
    if data is NOT_PLAIN:
        raise StateError(name, _NOT_PLAIN)
    return _assigned(bot, staged, parsed(path), data)


def set_text(bot: Observed, name: str, text: str) -> StateChange:
    """Carry out `PATH=VALUE`, with a value as somebody has typed it; see `typed`.

    Raises:
        PluginNotFoundError: The plugin is not loaded.
        StatePathError: There is no such place, or it cannot be changed.
        UsageError: The value does not fit what is there.
    """
    staged = bot.plugin_manager.slots.get_loaded(name).serving
    path, typed_text = assignment(text)
    spot = Spot(staged.plugin, path)
    old = spot.value if spot.exists else None
    return _assigned(bot, staged, path, typed(typed_text, old))


def _assigned(bot: Observed, staged: Staged, path: Path, value: object) -> StateChange:
    spot = Spot(staged.plugin, path)
    before = whole(spot.value, bot.redact, MOST_CHARS) if spot.exists else None
    # The plugin's own __setattr__ may take something: it is to own that.
    with owned_by(staged.ledger):
        spot.assign(value)
    change = StateChange(
        path=spot.path, before=before, after=whole(spot.value, bot.redact, MOST_CHARS)
    )
    name = staged.ledger.name
    logger.info("%s is changed by hand: %s", name, change, extra={"plugin": name})
    return change
