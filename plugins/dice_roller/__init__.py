"""Rolls dice: `!roll`, `!roll 2d6+3`, `!roll 4d6kh3`."""

from __future__ import annotations

import random

from rosey import CommandContext, ConfigSchema, Plugin, UsageError, command, fields, validate

from . import notation


class DiceRollerConfig(ConfigSchema):
    """What may be set under `plugins.plugin_config.dice_roller`."""

    max_dice = fields.Int(load_default=100, validate=validate.Range(min=1, max=1000))
    max_sides = fields.Int(load_default=1000, validate=validate.Range(min=1, max=10_000))
    cooldown = fields.Float(load_default=2.0, validate=validate.Range(min=0, max=60))


class DiceRoller(Plugin):
    """Rolls dice.

    Attributes:
        chance: Where the numbers come from; a test may put a seeded one here.
    """

    name = "dice_roller"
    version = "1.0.0"
    description = "Roll dice with !roll"
    author = "Rosey contributors"
    config_schema = DiceRollerConfig

    async def setup(self) -> None:
        """Take the limits from the config, which is checked by now and has its defaults."""
        self.limits = notation.Limits(dice=self.config["max_dice"], sides=self.config["max_sides"])
        self.chance = random.Random()

    @command(
        "roll",
        help="Roll dice: 2d6, d20+3, d%, or 4d6kh3 to keep the 3 highest.",
        cooldown_s=lambda plugin: plugin.config["cooldown"],
    )
    async def roll(self, ctx: CommandContext, *, dice: str = "1d6") -> None:
        """Answer `!roll`; the star makes `dice` the whole rest of the line, spaces included."""
        try:
            terms = notation.parse(dice, self.limits)
        except notation.NotationError as error:
            # The text of a UsageError is shown to the user, after the command's usage.
            raise UsageError(str(error)) from error
        rolled = notation.roll(terms, self.chance)
        await ctx.reply(f"🎲 Rolled {''.join(dice.split())}: {rolled.text} = {rolled.total}")
