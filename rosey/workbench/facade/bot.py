"""The notebook's `bot`: the running bot, called from outside its loop."""

from __future__ import annotations

import contextlib
from collections.abc import Awaitable, Callable
from typing import Any

from rosey.bot import Bot
from rosey.chat.model import Rank
from rosey.conversation import Exchange
from rosey.diagnostics.edits import Edits, running
from rosey.diagnostics.graph import Graph, around
from rosey.diagnostics.graph_building import Emissions, bot_graph
from rosey.diagnostics.log import LogLine, LogRing
from rosey.diagnostics.rows import Rows
from rosey.diagnostics.settings.checking import ConfigCheck, check_config, configure
from rosey.diagnostics.settings.form import config_form
from rosey.diagnostics.settings.model import ConfigForm
from rosey.diagnostics.snapshot import (
    BotSnapshot,
    PluginSnapshot,
    bot_snapshot,
    plugin_snapshot,
)
from rosey.diagnostics.trouble import Trouble, troubles
from rosey.errors import RoseyError
from rosey.live_config import ConfigChange
from rosey.plugins.events import Delivery
from rosey.plugins.holding.holding import Holding
from rosey.plugins.life.slots import Slot
from rosey.plugins.lifecycle import LOADED, PluginState
from rosey.workbench.access.access import Access
from rosey.workbench.calls.cells import Cells
from rosey.workbench.calls.holding import Stepped, step
from rosey.workbench.calls.measuring import Measuring
from rosey.workbench.calls.memory import Memory
from rosey.workbench.calls.recordings import Recordings
from rosey.workbench.calls.reports import Reports
from rosey.workbench.calls.testing import Tests
from rosey.workbench.calls.traces import Traces, saying
from rosey.workbench.crossing.looks import LOOK_S, Looks
from rosey.workbench.crossing.loop import Crossing, LoopThread
from rosey.workbench.facade.handles import PluginHandles
from rosey.workbench.facade.panels import NoPanels, OpenPanel, PanelOpener
from rosey.workbench.facade.source import Source
from rosey.workbench.faces import access_faces, render
from rosey.workbench.faces.answer import Answer


