"""The limits of plugins, as a configuration has them."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from rosey.plugins.loading.schema import ConfigSchema, fields, validate
from rosey.plugins.supervision.limits import Limits, WhenFull

_MOST_S = 86_400.0


def seconds(**options: Any) -> fields.Float:  # noqa: ANN401  marshmallow's own
    """A setting that is a time span in seconds, above 0 and a day at most."""
    bounds = validate.Range(
        min=0.0, max=_MOST_S, min_inclusive=False, error="must be above 0, and 86400 at most"
    )
    return fields.Float(validate=bounds, **options)


def _rate() -> fields.Float:
    bounds = validate.Range(min=0.01, max=1e6, error="must be 0.01 to 1000000")
    return fields.Float(validate=bounds)


def _count(least: int = 1) -> fields.Int:
    bounds = validate.Range(min=least, max=1_000_000, error=f"must be {least} to 1000000")
    return fields.Int(strict=True, validate=bounds)


class _DeadlinesSchema(ConfigSchema):
    setup = seconds()
    on_enable = seconds()
    state = seconds()
    handler = seconds()
    command = seconds()
    on_disable = seconds()
    teardown = seconds()


class _CrashSchema(ConfigSchema):
    max_faults = _count(0)
    window_s = seconds()
    auto_reload = fields.Bool()
    max_reloads = _count(0)
    reload_window_s = seconds()
    backoff_s = seconds()
    backoff_most_s = seconds()
    jitter = fields.Float(validate=validate.Range(min=0.0, max=1.0, error="must be 0 to 1"))


class LimitsSchema(ConfigSchema):
    """What stands under `limits`; what is left out is as it is for all plugins."""

    deadline_s = seconds()
    deadlines_s = fields.Nested(_DeadlinesSchema)
    concurrent_handlers = _count()
    queued_events = _count()
    when_full = fields.Enum(WhenFull, by_value=True)
    live_tasks = _count(0)
    registrations = _count()
    events_per_s = _rate()
    events_per_cause = _count()
    replies_per_s = _rate()
    reply_burst = _count()
    queued_replies = _count(0)
    storage_bytes = fields.Int(
        strict=True,
        allow_none=True,
        validate=validate.Range(min=65_536, error="must be 65536 at least, or null"),
    )
    crash = fields.Nested(_CrashSchema)
    unload_after_idle_s = seconds(allow_none=True)


class BlockingSchema(ConfigSchema):
    """What stands under `blocking`."""

    notice_s = seconds()
    fault_s = seconds()


def narrowed(limits: Limits, section: Mapping[str, Any]) -> Limits:
    """Limits, with what a valid section says instead."""
    values = dict(section)
    if "deadlines_s" in values:
        values["deadlines_s"] = {**limits.deadlines_s, **values["deadlines_s"]}
    if "crash" in values:
        values["crash"] = dataclasses.replace(limits.crash, **values["crash"])
    return dataclasses.replace(limits, **values)
