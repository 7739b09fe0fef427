"""What the bot's own events carry, as examples to fire; docs/reference/events.md explains them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

_PLUGIN = "dice_roller"
_FILE = "plugins/dice_roller.py"
_STEP: Mapping[str, Any] = {"plugin": _PLUGIN, "previous": "enabled"}
_RELOAD: Mapping[str, Any] = {
    "plugin": _PLUGIN,
    "file": _FILE,
    "generation": 2,
    "asked": [_PLUGIN],
    "together": [_PLUGIN],
    "duration_s": {"read": 0.001, "import": 0.002},
}

EXAMPLES: Mapping[str, Any] = MappingProxyType(
    {
        "message": {"msg": "!help", "username": "alice"},
        "reply": {"msg": "Hello!", "connection": "local", "to": None},
        "message.dropped": {
            "connection": "local",
            "user": "alice",
            "reason": "user",
            "count": 3,
            "seconds": 1.5,
        },
        "user.ignored": {"connection": "local", "user": "alice", "seconds": 60.0},
        "bot.started": None,
        "bot.stopping": None,
        "config.changed": {
            "file": "config.json",
            "settings": [],
            "told": [_PLUGIN],
            "reloaded": [],
            "loaded": [],
            "unloaded": [],
            "failed": {},
            "at_next_start": [],
        },
        "config.rejected": {"file": "config.json", "faults": ["line 1, column 2: no value"]},
        "plugin.loading": {**_STEP, "previous": "unloaded"},
        "plugin.enabled": {**_STEP, "previous": "loading"},
        "plugin.disabled": _STEP,
        "plugin.reloading": _STEP,
        "plugin.reloaded": {
            **_RELOAD,
            "version": "1.0.0",
            "state": "kept",
            "why": {_PLUGIN: "it was asked for"},
            "gate_closed_s": 0.001,
            "cancelled": 0,
        },
        "plugin.reload_failed": {
            **_RELOAD,
            "error": f"{_PLUGIN}: SyntaxError: invalid syntax ({_FILE}:3)",
            "traceback": f'  File "{_FILE}", line 3\nSyntaxError: invalid syntax\n',
            "phase": "import",
            "line": 3,
        },
        "plugin.failed": {**_STEP, "previous": "loading", "error": f"{_PLUGIN}: it cannot be read"},
        "plugin.quarantined": {**_STEP, "error": f"{_PLUGIN} is quarantined: it failed too often"},
        "plugin.dropped": {"plugin": _PLUGIN, "events": 12},
        "plugin.unloaded": _STEP,
        "plugin.error": {
            "plugin": _PLUGIN,
            "where": f"{_PLUGIN}.roll",
            "error": "ValueError: no dice",
            "traceback": f'  File "{_FILE}", line 3, in roll\nValueError: no dice\n',
            "at": 1_000.0,
        },
    }
)
"""By the event's name."""
