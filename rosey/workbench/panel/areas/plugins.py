"""The area of the plugins: how each one is, and what can be done with it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from rosey.diagnostics.durations import seconds
from rosey.diagnostics.holding import Held
from rosey.diagnostics.snapshot import BotSnapshot, PluginSnapshot
from rosey.diagnostics.trouble import Trouble
from rosey.plugins.lifecycle import LOADED, PluginState
from rosey.workbench.faces import render
from rosey.workbench.faces.markup import Child, Element, el
from rosey.workbench.panel.area import Area, Arguments, Do
from rosey.workbench.panel.areas.picking import no_plugins
from rosey.workbench.panel.attempt import Attempt, command
from rosey.workbench.panel.controls import button, div, hue, line_of, link, nothing, opener, text
from rosey.workbench.panel.error_card import error_card
from rosey.workbench.panel.sight import LOOK_S, Sight

FILTER, SORT, IS_DOWN, OPEN = "plugins.filter", "plugins.sort", "plugins.is_down", "plugins.open"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    """One plugin, with what is known of it beside its snapshot.

    Attributes:
        plugin: How it is.
        troubles: What is wrong with it.
        memory: What its last profile said; a dash where there is none.
        is_edited: Its files are no more what runs.
    """

    plugin: PluginSnapshot
    troubles: tuple[Trouble, ...]
    memory: str
    is_edited: bool

    @property
    def name(self) -> str:
        """Its name."""
        return self.plugin.name

    @property
    def standing(self) -> str:
        """Its state in a few words."""
        return self.plugin.standing(is_edited=self.is_edited)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Column:
    """One column: what stands in it, what it is sorted by, and what its head means."""

    head: str
    shown: Callable[[_Row], Child]
    rank: Callable[[_Row], Any]
    about: str = ""


_COLUMNS = (
    _Column(head="plugin", shown=lambda row: row.name, rank=lambda row: row.name),
    _Column(
        head="state",
        shown=lambda row: _marked(row.plugin, row.standing),
        rank=lambda row: str(row.plugin.state),
    ),
    _Column(
        head="version",
        shown=lambda row: row.plugin.version or "-",
        rank=lambda row: row.plugin.version,
    ),
    _Column(
        head="generation",
        shown=lambda row: _generation(row.plugin),
        rank=lambda row: row.plugin.generation or 0,
    ),
    _Column(
        head="uptime",
        shown=lambda row: seconds(row.plugin.uptime_s),
        rank=lambda row: row.plugin.uptime_s or 0,
    ),
    _Column(
        head="events",
        shown=lambda row: f"{row.plugin.usage.handled.count:,}",
        rank=lambda row: row.plugin.usage.handled.count,
    ),
    _Column(
        head="faults",
        shown=lambda row: f"{row.plugin.fault_count:,}",
        rank=lambda row: row.plugin.fault_count,
    ),
    _Column(
        head="p95",
        shown=lambda row: seconds(row.plugin.usage.handled.p95_s or None),
        rank=lambda row: row.plugin.usage.handled.p95_s or 0,
    ),
    _Column(
        head="memory",
        shown=lambda row: row.memory,
        rank=lambda row: row.memory,
        about="verdict of the last profile",
    ),
)


def _draw(sight: Sight) -> Element:
    bot = sight.bot.snapshot(LOOK_S)
    filtered = sight.view.text(FILTER)
    rows = _sorted(sight, [row for row in _known(sight, bot) if _is_meant(row, filtered)])
    search = text(
        bind=FILTER,
        value=filtered,
        kind="search",
        label="Filter the plugins by name, state or description",
        placeholder="name, state or description",
    )
    apply = button("Apply the config file", "plugins.config", line="%rosey config --reload")
    table = _table(sight, rows, bot) if rows or bot.rejected else _none(filtered)
    return el("div", {}, div("tools", search, apply), table)


def _known(sight: Sight, bot: BotSnapshot) -> Iterator[_Row]:
    troubles: dict[str, list[Trouble]] = {}
    for trouble in sight.bot.troubles(timeout_s=LOOK_S):
        troubles.setdefault(trouble.plugin, []).append(trouble)
    verdicts = {kept.profile.plugin: kept.profile.verdict for kept in sight.bot.memory.profiles}
    edited = sight.bot.edited(LOOK_S)
    for plugin in bot.plugins:
        yield _Row(
            plugin=plugin,
            troubles=tuple(troubles.get(plugin.name, ())),
            memory=verdicts.get(plugin.name, "-"),
            is_edited=plugin.name in edited,
        )


def _table(sight: Sight, rows: Sequence[_Row], bot: BotSnapshot) -> Element:
    name, *others = (_head(sight, column) for column in _COLUMNS)
    head = el("tr", {}, name, el("th", {"scope": "col"}, "do"), *others)
    drawn = [element for row in rows for element in _lines(sight, row)]
    drawn += [_refused(name, why) for name, why in bot.rejected.items()]
    table = el("table", {}, el("thead", {}, head), el("tbody", {}, *drawn))
    return el("div", {"class": "wide"}, table)


def _head(sight: Sight, column: _Column) -> Element:
    is_sorted = sight.view.text(SORT) == column.head
    is_down = is_sorted and sight.view.is_on(IS_DOWN)
    order = {"aria-sort": "descending" if is_down else "ascending"} if is_sorted else {}
    sign = (" ▾" if is_down else " ▴") if is_sorted else ""
    change = {SORT: column.head, IS_DOWN: is_sorted and not is_down}
    pressed = link(f"{column.head}{sign}", change, about=column.about)
    return el("th", {"scope": "col", "title": column.about or None, **order}, pressed)


def _lines(sight: Sight, row: _Row) -> Iterator[Element]:
    """A plugin's row, and below it what is wrong with it, and all about it where it is opened."""
    is_open = sight.view.text(OPEN) == row.name
    cells = [el("td", {}, column.shown(row)) for column in _COLUMNS[1:]]
    change, about = {OPEN: "" if is_open else row.name}, row.plugin.description
    opens = opener(row.name, change, is_open=is_open, title=about, kind=hue(row.name))
    name = el("th", {"scope": "row"}, opens)
    does = el("td", {"class": "do"}, *_buttons(row.plugin))
    yield el("tr", {}, name, does, *cells, does={"key": row.name})
    below = [*map(error_card, row.troubles), *(_details(row.plugin) if is_open else ())]
    if below:
        cell = el("td", {"colspan": len(_COLUMNS) + 1}, *below)
        yield el("tr", {"class": "below"}, cell, does={"key": f"{row.name} below"})


