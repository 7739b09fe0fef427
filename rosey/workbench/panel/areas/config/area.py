"""The area of the settings: a form of what a plugin's schema says, checked while it is typed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rosey.errors import UsageError
from rosey.workbench.commands.living import replaced
from rosey.workbench.faces import render
from rosey.workbench.faces.answer import Answer
from rosey.workbench.faces.markup import Element, Value, el
from rosey.workbench.panel.area import Area, Arguments
from rosey.workbench.panel.areas.config.draft import EDITS, Draft, bound, draft_of
from rosey.workbench.panel.areas.config.fields import Fields
from rosey.workbench.panel.areas.config.line import config_line
from rosey.workbench.panel.areas.picking import chosen, instead, picker
from rosey.workbench.panel.attempt import Attempt
from rosey.workbench.panel.controls import button, div, form, line_of, nothing, opener, submit
from rosey.workbench.panel.sight import Sight

PLUGIN, COMMON = "config.plugin", "config.common"

CHECK, APPLY = "config.check", "config.apply"


def _draw(sight: Sight) -> Element:
    name = chosen(sight, PLUGIN)
    return el(
        "div",
        {},
        div("tools", picker(sight, PLUGIN)),
        instead(sight, name) or _form(sight, name),
    )


def _form(sight: Sight, name: str) -> Element:
    draft = draft_of(sight, name)
    fields = Fields(
        bind=lambda path: bound(name, path),
        typed=draft.typed,
        changed=frozenset(draft.edits.changes),
        faults=draft.faults,
        epoch=sight.bot.standing().get(name, ""),
    )
    settings = [*_own(draft, fields), *_common(sight, draft, fields)]
    return form(
        CHECK, div("settings", *settings, key=name), _review(draft), arguments={"plugin": name}
    )


def _own(draft: Draft, fields: Fields) -> Sequence[Element]:
    found = fields.of(draft.form.settings)
    return found or [nothing(f"{draft.form.plugin} has no settings of its own.")]


def _common(sight: Sight, draft: Draft, fields: Fields) -> Iterator[Element]:
    is_open = sight.view.is_on(COMMON)
    label = f"{'▾' if is_open else '▸'} What every plugin has"
    yield opener(label, {COMMON: not is_open}, is_open=is_open)
    if is_open:
        yield from fields.of(draft.form.common)


def _review(draft: Draft) -> Element:
    """What would change, before it is applied, and the line that does it."""
    plugin, edits = {"plugin": draft.form.plugin}, draft.edits
    line = config_line(draft.form.plugin, edits.changes)
    has_secrets = bool(draft.secrets)
    is_ready = not draft.faults and (bool(edits) or has_secrets)
    undo: dict[str, Value] = {"type": "button", "disabled": not edits}
    told = (el("li", {}, each) for each in _told(draft))
    spoken = {"class": "change", "tabindex": "0", "aria-live": "polite", "aria-label": "The change"}
    tools = div(
        "tools",
        submit("Check", line=f"{line} --check", is_on=bool(edits) or has_secrets),
        button("Apply", APPLY, plugin, line=line, is_on=is_ready),
        el("button", undo, "Undo all", does={"set": dict(draft.cleared)}),
        line_of(line),
    )
    return el("div", {}, el("ul", spoken, *told), tools)


def _told(draft: Draft) -> Sequence[str]:
    if draft.faults:
        return [f"{path}: {why}" if path else why for path, why in draft.faults.items()]
    if draft.edits:
        return draft.check.lines
    hint = "; what a secret that you type does is told by Check" if draft.secrets else ""
    return [f"nothing is changed yet{hint}"]


def _sent(sight: Sight, arguments: Arguments) -> tuple[Draft, str]:
    """What a form is sent with, and the line that does the same."""
    draft = draft_of(sight, str(arguments["plugin"]), arguments)
    if draft.edits.faults:
        raise UsageError("; ".join(_told(draft)))
    if not draft.edits:
        raise UsageError("nothing is changed: type another value first")
    return draft, config_line(draft.form.plugin, draft.edits.changes, draft.secrets)


def _check(sight: Sight, arguments: Arguments) -> Attempt:
    draft, line = _sent(sight, arguments)
    check = draft.check
    return Attempt(f"{line} --check", lambda _: render.lines(check, check.lines))


def _apply(sight: Sight, arguments: Arguments) -> Attempt:
    draft, line = _sent(sight, arguments)
    name, changed, cleared = draft.form.plugin, draft.check.changes, draft.cleared
    # Not the draft: the panel keeps its attempts, and is not to keep a secret with them.
    wanted = dict(draft.edits.changes)

    def run(attempt: Attempt) -> Answer:
        crossing = sight.bot.configure(name, **wanted)
        wanted.clear()
        plugin = replaced(sight.session, name, crossing, attempt.wait)
        sight.view.change(cleared)
        told = [f"{name} is reloaded with other settings", *map(str, changed)]
        return render.lines(plugin, [*told, *render.reload_report(plugin)])

    return Attempt(line, run)


AREA = Area(
    name="config",
    title="Config",
    draw=_draw,
    line=lambda sight: f"%rosey config {chosen(sight, PLUGIN)} --check",
    actions={CHECK: _check, APPLY: _apply},
    view={PLUGIN: "", EDITS: {}, COMMON: False},
)
