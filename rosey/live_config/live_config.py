"""A bot that is kept as its files say: the configuration, and the plugins."""

from __future__ import annotations

import asyncio
import dataclasses
import logging
from collections.abc import Iterable
from pathlib import Path

from rosey.chat.permissions import Permissions
from rosey.config import ConfigDifference, start_settings_changed
from rosey.errors import PluginError
from rosey.live_config.change import ConfigChange
from rosey.live_config.review import Configured, News, Review
from rosey.plugins.following.execution import Outcome
from rosey.plugins.following.following import Following
from rosey.plugins.following.plan import Plan
from rosey.plugins.following.sections import Sections
from rosey.plugins.life.unbroken import Unbroken

logger = logging.getLogger(__name__)


class LiveConfig:
    """Keeps a bot as its configuration file says, and its plugins as their files say.

    Args:
        bot: The bot.
    """

    def __init__(self, bot: Configured) -> None:
        self._bot = bot
        self._sections = Sections(bot.bus, bot.plugin_manager)
        self._following = Following(bot.plugin_manager, self._sections, self._wants)
        self._review = Review(bot, self._sections, self._following)
        self._at_start = bot.config
        self._changing = asyncio.Lock()
        self._unbroken = Unbroken()

    @property
    def files(self) -> frozenset[Path]:
        """What has to be watched; nothing where the configuration has hot reload off."""
        if not self._bot.config.plugins.hot_reload:
            return frozenset()
        return self._review.files | self._following.files

    async def follow(self, paths: Iterable[Path]) -> None:
        """Bring plugins and bot up to date with files that may have changed.

        Plugins whose code and section have both changed get both at once.

        Args:
            paths: Files and folders that have changed, appeared or gone.
        """
        async with self._changing:
            changed = frozenset(paths)
            plan = await self._following.look(changed - self._review.files)
            news = await self._review.news_in(changed)
            if news is None:
                await self._following.carry_out(plan)
            else:
                await self._take_over(news, plan)

    async def reload(self) -> ConfigChange:
        """Read the file again and take it over, to the end even where nobody waits for it.

        Raises:
            ConfigError: It is refused, with every fault; nothing has changed then.
        """
        return await self._unbroken.run(self._reload())

    async def settle(self) -> None:
        """Wait until what `reload` has begun is done."""
        await self._unbroken.settle()

    def _wants(self, plugin: str) -> bool:
        return self._bot.config.plugins.wants(plugin)

    async def _reload(self) -> ConfigChange:
        async with self._changing:
            news = await self._review.news()
            if news is not None:
                return await self._take_over(news, Plan())
            config = self._bot.config
            waiting = start_settings_changed(self._at_start, config)
            return ConfigChange(file=config.origin, at_next_start=waiting)

    async def _take_over(self, news: News, plan: Plan) -> ConfigChange:
        """Let the bot have a new configuration, and do what else a plan says."""
        change, old = news.difference, self._bot.config.plugins
        await self._sections.settle(change.sections)
        # No await from here until all of it is adopted: nobody sees a half of it.
        mine = Plan(unwanted=change.unwanted, load=change.wanted)
        sections = news.config.plugins.plugin_config
        mine = mine.joined(self._sections.plan(change.sections, sections, news.stale))
        self._adopt(news)
        if "plugins.plugin_dirs" in change.live:
            folders = {*old.plugin_dirs, *news.config.plugins.plugin_dirs}
            mine = mine.joined(await self._following.look(folders))
        told = self._told(news, mine, await self._following.carry_out(mine.joined(plan)))
        if change != ConfigDifference():
            logger.info("%s is taken over: %s", told.file, "; ".join(told.lines))
            self._bot.bus.emit_soon("config.changed", dataclasses.asdict(told))
        return told

    def _adopt(self, news: News) -> None:
        bot, new, changed = self._bot, news.config, news.difference.live
        # What was a secret stays one: old errors have it, and plugins may have kept it.
        bot.config = dataclasses.replace(new, redact=bot.config.redact | new.redact)
        self._sections.adopt(new.plugins.plugin_config)
        bot.plugin_manager.plugin_dirs = new.plugins.plugin_dirs
        if "plugins.limits" in changed:
            bot.plugin_manager.limits = new.plugins.limits
        if "plugins.blocking" in changed:
            bot.blocking_watch.notice_s = new.plugins.blocking.notice_s
            bot.blocking_watch.fault_s = new.plugins.blocking.fault_s
        if "command_prefix" in changed:
            bot.router.prefix = new.command_prefix
        if "accounts" in changed:
            bot.router.permissions = Permissions(accounts=new.accounts)

    def _told(self, news: News, plan: Plan, outcome: Outcome) -> ConfigChange:
        """What came of the configuration, without what changed files have led to beside it."""
        failed = {**outcome.failed, **self._unknown(news)}
        ours = {*news.difference.sections, *plan.names}
        return ConfigChange(
            file=news.config.origin,
            settings=news.difference.live,
            told=outcome.told,
            reloaded=tuple(name for name in outcome.reloaded if name in ours),
            loaded=tuple(name for name in outcome.loaded if name in ours),
            unloaded=tuple(name for name in outcome.unloaded if name in ours),
            failed={n: self._bot.config.redact(str(e)) for n, e in failed.items() if n in ours},
            at_next_start=start_settings_changed(self._at_start, news.config),
        )

    def _unknown(self, news: News) -> dict[str, PluginError]:
        """Settings for plugins that are not there: a mistake worth a word."""
        plugins, unknown = news.config.plugins, dict[str, PluginError]()
        for name in news.difference.sections:
            if name in plugins.plugin_config and plugins.wants(name):
                try:
                    self._bot.plugin_manager.slots.known(name)
                except PluginError as error:
                    unknown[name] = error
        return unknown
