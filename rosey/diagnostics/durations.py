"""Durations, and times of the day, as people read them."""

from __future__ import annotations

import time


def seconds(duration_s: float | None) -> str:
    """A duration for people: `35 µs`, `3.1 ms`, `12 s`, `2 h 05 min`; a dash for None."""
    if duration_s is None:
        return "-"
    for limit_s, unit in ((1e-3, "µs"), (1.0, "ms")):
        if duration_s < limit_s:
            return f"{_short(duration_s * 1000 / limit_s)} {unit}"
    minutes, whole_s = divmod(int(duration_s), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    if days:
        return f"{days} d {hours:02} h"
    if hours:
        return f"{hours} h {minutes:02} min"
    return f"{minutes} min {whole_s:02} s" if minutes else f"{_short(duration_s)} s"


def _short(number: float) -> str:
    """Two digits and the unit's rest: 3.1, 31, 312; cut, so that 999.9 is never 1000."""
    return str(int(number)) if number >= 10 else str(int(number * 10) / 10)  # noqa: PLR2004  as it says


def time_of_day(moment: float) -> str:
    """A moment, in seconds since the epoch, as a clock on the wall shows it."""
    return time.strftime("%H:%M:%S", time.localtime(moment))
