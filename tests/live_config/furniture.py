"""A bot with two plugins: `calm` takes new settings over, `plain` has to be reloaded."""

from __future__ import annotations

from typing import Any

from rosey.bot import Bot
from tests.bots import write_plugin
from tests.sites import Site

SHOWS = """
@command("{name}")
async def show(self, ctx):
    await ctx.reply(str(self.config))
"""

_TAKES_OVER = """
class config_schema(ConfigSchema):
    most = fields.Int(load_default=6, validate=validate.Range(max=100))

async def on_config_change(self, old, new):
    self.bot.seen.append((old, new))
"""


def furnished(site: Site) -> Site:
    """The same site, with the plugins and with settings for them."""
    write_plugin(site.plugins, "calm", _TAKES_OVER + SHOWS.format(name="calm"))
    write_plugin(site.plugins, "plain", SHOWS.format(name="plain"))
    site.configure(plugins=sections(calm={"most": 10}, plain={"word": "old"}))
    return site


def sections(**sections: dict[str, Any]) -> dict[str, Any]:
    """The plugins' part of a configuration."""
    return {"plugin_config": sections}


def seen(bot: Bot) -> list[Any]:
    """What `calm` has been told; its hook fails unless this was asked for before."""
    told: list[Any] = vars(bot).setdefault("seen", [])
    return told
