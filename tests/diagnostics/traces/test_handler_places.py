"""Where the handlers stand that had an event, on a real bot."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path

from rosey.chat.model import Rank
from rosey.diagnostics.traces.handler_places import HandlerPlace, handler_places
from rosey.diagnostics.traces.recorder import Recorder
from rosey.diagnostics.traces.ring import Ring
from rosey.diagnostics.traces.trace import EventTrace
from tests.bots import bot_of, write_plugin

SINGER = """
@command("sing", aliases=["chant"])
async def sing(self, ctx):
    await ctx.reply("la")

@on("song.*", priority=5)
def heard(self, event, data):
    pass

@on("song.ended")
def ended(self, event, data):
    pass
"""


class Odd:
    """A handler that is no function, and does harm where it is asked."""

    def __call__(self, event: object, data: object) -> None:
        """Handle it."""

    def __getattr__(self, name: str) -> object:
        raise AttributeError(name)


def wrapped(function: Callable[..., object]) -> Callable[..., None]:
    @functools.wraps(function)
    def call(*_: object) -> None:
        pass

    return functools.partial(call)


async def traced_of(
    folder: Path, event: str, data: object
) -> tuple[EventTrace, dict[str, HandlerPlace]]:
    write_plugin(folder, "singer", SINGER)
    async with bot_of(folder) as bot:
        bot.on("song.ended", Odd())
        bot.on("song.ended", wrapped(traced_of))
        with Recorder(bot, ring := Ring()).open():
            await bot.bus.emit(event, data)
            if event == "message":
                await bot.say("!chant", rank=Rank.GUEST)
        trace = [trace for trace in ring.events() if trace.event == event][-1]
        return trace, dict(handler_places(trace, bot.bus, bot.router))


async def test_handlers_are_found_in_their_files(tmp_path: Path) -> None:
    _, places = await traced_of(tmp_path, "song.ended", None)

    source = (tmp_path / "singer.py").read_text().splitlines()
    lines = [source[places[name].line - 1] for name in ("singer.heard", "singer.ended")]
    assert [line.strip() for line in lines] == ['@on("song.*", priority=5)', '@on("song.ended")']
    assert places["traced_of"].file == __file__
    assert "Odd" not in places


async def test_a_command_is_found_by_each_of_its_words(tmp_path: Path) -> None:
    trace, places = await traced_of(tmp_path, "message", {"msg": "hello"})

    assert trace.command is not None
    assert Path(places[trace.command.handler].file).name == "singer.py"