def _buttons(plugin: PluginSnapshot) -> Iterator[Element]:
    """The same ones in the same places whatever its state: nothing jumps under the mouse."""
    name, is_loaded = plugin.name, plugin.state in LOADED
    given = {"plugin": name}
    if is_loaded or plugin.state is PluginState.FAILED:
        yield button("Reload", "plugins.reload", given, line=f"%rosey reload {name}", about=name)
    else:
        yield button("Load", "plugins.load", given, line=f"%rosey load {name}", about=name)
    if plugin.state is PluginState.QUARANTINED:
        yield button(
            "Lift quarantine", "plugins.enable", given, line=f"%rosey enable {name}", about=name
        )
    elif plugin.state is PluginState.DISABLED:
        yield button("Enable", "plugins.enable", given, line=f"%rosey enable {name}", about=name)
    else:
        is_on = plugin.state is PluginState.ENABLED
        yield button(
            "Disable",
            "plugins.disable",
            given,
            line=f"%rosey disable {name}",
            about=name,
            is_on=is_on,
        )
    yield button(
        "Unload", "plugins.unload", given, line=f"%rosey unload {name}", about=name, is_on=is_loaded
    )
    if plugin.held is not None:
        yield from _stepping(name, plugin.held)


def _stepping(name: str, held: Held) -> Iterator[Element]:
    given, line = {"plugin": name}, f"%rosey step {name}"
    is_on = held.waiting > 0
    yield button("Step", "plugins.step", given, line=line, about=name, is_on=is_on)
    line, is_on = f"%rosey step {name} --back", held.can_step_back
    yield button("Step back", "plugins.back", given, line=line, about=name, is_on=is_on)
    yield button("Resume", "plugins.resume", given, line=f"%rosey resume {name}", about=name)


