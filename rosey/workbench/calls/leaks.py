"""Which generations of plugins live although they are over, and by whom."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from rosey.bot import Bot
from rosey.diagnostics.memory import explain
from rosey.workbench.calls import forgetting
from rosey.workbench.calls.forgetting import Forgotten, Kept


@dataclass(frozen=True, slots=True, kw_only=True)
class Leak:
    """A generation that is over and lives.

    Attributes:
        plugin: The plugin's name.
        serial: That of the generation.
        alive: Names of what lives of it; empty for one that is not among the newest, and is known
            by what the notebook keeps of it alone.
        code: Who in the plugin's code or anybody else's holds it, a line each: this is a leak.
        ipython: Where IPython keeps it by itself, such as `Out[3]`.
        yours: Which variables of the user keep it, such as `mine['x'][0]`.
    """

    plugin: str
    serial: int
    alive: tuple[str, ...]
    code: tuple[str, ...]
    ipython: tuple[str, ...]
    yours: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaks:
    """What came of a look for generations that are over and live.

    Attributes:
        plugin: The plugin that was looked at; None for all.
        ended: How many generations have ended.
        found: Those that live, by plugin and oldest first.
    """

    plugin: str | None
    ended: int
    found: tuple[Leak, ...]


def look(bot: Bot, shell: Any, name: str | None) -> Leaks:  # noqa: ANN401  IPython's own type
    """Look for generations that are over and live. This blocks for some 100 ms each.

    Args:
        bot: The bot.
        shell: IPython's shell; None outside of IPython.
        name: The plugin to look at; None for all.
    """
    survivors = {(s.plugin, s.serial): s for s in bot.witnesses.survivors()}
    kept = defaultdict[tuple[str, int], list[Kept]](list)
    for one in forgetting.kept(shell, _parts(bot)) if shell is not None else ():
        kept[one.plugin, one.serial].append(one)
    walls = forgetting.walls(shell) if shell is not None else frozenset()
    found = [
        Leak(
            plugin=plugin,
            serial=serial,
            alive=survivor.alive if (survivor := survivors.get((plugin, serial))) else (),
            code=explain(survivor.witness, walls) if survivor else (),
            ipython=tuple(k.place for k in kept[plugin, serial] if not k.is_yours),
            yours=tuple(k.place for k in kept[plugin, serial] if k.is_yours),
        )
        for plugin, serial in sorted({*survivors, *kept})
        if name in {None, plugin}
    ]
    return Leaks(plugin=name, ended=bot.witnesses.ended(name), found=tuple(found))


def forget(bot: Bot, shell: Any, name: str | None) -> Forgotten:  # noqa: ANN401  IPython's own type
    """Make IPython drop what it keeps of generations that are over, of one plugin or of all."""
    if shell is None:
        return Forgotten(dropped=(), yours=())
    return forgetting.forget(shell, _parts(bot), name)


def _parts(bot: Bot) -> list[object]:
    """What the bot consists of: whoever keeps the bot keeps no generation by that."""
    return [bot, *vars(bot).values()]