class BotFacade:
    """The running bot, for cells: `await bot.reload("trivia")`, or `.result()` without await.

    What it returns are plain values and snapshots: keeping them keeps no plugin alive.

    Args:
        bot: The bot.
        thread: Where the bot's loop runs.
        access: What may be done to the bot.
        traces: What became of its events.
        log: What was logged.
        shell: IPython's shell; None outside of IPython.
        panels: Opens control panels; None where none can be.

    Attributes:
        access: As passed: unlocks a bot in production.
        plugins: Each plugin by its name: `bot.plugins.trivia`, `bot.plugins["trivia"]`.
        traces: As passed.
        timing: Says the same message many times.
        memory: What lives of plugins that are over, and what reloading a plugin costs.
        cells: Plugins that are written in cells, and the way between cells and files.
        recordings: Chats that are recorded, and said again.
        tests: Runs tests of plugins against copies of the bot.
        reports: Takes bug reports of it.
    """

    def __init__(  # noqa: PLR0913  all that stands behind it
        self,
        bot: Bot,
        thread: LoopThread,
        access: Access,
        *,
        traces: Traces,
        log: LogRing,
        shell: Any = None,  # noqa: ANN401  IPython's own type
        panels: PanelOpener | None = None,
    ) -> None:
        self._bot = bot
        self.access = access
        self._log = log
        self._panels = panels or NoPanels()
        self._looks = Looks(thread)
        self._emissions = Emissions()
        self._edits = Edits()
        # It ends with the facade.
        self._taps = contextlib.ExitStack()
        self._taps.enter_context(bot.bus.tap(self._emissions.note))
        self.plugins = PluginHandles(Source(bot=bot, access=access, looks=self._looks, log=log))
        self.traces = traces
        self.timing = Measuring(bot, access)
        self.memory = Memory(bot, thread, access, log, shell)
        self.cells = Cells(bot, thread, access)
        self.recordings = Recordings(bot, access)
        self.tests = Tests(bot, access)
        self.reports = Reports(bot, self._looks, traces, log, access)

    def load(self, name: str) -> Crossing[PluginSnapshot]:
        """Load a plugin, and what it depends on."""
        return self._changed("load", name, self._bot.load)

    def reload(self, name: str, *, fresh: bool = False) -> Crossing[PluginSnapshot]:
        """Reload a plugin; the old version serves until the new one is ready.

        What depends on it is reloaded with it. `fresh` drops its state.
        """

        async def change(name: str) -> None:
            await self._bot.reload(name, fresh=fresh)

        return self._changed("reload without its state" if fresh else "reload", name, change)

    def enable(self, name: str) -> Crossing[PluginSnapshot]:
        """Give a disabled plugin its events and commands again."""
        return self._changed("enable", name, self._bot.enable)

    def disable(self, name: str) -> Crossing[PluginSnapshot]:
        """Keep a plugin and its state, but give it no events and no commands."""
        return self._changed("disable", name, self._bot.disable)

    def hold(self, name: str) -> Crossing[PluginSnapshot]:
        """Let events and commands of a plugin wait until you `step` or `resume` it.

        The bot and other plugins go on, and so does what it is handling.
        """
        return self._changed("hold", name, self._bot.plugin_manager.holding.hold)

    def step(self, name: str) -> Crossing[Stepped]:
        """Let the first event that waits for a plugin through, and tell what it did."""
        return self.access.loop_for(f"step {name}").submit(step(self._bot, self.traces, name))

    def step_back(self, name: str) -> Crossing[PluginSnapshot]:
        """Reload a plugin that is held with its state before the last step.

        The event of that step waits again; what the plugin said and stored in it stays.
        """

        async def change(name: str) -> None:
            await self._bot.plugin_manager.holding.step_back(name)

        return self._changed("step back in", name, change)

    def resume(self, name: str) -> Crossing[PluginSnapshot]:
        """Let all that waits for a plugin through, in its order, and hold it no more."""
        return self._changed("resume", name, self._bot.plugin_manager.holding.resume)

    def unload(self, name: str, *, with_dependents: bool = False) -> Crossing[PluginSnapshot]:
        """Unload a plugin; `with_dependents` unloads those that need it too."""

        async def change(name: str) -> None:
            await self._bot.unload(name, with_dependents=with_dependents)

        return self._changed(
            "unload with dependents" if with_dependents else "unload", name, change
        )

    def configure(self, name: str, /, **changes: Any) -> Crossing[PluginSnapshot]:  # noqa: ANN401  settings are of any type
        """Change settings of a plugin, by a reload with them; what does not fit changes nothing.

        One in a group is named by its path: `bot.configure("trivia", **{"limits.deadline_s": 2})`.
        """

        async def change(name: str) -> None:
            await configure(self._bot, name, changes)

        return self._changed(f"set {', '.join(changes)} of", name, change)

    def configuration(self, name: str, timeout_s: float = LOOK_S) -> ConfigForm:
        """What there is to set of a loaded plugin: kinds, bounds, defaults, and how it is set.

        Raises:
            PluginNotFoundError: It is not loaded.
            RoseyError: The bot does not answer within `timeout_s` seconds.
        """
        return self._looks.after(config_form(self._bot, name), timeout_s)

    def check_config(self, name: str, timeout_s: float = LOOK_S, /, **changes: Any) -> ConfigCheck:  # noqa: ANN401  as above
        """What `configure` with these changes would do, and all that is wrong with them.

        Raises:
            PluginNotFoundError: It is not loaded.
            UsageError: A path leads into what is no group.
            RoseyError: The bot does not answer within `timeout_s` seconds.
        """
        return self._looks.after(check_config(self._bot, name, changes), timeout_s)

    def reload_config(self) -> Crossing[ConfigChange]:
        """Read the configuration file again, and apply what is new in it."""
        return self.access.loop_for("apply the config file").submit(self._bot.reload_config())

    def say(self, text: str, user: str = "owner", rank: Rank = Rank.OWNER) -> Crossing[list[str]]:
        """Say something to the bot; the result is the list of its replies."""
        loop = self.access.loop_for(saying(text, user, rank))
        return loop.submit(self._bot.say(text, user, rank))

    def emit(self, event: str, data: object = None) -> Crossing[Delivery]:
        """Emit an event; the result tells who handled it."""

        async def emit() -> Delivery:
            return (await self._bot.exchange(event, data)).delivery

        return self.access.loop_for(f"emit {event}").submit(emit())

    def exchange(self, event: str, data: object = None) -> Crossing[Exchange]:
        """Emit an event; the result tells who handled it, and what the bot replied to it."""
        loop = self.access.loop_for(f"emit {event}")
        return loop.submit(self._bot.exchange(event, data))

    def send_message(self, text: str) -> Crossing[None]:
        """Have the bot say something on its connection."""
        return self.access.loop_for(f"send {text}").submit(self._bot.send_message(text))

    def standing(self) -> dict[str, str]:
        """By name of each plugin, where it stands; also while a plugin holds the bot."""
        manager = self._bot.plugin_manager
        return {slot.name: _standing(slot, manager.holding) for slot in tuple(manager.slots)}

    def failures(self) -> dict[str, str]:
        """By name, why a plugin was not loaded when the bot was started."""
        return {name: self.redact(str(error)) for name, error in self._bot.failures.items()}

    def snapshot(self, timeout_s: float = LOOK_S) -> BotSnapshot:
        """The bot at this moment.

        Raises:
            RoseyError: It does not answer within `timeout_s` seconds: a plugin blocks it.
        """
        return self._looks.at(lambda: bot_snapshot(self._bot), timeout_s)

    def edited(self, timeout_s: float = LOOK_S) -> frozenset[str]:
        """The names of loaded plugins whose files were edited since, or are gone.

        Raises:
            RoseyError: The bot does not answer within `timeout_s` seconds.
        """
        slots = self._bot.plugin_manager.slots
        return self._edits.edited(self._looks.at(lambda: running(slots), timeout_s))

    def plugin(self, name: str, timeout_s: float = LOOK_S) -> PluginSnapshot:
        """One plugin at this moment.

        Raises:
            PluginNotFoundError: There is no such plugin.
            RoseyError: The bot does not answer within `timeout_s` seconds.
        """
        return self._looks.at(lambda: plugin_snapshot(self._bot, name), timeout_s)

    def troubles(self, name: str | None = None, timeout_s: float = LOOK_S) -> Rows[Trouble]:
        """What is wrong at this moment with all plugins, or with one; see `troubles`.

        Raises:
            PluginNotFoundError: There is no such plugin.
            RoseyError: The bot does not answer within `timeout_s` seconds.
        """
        return self._looks.at(lambda: troubles(self._bot, name), timeout_s)

    def graph(self, name: str | None = None, timeout_s: float = LOOK_S) -> Graph:
        """Who needs, uses and hears whom: all plugins, or what has to do with one of them.

        Raises:
            PluginNotFoundError: There is no such plugin.
            RoseyError: The bot does not answer within `timeout_s` seconds.
        """

        def see() -> Graph:
            if name is not None:
                self._bot.plugin_manager.slots.known(name)
            graph = bot_graph(self._bot, self._emissions.pairs())
            return graph if name is None else around(graph, name)

        return self._looks.at(see, timeout_s)

    def log(
        self,
        plugin: str | None = None,
        *,
        level: str = "INFO",
        event: int | None = None,
        search: str = "",
    ) -> Rows[LogLine]:
        """The last log records, oldest first; see `LogRing.lines`."""
        return Rows(self._log.lines(plugin, level=level, event=event, search=search))

    def panel(self, area: str | None = None) -> OpenPanel:
        """Open the control panel; a notebook shows it where it is the last value of a cell.

        Args:
            area: Which area is open at first: `plugins`, `chat`, `events` and so on.

        Raises:
            RoseyError: There is no such area.
        """
        return self._panels.open(area)

    def redact(self, text: str) -> str:
        """A text without the values of secrets."""
        return self._bot.redact(text)

    def __repr__(self) -> str:
        return self._face().text

    def _repr_html_(self) -> str:
        return self._face().html

    def _face(self) -> Answer:
        try:
            band = access_faces.production(self.access)
            return render.status(self.snapshot(), band).redacted(self.redact)
        except RoseyError as error:
            return Answer.of_lines(None, [str(error)])

    def _changed(
        self, what: str, name: str, change: Callable[[str], Awaitable[None]]
    ) -> Crossing[PluginSnapshot]:
        async def carry_out() -> PluginSnapshot:
            await change(name)
            return plugin_snapshot(self._bot, name)

        return self.access.loop_for(f"{what} {name}").submit(carry_out())


_UNDER_WAY = {
    **dict.fromkeys(LOADED, "being unloaded"),
    PluginState.LOADING: "being loaded",
    PluginState.RELOADING: "being reloaded",
}


def _standing(slot: Slot, holding: Holding) -> str:
    staged = slot.staged
    if staged is None:
        # Its state changes when that has ended.
        return (
            _UNDER_WAY.get(slot.state, str(slot.state)) if slot.lock.locked() else str(slot.state)
        )
    state = "held" if holding.is_held(slot.name) else str(slot.state)
    return f"{state}, {staged.plugin.version} as load {staged.generation.serial}"