def _details(plugin: PluginSnapshot) -> Iterator[Element]:
    name = plugin.name
    yield from render.plugin(plugin).elements
    fresh = button(
        "Reload without its state",
        "plugins.fresh",
        {"plugin": name},
        line=f"%rosey reload {name} --fresh",
    )
    is_on = plugin.state is PluginState.ENABLED and plugin.held is None
    line = f"%rosey hold {name}"
    hold = button("Hold", "plugins.hold", {"plugin": name}, line=line, about=name, is_on=is_on)
    line = f"%rosey unload {name} --with-dependents"
    unload = button(
        "Unload with those that need it", "plugins.unload_all", {"plugin": name}, line=line
    )
    yield div("tools", fresh, hold, unload)
    yield line_of(f"%rosey info {name}")


def _refused(name: str, why: str) -> Element:
    cell = el("td", {"colspan": len(_COLUMNS)}, _bad("refused"), f": {why}")
    return el("tr", {}, el("th", {"scope": "row"}, name), cell, does={"key": f"refused {name}"})


def _none(filtered: str) -> Element:
    if filtered:
        return nothing(f"No plugin matches {filtered!r}: clear the filter to see all.")
    return no_plugins()


def _marked(plugin: PluginSnapshot, standing: str) -> Child:
    """The same, with a mark where the plugin does not serve as it should."""
    is_bad = plugin.state in {PluginState.FAILED, PluginState.QUARANTINED}
    return _bad(standing) if is_bad else standing


def _bad(what: str) -> Element:
    """A word in the colour of trouble; its mark is for those who do not see colours."""
    return el("span", {"class": "bad"}, el("span", {"aria-hidden": "true"}, "✗ "), what)


def _generation(plugin: PluginSnapshot) -> str:
    if plugin.generation is None:
        return "-"
    reloads = f" ({plugin.reloads} reload{'s' * (plugin.reloads != 1)})" if plugin.reloads else ""
    return f"{plugin.generation}{reloads}"


def _is_meant(row: _Row, filtered: str) -> bool:
    plugin = row.plugin
    about = f"{row.name} {row.standing} {plugin.description} {plugin.error or ''}".casefold()
    return all(word in about for word in filtered.casefold().split())


def _sorted(sight: Sight, rows: Sequence[_Row]) -> list[_Row]:
    column = next((c for c in _COLUMNS if c.head == sight.view.text(SORT)), _COLUMNS[0])
    return sorted(rows, key=column.rank, reverse=sight.view.is_on(IS_DOWN))


def _does(line: str) -> Do:
    """What a button does that carries out one line, with the plugin's name in it."""

    def do(sight: Sight, arguments: Arguments) -> Attempt:
        return command(sight.session, line.format(plugin=arguments.get("plugin", "")))

    return do


AREA = Area(
    name="plugins",
    title="Plugins",
    draw=_draw,
    line=lambda _sight: "%rosey list",
    actions={
        "plugins.load": _does("%rosey load {plugin}"),
        "plugins.reload": _does("%rosey reload {plugin}"),
        "plugins.fresh": _does("%rosey reload {plugin} --fresh"),
        "plugins.enable": _does("%rosey enable {plugin}"),
        "plugins.disable": _does("%rosey disable {plugin}"),
        "plugins.hold": _does("%rosey hold {plugin}"),
        "plugins.step": _does("%rosey step {plugin}"),
        "plugins.back": _does("%rosey step {plugin} --back"),
        "plugins.resume": _does("%rosey resume {plugin}"),
        "plugins.unload": _does("%rosey unload {plugin}"),
        "plugins.unload_all": _does("%rosey unload {plugin} --with-dependents"),
        "plugins.config": _does("%rosey config --reload"),
    },
    view={FILTER: "", SORT: "plugin", IS_DOWN: False, OPEN: ""},
)
