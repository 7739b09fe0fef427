"""Who would hear an event, on a real bot."""

from __future__ import annotations

from pathlib import Path

from rosey.diagnostics.traces.audience import Hearer, audience
from tests.bots import bot_of, write_plugin

SINGER = """
@on("song.*", priority=5)
def heard(self, event, data):
    pass

@on("song.ended")
def ended(self, event, data):
    pass
"""


async def test_who_hears_an_event_is_told_in_order(tmp_path: Path) -> None:
    write_plugin(tmp_path, "singer", SINGER)
    async with bot_of(tmp_path) as bot:
        heard = audience(bot.bus, "song.ended")
        nobody = audience(bot.bus, "nothing")

    assert heard.hearers == (
        Hearer(plugin="singer", handler="singer.heard", pattern="song.*"),
        Hearer(plugin="singer", handler="singer.ended", pattern="song.ended"),
    )
    assert nobody.hearers == ()
    assert {"song.ended", "message"} <= {*nobody.names}
    assert "song.*" not in nobody.names
