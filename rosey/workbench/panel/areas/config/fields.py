"""How settings are drawn: each with the control that fits it, and what is said about it beside."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rosey.diagnostics.settings.model import Bounds, Setting, SettingKind
from rosey.workbench.faces.markup import Element, Value, el
from rosey.workbench.panel.areas.config.typed import NUMBERS, Typed, has_box, held_by
from rosey.workbench.panel.controls import div

_NEW_LINE = "\\n"
"""As JSON writes it: a text of lines needs a control that has lines."""

_MOST_ROWS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Fields:
    """What the fields of one form are drawn with.

    Attributes:
        bind: Gives the name of the view that the control of a path is bound to.
        typed: What controls hold that were touched, by path.
        changed: Paths of what would be another thing.
        faults: By path, what is wrong there.
        epoch: Another text once the plugin has come into service anew: no secret that was typed
            before is in its control then.
    """

    bind: Callable[[str], str]
    typed: Mapping[str, Typed]
    changed: frozenset[str]
    faults: Mapping[str, str]
    epoch: str

    def of(self, settings: Sequence[Setting]) -> list[Element]:
        """The fields of some settings, those of groups in boxes of their own."""
        return [self._group(s) if s.kind is SettingKind.GROUP else self._field(s) for s in settings]

    def _group(self, group: Setting) -> Element:
        legend = el("legend", {}, group.path.rpartition(".")[2])
        about = [el("p", {"class": "quiet"}, group.help)] if group.help else []
        inner = self.of(group.parts)
        return el("fieldset", {}, legend, *about, *inner, does={"key": group.path})

    def _field(self, setting: Setting) -> Element:
        path = setting.path
        name = el("label", {"for": _id(path)}, path.rpartition(".")[2])
        marks = el("span", {"class": "marks"}, *self._marks(setting))
        notes = div("notes", *self._notes(setting))
        kind = f"setting{' new' * (path in self.changed)}"
        control = self._control(setting)
        resets = div("resets", *self._resets(setting))
        return el(
            "div",
            {"class": kind},
            el("div", {}, name, marks),
            control,
            notes,
            resets,
            does={"key": path},
        )

    def _marks(self, setting: Setting) -> Iterator[str]:
        """Where it stands, in words: a colour alone says nothing to some."""
        if setting.path in self.changed:
            yield "changed"
        elif setting.differs:
            yield "not the default"

    def _notes(self, setting: Setting) -> Iterator[Element]:
        demand = ", ".join(filter(None, [setting.demand, "required" * setting.is_required]))
        told = [demand, f" · {setting.help}"] if setting.help else [demand]
        yield el("small", {"id": _id(setting.path, "about")}, *told)
        if (why := self.faults.get(setting.path)) is not None:
            yield el("p", {"class": "trouble", "id": _id(setting.path, "wrong")}, why)

    def _resets(self, setting: Setting) -> Iterator[Element]:
        """The same two in the same place: nothing jumps under the mouse."""
        if setting.is_secret:
            return
        path, bound = setting.path, self.bind(setting.path)
        default = None if setting.default is None else held_by(setting, setting.default)
        is_off = default is None or default == self._held(setting)
        yield _reset("Default", {bound: default}, f"{path}: {setting.default}", is_on=not is_off)
        yield _reset("Undo", {bound: None}, f"{path}, to what runs", is_on=path in self.typed)

    def _held(self, setting: Setting) -> Typed:
        return self.typed.get(setting.path, held_by(setting))

    def _control(self, setting: Setting) -> Element:
        path = setting.path
        is_wrong = path in self.faults
        described = [_id(path, "about"), *([_id(path, "wrong")] if is_wrong else [])]
        about: dict[str, Value] = {
            "id": _id(path),
            "aria-describedby": " ".join(described),
            "aria-invalid": "true" if is_wrong else None,
            "spellcheck": "false",
        }
        if setting.is_secret:
            return self._secret(setting, about)
        does = {"bind": self.bind(path), "value": self._held(setting), "key": path}
        if has_box(setting):
            return el("input", {**about, "type": "checkbox"}, does=does)
        if setting.choices or setting.kind is SettingKind.BOOL:
            return _choice(setting, about, does)
        if setting.kind is SettingKind.TEXT and _NEW_LINE not in (setting.value or ""):
            return el("input", {**about, "type": "text"}, does=does)
        if setting.kind in NUMBERS:
            return el("input", {**about, "type": "number", **_limits(setting)}, does=does)
        rows = min(max(str(does["value"]).count("\n") + 1, 2), _MOST_ROWS)
        return el("textarea", {**about, "rows": rows}, does=does)

    def _secret(self, setting: Setting, about: Mapping[str, Value]) -> Element:
        """A line that is written only: nothing of it is bound, kept or sent back."""
        shown = setting.shown_as or "not set"
        attributes: dict[str, Value] = {
            **about,
            "type": "password",
            "name": setting.path,
            "placeholder": shown,
        }
        return el("input", attributes, does={"value": "", "key": f"{setting.path} {self.epoch}"})


def _choice(setting: Setting, about: Mapping[str, Value], does: Mapping[str, Any]) -> Element:
    choices = setting.choices or ("true", "false")
    # What runs may be none of them, as one of a schema that was another.
    values = dict.fromkeys([*choices, *["null"] * setting.allows_null, str(does["value"])])
    options = (
        el(
            "option",
            {"selected": each == does["value"]},
            each or "not set",
            does={"value": each, "key": each},
        )
        for each in values
    )
    return el("select", about, *options, does=does)


def _limits(setting: Setting) -> Mapping[str, Value]:
    """The bounds as a control of numbers has them: its arrows stay within."""
    step = 1 if setting.kind is SettingKind.INT else "any"
    bounds: Bounds = setting.bounds
    return {"min": bounds.least, "max": bounds.most, "step": step}


def _reset(label: str, change: Mapping[str, Typed | None], about: str, *, is_on: bool) -> Element:
    attributes: dict[str, Value] = {
        "type": "button",
        "class": "link",
        "aria-label": f"{label} {about}",
        "title": about,
        "disabled": not is_on,
    }
    return el("button", attributes, label, does={"set": dict(change)})


def _id(path: str, what: str = "control") -> str:
    """What other elements call it: a path may hold spaces, which would make it two."""
    return f"config-{what}-{path.encode().hex()}"
