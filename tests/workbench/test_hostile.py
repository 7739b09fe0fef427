"""Whatever strangers send and plugins say of themselves, the workbench shows it as text."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import fields, is_dataclass
from pathlib import Path

import pytest

from rosey.chat.model import Message, User
from rosey.conversation import Exchange
from rosey.diagnostics.holding import Held
from rosey.diagnostics.log import LogLine
from rosey.diagnostics.profile.result import Growth, MemoryProfile, Pinned
from rosey.diagnostics.profile.slope import Slope
from rosey.diagnostics.rows import Rows
from rosey.diagnostics.snapshot import BotSnapshot, CommandSnapshot, PluginSnapshot
from rosey.diagnostics.state.changes import StateChange
from rosey.diagnostics.state.snapshot import StateSnapshot, TimerSnapshot
from rosey.diagnostics.traces import trace as tracing
from rosey.diagnostics.traces.audience import Audience, Hearer
from rosey.diagnostics.traces.census import Census
from rosey.diagnostics.traces.handler_places import HandlerPlace
from rosey.diagnostics.traces.trace import ChainTrace, Changed
from rosey.diagnostics.usage import Usage
from rosey.plugins.calling.faults import Fault, Outcome
from rosey.plugins.events import Delivery, Event, HandlerFace
from rosey.plugins.life.progress import Served
from rosey.plugins.lifecycle import PluginState
from rosey.plugins.loading.schema import MASK
from rosey.plugins.owning.entries import Taken
from rosey.plugins.services import ServiceInfo
from rosey.plugins.supervision.account import Durations
from rosey.recording.comparing import Comparison, Difference, Kind
from rosey.recording.recorder import RecordingState
from rosey.recording.records import Heard
from rosey.workbench.calls.forgetting import Forgotten, Kept
from rosey.workbench.calls.holding import Stepped
from rosey.workbench.calls.leaks import Leak, Leaks
from rosey.workbench.calls.replays import Replay
from rosey.workbench.commands.table import COMMANDS
from rosey.workbench.faces import (
    memory_faces,
    profile_faces,
    render,
    state_faces,
    trace_faces,
)
from rosey.workbench.faces.answer import Answer
from rosey.workbench.faces.recording_faces import recording_state, replay
from tests.bots import write_plugin
from tests.diagnostics.traces.events import listener, ran, traced
from tests.hostile.corpus import HOSTILE, SMALL, name
from tests.hostile.test_escaping import Reader, is_visible
from tests.workbench.kernel import Kernel

USAGE = Usage(
    handled=Durations(count=1),
    under_way=1,
    waiting=1,
    on_their_way=1,
    tasks=1,
    blocked_s=1.0,
    dropped=1,
    replies=1,
    refused_replies=1,
    storage_bytes=1,
)
"""Numbers only: no text gets in there."""


def answers(text: str) -> Iterator[Answer]:
    """Each thing that is shown, with a text wherever it can have one."""
    bot = _bot(text)
    yield render.status(bot)
    yield render.plugins(bot)
    yield render.plugin(bot.plugins[0], [text])
    yield render.exchange(Exchange(delivery=_delivery(text), replies=(text, text)))
    yield from _traces(text)
    yield render.services(bot.services)
    yield render.commands(bot.commands)
    yield from _recordings(text)
    yield render.log(
        [LogLine(number=1, at=0.0, level=text, logger=text, plugin=text, event=None, text=text)]
    )
    yield profile_faces.profile(_profile(text))
    yield memory_faces.leaks(Leaks(plugin=text, ended=1, found=(_leak(text),)))
    yield memory_faces.leaks(Leaks(plugin=text, ended=0, found=()))
    yield memory_faces.forgotten(Forgotten(dropped=(_kept(text),), yours=(_kept(text),)))
    yield state_faces.state(_state(bot.plugins[0], text))
    yield state_faces.values({text: text}, text)
    yield state_faces.changed(text, [StateChange(path=text, before=text, after=text)])
    yield render.table(None, (text, text), [(text, text)], title=text)
    yield render.lines(None, [text, text])


def _traces(text: str) -> Iterator[Answer]:
    chain = _chain(text)
    hearer = Hearer(plugin=text, handler=text, pattern=text)
    yield trace_faces.chain(chain)
    yield trace_faces.conversation(chain)
    yield trace_faces.events(chain.events)
    held = Held(waiting=1, first=(text,), can_step_back=False)
    yield trace_faces.stepped(Stepped(plugin=text, chain=chain, held=held))
    yield trace_faces.audience(Audience(event=text, hearers=(hearer,), names=(text,)))
    yield trace_faces.audience(Audience(event=text, hearers=(), names=(text,)))
    yield trace_faces.handler_place(HandlerPlace(file=text, line=1))


def _profile(text: str) -> MemoryProfile:
    growth = Growth(
        file=text, line=1, code=text, bytes_per_reload=1.0, blocks_per_reload=1.0, is_own=True
    )
    slope = Slope(value=1.0, low=1.0, high=1.0)
    return MemoryProfile(
        plugin=text,
        is_live=True,
        warm_up=1,
        samples=(1, 2),
        slope=slope,
        blocks=slope,
        pinned=(Pinned(serial=1, alive=(text, text), holders=(text, text)),),
        growth=(growth,),
        seconds=1.0,
    )


def _leak(text: str) -> Leak:
    texts = (text, text)
    return Leak(plugin=text, serial=1, alive=texts, code=texts, ipython=texts, yours=texts)


def _kept(text: str) -> Kept:
    return Kept(place=text, is_yours=True, plugin=text, serial=1)


def _recordings(text: str) -> Iterator[Answer]:
    path = Path("chat.jsonl")
    user = User(name=text, account=text)
    heard = Heard(id=1, at_s=0.0, message=Message(text=text, user=user, connection=text))
    difference = Difference(
        kind=Kind.DIFFERENT, line=2, message=heard, recorded=text, replayed=text
    )
    comparison = Comparison(messages=1, replies=1, same=0, differences=(difference,))
    yield replay(
        Replay(
            path=path,
            against=text,
            comparison=comparison,
            beside_running=comparison,
            untried=text,
            faults=(text,),
            damaged=(text,),
            duration_s=1.0,
        )
    )
    yield recording_state(RecordingState(path=path, heard=1, said=1, size_bytes=1, ended=text))


def _bot(text: str) -> BotSnapshot:
    fault = Fault(plugin=text, where=text, error=text, traceback=text, at=0.0)
    plugin = PluginSnapshot(
        name=text,
        state=PluginState.ENABLED,
        version=text,
        description=text,
        author=text,
        source=text,
        generation=1,
        reloads=0,
        last_reload=None,
        uptime_s=1.0,
        dependencies=(text,),
        commands=(text,),
        services=(text,),
        taken=(Taken(kind=text, label=text, is_active=True),),
        config={text: text},
        permissions=(text,),
        usage=USAGE,
        fault_count=1,
        last_fault=fault,
        left_behind=(text,),
        error=text,
        waits_for=(text,),
        held=Held(waiting=1, first=(text,), can_step_back=True),
    )
    command = CommandSnapshot(name=text, plugin=text, usage=f"!{text}", help=text, rank=text)
    return BotSnapshot(
        is_running=True,
        uptime_s=1.0,
        config=text,
        connection=text,
        plugins=Rows([plugin]),
        rejected={text: text},
        services=Rows([ServiceInfo(name=text, provider=text, version=text)]),
        commands=Rows([command]),
        events=(text,),
    )


def _state(plugin: PluginSnapshot, text: str) -> StateSnapshot:
    return StateSnapshot(
        plugin=plugin,
        values={text: text},
        state_version=1,
        history=(Served(generation=1, version=text, at=0.0, why=text, state=text),),
        uses=(text,),
        timers=(TimerSnapshot(label=text, due_in_s=1.0),),
        storage_keys=(text,),
        faults=(Fault(plugin=text, where=text, error=text, traceback=text, at=0.0),),
    )


def _chain(text: str) -> ChainTrace:
    change = StateChange(path=text, before=text, after=text)
    event = traced(
        1,
        text,
        user=text,
        data=text,
        emitter=text,
        refused=text,
        handled=(ran(text, handler=text, is_failure=True, error=text),),
        kept=(tracing.Kept(plugin=text, change=text),),
        changed=(Changed(plugin=text, changes=(change,)),),
        census=Census(listeners=(listener("other", patterns=(text,)),), prefix=text),
    )
    reply = traced(2, "reply", root=1, cause=1, emitter=text, text=text)
    return ChainTrace(root=1, events=(event, reply), left_out=1)


def _delivery(text: str) -> Delivery:
    record = (0, HandlerFace(text, text, 0), Outcome.FAILED, 0.0, 0.1, text)
    return Delivery(Event(text, None, None, 1, None, None), [record])


PLAIN = [Reader(answer.html).markup for answer in answers("plain")]


def test_no_text_becomes_an_element_or_an_attribute() -> None:
    for text in filter(None, HOSTILE):
        for answer, markup in zip(answers(text), PLAIN, strict=True):
            assert Reader(answer.html).markup == markup, name(text)


def test_no_element_has_a_name_that_a_script_could_be_found_by() -> None:
    of_drawings = {"d", "fill", "height", "points", "role", "viewbox", "width", "xmlns"}
    of_drawings |= {"x", "x1", "x2", "y", "y1", "y2", "text-anchor", "font-family", "font-size"}
    of_drawings |= {"stroke", "stroke-dasharray", "stroke-opacity", "stroke-width"}
    keys = {key for markup in PLAIN for _, keys in markup for key in keys}

    assert keys - of_drawings == {"class", "style", "scope"}


def test_no_text_controls_the_terminal() -> None:
    for text in HOSTILE:
        for answer in answers(text):
            assert is_visible(answer.text.replace("\n", "").replace("\t", "")), name(text)


def test_the_answers_above_are_shown_from_every_field() -> None:
    bot = _bot("needle")

    for thing in (bot, bot.plugins[0], bot.services[0], bot.commands[0]):
        assert is_dataclass(thing)
        for field in fields(thing):
            value = getattr(thing, field.name)
            assert "needle" in str(value) or type(value) not in {str, tuple, dict}


def told(kernel: Kernel, lines: Iterable[str]) -> list[tuple[str, str]]:
    """What lines of `%rosey` answer, each as text and HTML; an error has no HTML."""
    cell = kernel.run(
        f"lines = {[*lines]!a}\n"
        "from IPython.core.error import UsageError\n"
        "told = []\n"
        "for line in lines:\n"
        "    try:\n"
        "        answer = get_ipython().run_line_magic('rosey', line)\n"
        "        told.append((answer.text, answer.html))\n"
        "    except UsageError as error:\n"
        "        told.append((str(error), ''))\n"
        "del line"
    )
    assert cell.status == "ok", cell.traceback
    found: list[tuple[str, str]] = ast.literal_eval(kernel.value("ascii(told)"))
    return found


@pytest.mark.parametrize(
    "command", ["", *sorted({*COMMANDS} - {"start", "stop"}), "say -u", "say -r"]
)
def test_no_line_that_is_typed_controls_the_terminal_or_escapes(
    running: Kernel, command: str
) -> None:
    for (text, html), line in zip(
        told(running, [f"{command} {t}" for t in SMALL]), SMALL, strict=True
    ):
        assert is_visible(text.replace("\n", "").replace("\t", "")), name(line)
        assert "alert" not in str(Reader(html).markup), name(line)


def test_no_plugin_of_a_hostile_file_name_or_description_escapes(
    kernel: Kernel, tmp_path: Path
) -> None:
    for text in ("<img src=x onerror=alert(1)>", "a\x1b[31mb", "a\nb", "${x}", "a;b"):
        (tmp_path / "plugins" / f"{text}.py").write_text("")
    write_plugin(tmp_path / "plugins", "rude", f"description = {' '.join(SMALL[:40])!a}")

    for text, html in told(kernel, ["start", "list", "info rude", "info a;b", "load ${x}"]):
        assert is_visible(text.replace("\n", "").replace("\t", ""))
        assert not {"img", "script"} & {tag for tag, _ in Reader(html).markup}


LEAKY = """
from rosey import *


