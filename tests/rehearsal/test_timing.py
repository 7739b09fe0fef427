"""How long messages take is told with its spread."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rosey.rehearsal.profiling import profile_message
from rosey.rehearsal.timing import WARM_UP, Timing, time_message
from tests.bots import bot_of, write_plugin

ECHO = """
async def setup(self):
    self.calls = 0

@command("echo")
async def echo(self, ctx: CommandContext, text: str = ""):
    self.calls += 1
    if self.calls % 2:
        await ctx.reply(text or "what?")

@command("work")
async def work(self, ctx: CommandContext):
    self.toil()

def toil(self):
    sum(n * n for n in range(50_000))
"""


async def test_each_message_is_timed(tmp_path: Path) -> None:
    write_plugin(tmp_path, "echo", ECHO)
    told: list[int] = []

    async with bot_of(tmp_path) as bot:
        timing = await time_message(bot, "!echo", 20, told.append)
        plugin = bot.plugin_manager.get_plugin("echo")

    assert (len(timing.durations_s), timing.replies) == (20, 10)
    assert vars(plugin)["calls"] == 20 + WARM_UP
    assert told == [*range(1, 21)]
    assert timing.lines[0].startswith("20 messages, 10 answered: p50 ")


async def test_the_functions_that_take_the_time_are_named(tmp_path: Path) -> None:
    write_plugin(tmp_path, "echo", ECHO)

    async with bot_of(tmp_path) as bot:
        profile = await profile_message(bot, "!work", 20)

    assert profile.samples > 0
    assert profile.lines[0] == "!work said 20 times"
    assert "echo.toil" in profile.tree
    assert "frames hidden]  rosey" in profile.tree


@given(st.lists(st.floats(1e-9, 1e3), min_size=1, max_size=50))
def test_a_histogram_counts_each_message_once(durations: list[float]) -> None:
    timing = Timing(text="x", durations_s=tuple(sorted(durations)), replies=0)

    bars = timing.histogram
    assert sum(bar.count for bar in bars) == len(durations)
    assert all(low.to_s <= high.from_s for low, high in itertools.pairwise(bars))


@pytest.mark.parametrize(("share", "expected"), [(0.0, 1), (0.5, 2), (0.75, 3), (0.95, 4), (1, 4)])
def test_quantiles_are_durations_that_were_seen(share: float, expected: float) -> None:
    timing = Timing(text="x", durations_s=(1.0, 2.0, 3.0, 4.0), replies=4)

    assert timing.quantile_s(share) == expected
