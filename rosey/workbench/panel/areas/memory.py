"""The area of memory: what reloading a plugin costs, and what old versions are still there."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence

from rosey.diagnostics.profile.profiling import RELOADS, WARM_UP
from rosey.errors import UsageError
from rosey.plugins.lifecycle import LOADED
from rosey.workbench.calls.memory import KeptProfile
from rosey.workbench.commands.memories import asked_profile
from rosey.workbench.faces import profile_faces
from rosey.workbench.faces.answer import Answer
from rosey.workbench.faces.markup import Element, el
from rosey.workbench.panel.area import Area, Arguments
from rosey.workbench.panel.attempt import Attempt, Standing, command
from rosey.workbench.panel.controls import (
    box,
    button,
    div,
    field,
    form,
    head,
    hue,
    line_of,
    nothing,
    opener,
    select,
    submit,
    text,
)
from rosey.workbench.panel.progress import progress
from rosey.workbench.panel.sight import LOOK_S, Sight

PLUGIN, RELOADS_ASKED, WARM_UP_ASKED = "memory.plugin", "memory.reloads", "memory.warm_up"
IS_LIVE, OPEN, OF = "memory.is_live", "memory.open", "memory.of"


def _draw(sight: Sight) -> Element:
    plugins = sight.bot.snapshot(LOOK_S).plugins
    loaded = [plugin.name for plugin in plugins if plugin.state in LOADED]
    if not loaded:
        load = line_of("%rosey list")
        return nothing("No plugin is loaded whose memory could be measured: load one first.", load)
    kept = sight.bot.memory.profiles
    return div(
        "memory",
        _form(sight, loaded),
        _progress(sight),
        *_results(sight, kept),
        _leaks(sight, [plugin.name for plugin in plugins]),
    )


def _form(sight: Sight, loaded: Sequence[str]) -> Element:
    view = sight.view
    names = [(name, name) for name in loaded]
    live = box("the running plugin itself", bind=IS_LIVE, is_on=view.is_on(IS_LIVE), name="live")
    return form(
        "memory.profile",
        field("plugin", select(names, bind=PLUGIN, value=_picked(sight, loaded), name="plugin")),
        field("reloads", _number(RELOADS_ASKED, view.text(RELOADS_ASKED), "reloads")),
        field("to warm up", _number(WARM_UP_ASKED, view.text(WARM_UP_ASKED), "warm_up")),
        live,
        submit("Profile", line=_line_of_profile(sight, loaded), is_on=_under_way(sight) is None),
    )


def _number(bind: str, value: str, name: str) -> Element:
    return text(bind=bind, value=value, name=name, kind="number")


def _picked(sight: Sight, loaded: Sequence[str]) -> str:
    picked = sight.view.text(PLUGIN)
    return picked if picked in loaded else loaded[0]


def _under_way(sight: Sight) -> Attempt | None:
    """The profile that this panel has begun, while it goes on."""
    for attempt in sight.attempts:
        if attempt.standing is Standing.UNDER_WAY and attempt.line.startswith("%rosey profile "):
            return attempt
    return None


def _progress(sight: Sight) -> Element:
    """How far the profile is; as high while there is none, so that nothing jumps."""
    attempt = _under_way(sight)
    if attempt is None:
        told = "A copy of the plugin is reloaded again and again; the plugin itself stays as it is."
        return div("how-far", el("span", {"class": "quiet"}, told))
    return progress(attempt)


def _results(sight: Sight, kept: Sequence[KeptProfile]) -> Iterator[Element]:
    if not kept:
        if _under_way(sight) is None:
            yield nothing("Nothing has been profiled yet: pick a plugin above.")
        return
    wanted = sight.view.number(OPEN)
    opened = next((one for one in kept if one.number == wanted), kept[-1])
    yield el(
        "h3", {}, f"Profile {opened.number}: {opened.profile.plugin} is {opened.profile.verdict}"
    )
    yield from profile_faces.profile(opened.profile).elements
    rows = (_row(kept, one, is_open=one is opened) for one in reversed(kept))
    yield el("table", {}, head(profile_faces.HEADS), el("tbody", {}, *rows))


def _row(kept: Sequence[KeptProfile], one: KeptProfile, *, is_open: bool) -> Element:
    number, plugin, verdict, *cells = profile_faces.row(kept, one)
    shows = opener(number, {OPEN: one.number}, is_open=is_open)
    return el(
        "tr",
        {},
        el("th", {"scope": "row"}, shows),
        el("td", {"class": hue(one.profile.plugin)}, plugin),
        el("td", {"class": "bad" if one.profile.is_leaking else None}, verdict),
        *(el("td", {}, cell) for cell in cells),
        does={"key": one.number},
    )


def _leaks(sight: Sight, names: Sequence[str]) -> Element:
    """What lives of versions that are over, as somebody has looked for it in this panel last."""
    of = sight.view.text(OF)
    plugins = [("", "all plugins"), *((name, name) for name in names)]
    given, line = {"plugin": of}, _line_of_leaks(of)
    look = button("Look for old versions", "memory.leaks", given, line=line)
    forget = button("Forget what IPython keeps", "memory.forget", given, line=f"{line} --forget")
    tools = div("tools", field("of", select(plugins, bind=OF, value=of)), look, forget)
    return el(
        "section",
        {"aria-label": "Old versions"},
        el("h3", {}, "Old versions"),
        tools,
        *_found(sight.attempts),
    )


def _found(attempts: Sequence[Attempt]) -> Sequence[Element]:
    """What the last look for old versions has found, or what they are."""
    looked = [a.answer for a in reversed(attempts) if a.line.startswith("%rosey leaks")]
    if answer := next(filter(None, looked), None):
        return answer.elements
    about = "Old versions that something still holds take memory, and may still act."
    return [el("p", {"class": "quiet"}, about)]


def _profile(sight: Sight, arguments: Arguments) -> Attempt:
    asked = asked_profile(_arguments(arguments))

    def run(attempt: Attempt) -> Answer:
        def note(done: int) -> None:
            attempt.done = done

        found = attempt.wait(asked.begin(sight.session, note))
        return Answer.of_lines(found, [f"{found.plugin} is {found.verdict}"])

    # The newest one is shown when it is there.
    sight.view.change({OPEN: 0})
    begun = Attempt(f"%rosey profile {_arguments(arguments)}", run)
    begun.total = asked.warm_up + asked.reloads
    return begun


def _arguments(arguments: Arguments) -> str:
    """What stands after `%rosey profile` for what was picked and typed."""
    name = str(arguments["plugin"])
    if not name:
        raise UsageError("the name of a plugin is missing")
    numbers = (("--reloads", arguments["reloads"]), ("--warm-up", arguments["warm_up"]))
    words = [name, *(word for option, number in numbers for word in (option, str(number)))]
    return " ".join([*map(shlex.quote, words), *(["--live"] if arguments["live"] else [])])


def _look(sight: Sight, arguments: Arguments) -> Attempt:
    return command(sight.session, _line_of_leaks(str(arguments["plugin"])))


def _forget(sight: Sight, arguments: Arguments) -> Attempt:
    return command(sight.session, f"{_line_of_leaks(str(arguments['plugin']))} --forget")


def _line_of_leaks(of: str) -> str:
    return f"%rosey leaks {shlex.quote(of)}" if of else "%rosey leaks"


def _line_of_profile(sight: Sight, loaded: Sequence[str]) -> str:
    chosen = {
        "plugin": _picked(sight, loaded),
        "reloads": sight.view.text(RELOADS_ASKED),
        "warm_up": sight.view.text(WARM_UP_ASKED),
        "live": sight.view.is_on(IS_LIVE),
    }
    return f"%rosey profile {_arguments(chosen)}"


AREA = Area(
    name="memory",
    title="Memory",
    draw=_draw,
    line=lambda _sight: "%rosey profile",
    actions={"memory.profile": _profile, "memory.leaks": _look, "memory.forget": _forget},
    view={
        PLUGIN: "",
        RELOADS_ASKED: str(RELOADS),
        WARM_UP_ASKED: str(WARM_UP),
        IS_LIVE: False,
        OPEN: 0,
        OF: "",
    },
)
