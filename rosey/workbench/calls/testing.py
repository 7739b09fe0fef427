"""The notebook's `bot.tests`: a plugin's tests, run against a throw-away copy of the bot."""

from __future__ import annotations

import asyncio

from rosey.bot import Bot
from rosey.rehearsal.twin import twin_of
from rosey.test_runs.finding import own_tests
from rosey.test_runs.model import TestRun
from rosey.test_runs.running import TEST_S, Cell, Hear, run_tests, unheard
from rosey.workbench.access.access import Access
from rosey.workbench.crossing.loop import Crossing


class Tests:
    """Tests of plugins, each run in a process of its own.

    Args:
        bot: The bot; it hears nothing of the tests.
        access: What may be done to it.
    """

    def __init__(self, bot: Bot, access: Access) -> None:
        self._bot = bot
        self._access = access

    def run(
        self,
        name: str,
        source: str | None = None,
        *,
        label: str = "source",
        hear: Hear = unheard,
        test_s: float = TEST_S,
    ) -> Crossing[TestRun]:
        """Run the tests of a plugin against copies of the bot with the plugin's present code.

        Args:
            name: The plugin.
            source: A text with tests; None runs the plugin's own, see `own_tests`.
            label: What the text is called in the lines that failed.
            hear: Called with each fact while the tests run, on the bot's thread; see
                `rosey.test_runs.telling.Teller`.
            test_s: Seconds that one test may take.

        Raises:
            PluginNotFoundError: There is no such plugin.
            RoseyError: It has no tests, or pytest is not installed.
        """
        cell = None if source is None else Cell(text=source, label=label)
        return self._access.loop_for(f"test {name}").submit(self._run(name, cell, hear, test_s))

    async def _run(self, name: str, cell: Cell | None, hear: Hear, test_s: float) -> TestRun:
        slots, plugin_dirs = self._bot.plugin_manager.slots, self._bot.config.plugins.plugin_dirs
        source = slots.known(name).source
        names = [slot.name for slot in slots]
        twin = twin_of(self._bot, [name])
        if cell is not None:
            return await run_tests(name, twin, cell, hear=hear, test_s=test_s)
        files = await asyncio.to_thread(own_tests, source, plugin_dirs, names)
        return await run_tests(name, twin, files, hear=hear, test_s=test_s)
