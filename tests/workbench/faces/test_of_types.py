"""Whatever a call of the facade returns shows itself as `%rosey` shows it."""

from __future__ import annotations

import inspect
import typing
from collections.abc import Iterator

import pytest

from rosey.diagnostics.rows import Rows
from rosey.workbench.access.access import Access
from rosey.workbench.calls import cells, measuring, memory, recordings, reports, testing, traces
from rosey.workbench.crossing.loop import Crossing, LoopThread
from rosey.workbench.facade.bot import BotFacade
from rosey.workbench.facade.handles import PluginHandle
from rosey.workbench.facade.live_state import LiveState
from rosey.workbench.facade.panels import OpenPanel
from rosey.workbench.faces.of_types import FACES
from tests.workbench.kernel import Kernel

FAMILIES = (
    BotFacade,
    PluginHandle,
    cells.Cells,
    measuring.Measuring,
    memory.Memory,
    recordings.Recordings,
    reports.Reports,
    testing.Tests,
    traces.Traces,
    Access,
)
# They show themselves, or are only a way to what is shown.
OTHERS = {Crossing, LiveState, LoopThread, OpenPanel, Rows}


def returned(family: type) -> Iterator[type]:
    """The types of Rosey's own that the calls of a class return."""
    for name, member in vars(family).items():
        call = member.fget if isinstance(member, property) else member
        if not name.startswith("_") and inspect.isfunction(call):
            yield from named(typing.get_type_hints(call)["return"])


def named(hint: object) -> Iterator[type]:
    """The types of Rosey's own in an annotation."""
    origin = typing.get_origin(hint) or hint
    if isinstance(origin, type) and origin.__module__.startswith("rosey."):
        yield origin
    for part in typing.get_args(hint):
        yield from named(part)


@pytest.mark.parametrize("family", FAMILIES)
def test_what_a_call_returns_has_a_face(family: type) -> None:
    found = {*returned(family)} - OTHERS

    assert found - {*FACES} == set()


def test_all_families_of_the_facade_are_looked_at(running: Kernel) -> None:
    kinds = "{type(v).__name__ for n, v in vars(bot).items() if not n.startswith('_')}"

    named_here = {family.__name__ for family in FAMILIES}
    assert running.value(kinds) - {"PluginHandles"} == named_here - {"BotFacade", "PluginHandle"}


def test_calls_show_what_the_commands_show(running: Kernel) -> None:
    assert running.run("bot.graph()").html == running.run("%rosey graph").html
    assert "<svg" in running.run("bot.graph()").html
    looked = running.run("bot.plugins.greeter.look()").text.splitlines()
    assert looked[0] == running.run("%rosey state greeter").text.splitlines()[0]
    assert running.run("bot.cells.diff('greeter').result()").text == (
        running.run("%rosey diff greeter").text
    )
    assert running.run("bot.plugins.greeter.set('greeted', [])").text == "greeted: [] -> []"
    ran = running.run("bot.cells.running('greeter').result()").text
    assert ran.endswith("runs, from plugins/greeter.py")
    assert running.run("bot.log()[-1]").text.startswith("level")