class Leaky(Plugin):
    name = "leaky"

    class config_schema(ConfigSchema):
        token = SecretField()
        plain = fields.Str()

    async def setup(self):
        self.kept = self.config["plain"]
        self.description = f"has {self.kept}"
        self.logger.warning("set up with %s", self.kept)

    @command("leak")
    async def leak(self, ctx: CommandContext):
        await ctx.reply(f"it is {self.kept}")

    @on("fail")
    async def fail(self, event, data):
        raise ValueError(self.kept)

    async def on_enable(self):
        if hasattr(self, "again"):
            raise ValueError(self.kept)
        self.again = True
"""


def test_no_secret_is_shown_anywhere(kernel: Kernel, tmp_path: Path) -> None:
    (tmp_path / "plugins" / "leaky.py").write_text(LEAKY)
    (tmp_path / "plugins" / "failing.py").write_text(
        "import os\nfrom rosey import Plugin\nraise ValueError(os.environ['CANARY'])"
    )
    (tmp_path / "config.json").write_text(
        '{"plugins": {"leaky": {"token": "${CANARY}", "plain": "${CANARY}"}}}'
    )
    kernel.run("import os; os.environ['CANARY'] = 'canary<&9\\'0'")

    shown = told(
        kernel,
        [
            "start", "", "list", "info leaky", "info failing", "say !leak", "emit fail",
            "info leaky", "list", "state leaky", "config leaky", "config --reload",
            "config leaky zzz=canary<&9'0",
            "disable leaky", "enable leaky", "reload failing", "load failing", "log", "status",
        ],
    )  # fmt: skip
    faces = kernel.run("display(bot, bot.snapshot(), bot.plugin('leaky'), bot.plugin('failing'))")
    kernel.run(
        "values = [(await bot.say('!leak')), bot.snapshot(), bot.plugin('failing'), bot.failures()]"
    )

    everything = f"{shown}{faces.text}{faces.html}"
    assert MASK in everything
    assert "canary" not in everything
    assert "canary" not in kernel.value("repr(values[1:])")
    kernel.run("del values, os.environ['CANARY']")
