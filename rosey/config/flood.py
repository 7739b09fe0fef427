"""The section `flood`: how much may come in before messages are dropped."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rosey.chat.buckets import Rate
from rosey.chat.rules import FloodLimits
from rosey.plugins.loading.schema import ConfigSchema, fields, validate

_DEFAULT = FloodLimits()
_PER_S = validate.Range(min=0.01, max=10_000)
_BURST = validate.Range(min=1, max=100_000)
_IGNORE_S = validate.Range(min=1, max=3_600)


class FloodSchema(ConfigSchema):
    """What may stand in the section."""

    user_per_s = fields.Float(load_default=_DEFAULT.user.per_s, validate=_PER_S)
    user_burst = fields.Int(load_default=_DEFAULT.user.burst, validate=_BURST, strict=True)
    channel_per_s = fields.Float(load_default=_DEFAULT.channel.per_s, validate=_PER_S)
    channel_burst = fields.Int(load_default=_DEFAULT.channel.burst, validate=_BURST, strict=True)
    damper = fields.Bool(load_default=_DEFAULT.damper)
    ignore_s = fields.Float(load_default=_DEFAULT.ignore_s, validate=_IGNORE_S)


def flood_limits(checked: Mapping[str, Any]) -> FloodLimits:
    """The limits that a section which fits the schema sets."""
    return FloodLimits(
        user=Rate(per_s=checked["user_per_s"], burst=checked["user_burst"]),
        channel=Rate(per_s=checked["channel_per_s"], burst=checked["channel_burst"]),
        damper=checked["damper"],
        ignore_s=checked["ignore_s"],
    )
