"""Which plugin an area is about: one of all, and what to do where that one is not loaded."""

from __future__ import annotations

from rosey.plugins.lifecycle import LOADED
from rosey.workbench.faces.markup import Element, el
from rosey.workbench.panel.controls import button, div, field, line_of, nothing, select
from rosey.workbench.panel.error_card import error_card
from rosey.workbench.panel.sight import LOOK_S, Sight

_AS_LOAD = ", "


def chosen(sight: Sight, name: str) -> str:
    """The plugin that was chosen under a name of the view; the first loaded one where none was.

    Returns:
        An empty text where there are no plugins.
    """
    standing = sight.bot.standing()
    wanted = sight.view.text(name)
    if wanted in standing:
        return wanted
    loaded = [plugin for plugin, where in standing.items() if _AS_LOAD in where]
    return next(iter(sorted(loaded) or sorted(standing)), "")


def picker(sight: Sight, name: str) -> Element:
    """A choice of one of all plugins, each with where it stands."""
    standing = sight.bot.standing()
    shown = [
        (plugin, f"{plugin} ({standing[plugin].partition(_AS_LOAD)[0]})")
        for plugin in sorted(standing)
    ]
    return field("plugin", select(shown, bind=name, value=chosen(sight, name)))


def no_plugins() -> Element:
    """What stands in place of plugins where there are none."""
    begin = line_of("%%rosey plugin greeter")
    return nothing("No plugins found: put one into plugins/, or begin a cell with", begin)


def instead(sight: Sight, plugin: str) -> Element | None:
    """What stands in place of a plugin's facts where it has none; None where it has."""
    if not plugin:
        return no_plugins()
    info = sight.bot.plugin(plugin, LOOK_S)
    if info.state in LOADED:
        return None
    line = f"%rosey load {plugin}"
    why = map(error_card, sight.bot.troubles(plugin, LOOK_S))
    waits = f", and waits for {' or '.join(info.waits_for)}" if info.waits_for else ""
    told = nothing(f"{plugin} is not loaded{waits}: load it to see what it has.")
    does = button("Load", "plugins.load", {"plugin": plugin}, line=line, about=plugin)
    return el("div", {}, *why, told, div("tools", does, line_of(line)))
