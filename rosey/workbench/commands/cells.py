"""The commands between cells and files: plugin, save, edit, diff."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from IPython.display import display

from rosey.chat.escaping import for_log
from rosey.diagnostics.state.texts import MOST_ECHOED
from rosey.errors import PluginLoadError, RoseyError, StateError, UnreadFileError, UsageError
from rosey.plugins.lifecycle import LOADED
from rosey.plugins.loading.discovery import NAME_RULE, is_name
from rosey.workbench.commands import arguments, candidates
from rosey.workbench.commands.command import WorkbenchCommand
from rosey.workbench.commands.living import fate
from rosey.workbench.crossing.looks import TAB_S
from rosey.workbench.crossing.waiting import wait
from rosey.workbench.faces import cell_faces, render, trouble_faces
from rosey.workbench.faces.answer import Answer, Lines
from rosey.workbench.session import Session

_FORCE = "--force"
_FRESH = "--fresh"


def _plugin(session: Session, text: str, body: str) -> Answer:
    target, is_fresh = arguments.name_and_option(text, _FRESH)
    name, _, module = target.partition(".")
    if not is_name(name):
        told = for_log(target[:MOST_ECHOED])
        raise UsageError(f"{told}: a plugin's name is {NAME_RULE}")
    if not body.strip():
        raise UsageError("the cell has no code")
    try:
        defined = wait(session.bot.cells.define(name, body, module, fresh=is_fresh))
    except PluginLoadError as error:
        _show_fault(session, error)
        raise RoseyError(f"{error}{_fate(session, name)}{_way_out(error, target)}") from error
    return cell_faces.defined(defined)


def _show_fault(session: Session, error: PluginLoadError) -> None:
    """Show in the cell where it failed: the error itself is one line."""
    parts = [
        Lines(lines=part)
        for part in (error.frame, trouble_faces.shortened(error.traceback))
        if part
    ]
    if parts:
        display(Answer(None, *parts).redacted(session.redact))  # type: ignore[no-untyped-call]  # IPython's is untyped


def _fate(session: Session, name: str) -> str:
    """What became of the version that ran, for the end of an error."""
    try:
        still = session.bot.plugin(name)
        if still.state not in LOADED:
            return ""
        running = wait(session.bot.cells.running(name))
    except RoseyError:
        return ""  # there never was one
    since = cell_faces.clock(running.since)
    return f"; version {running.version} of {since} {fate(still)} with its state"


def _way_out(error: PluginLoadError, target: str) -> str:
    """How to go on where the state of the version that runs cannot be had, for the same end."""
    is_stuck = isinstance(error, StateError)
    return f"; %%rosey plugin {target} {_FRESH} begins without it" if is_stuck else ""


def _save(session: Session, text: str) -> Answer:
    words = arguments.words(text)
    name, *path = [word for word in words if word != _FORCE] or [""]
    arguments.plugin_name(name)
    if len(path) > 1:
        raise UsageError(f"{path[1]!r} is one word too many")
    try:
        saving = session.bot.cells.save(name, *path, force=_FORCE in words)
        saved = wait(saving)
    except UnreadFileError as error:
        hint = f"%rosey diff {name} shows what differs, {_FORCE} writes over it"
        raise RoseyError(f"{error}; {hint}") from error
    return cell_faces.saved(saved)


def _edit(session: Session, text: str) -> Answer:
    words = arguments.words(text, most=2)
    name = arguments.plugin_name(" ".join(words[:1]))
    code = wait(session.bot.cells.source(name, *words[1:]))
    target = ".".join(words)
    session.shell.set_next_input(f"%%rosey plugin {target}\n{code.rstrip()}")
    return render.lines(code, [f"the next cell has {target}: run it, and it takes over"])


def _diff(session: Session, text: str) -> Answer:
    return cell_faces.differences(wait(session.bot.cells.diff(arguments.plugin_name(text))))


def _with_files(session: Session, words: Sequence[str]) -> Iterable[str]:
    """Names of loaded plugins, and then files and the option."""
    if not words:
        return candidates.loaded(session, words)
    left = [] if _FORCE in words else [_FORCE]
    return [*left, *candidates.files(".py")] if len(words) == 1 else left


def _with_modules(session: Session, words: Sequence[str]) -> Iterable[str]:
    """Names of plugins, and of the modules of packages that run."""
    if words:
        return ()
    modules = session.bot.cells.modules().result(TAB_S)
    dotted = [f"{n}.{m}" for n, found in modules.items() for m in found if len(found) > 1]
    return [*candidates.plugins_in()(session, words), *dotted]


def _then_modules(session: Session, words: Sequence[str]) -> Iterable[str]:
    """Names of plugins, and then a module of one."""
    if len(words) == 1:
        return session.bot.cells.modules().result(TAB_S).get(words[0], ())
    return candidates.plugins_in()(session, words)


COMMANDS = (
    WorkbenchCommand(
        name="plugin",
        arguments="NAME[.MODULE] [--fresh]",
        help="Make the rest of the cell a plugin, or a module of one: load it, or reload it.",
        example="%%rosey plugin trivia",
        python='bot.cells.define("trivia", text)',
        run=None,
        complete=candidates.then(_with_modules, _FRESH),
        run_cell=_plugin,
    ),
    WorkbenchCommand(
        name="save",
        arguments="NAME [PATH] [--force]",
        help="Write a cell's plugin to its file, which is its source from then on.",
        example="%rosey save trivia",
        python='bot.cells.save("trivia")',
        run=_save,
        complete=_with_files,
    ),
    WorkbenchCommand(
        name="edit",
        arguments="NAME [MODULE]",
        help="Bring a plugin's text, or that of a module of a package, into the next cell.",
        example="%rosey edit trivia",
        python='bot.cells.source("trivia")',
        run=_edit,
        complete=_then_modules,
    ),
    WorkbenchCommand(
        name="diff",
        arguments="NAME",
        help="Show how a plugin's file and its last cell differ from what runs.",
        example="%rosey diff trivia",
        python='bot.cells.diff("trivia")',
        run=_diff,
        complete=candidates.plugins_in(),
    ),
)
