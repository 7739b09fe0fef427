"""Commands that look at the bot and at what its plugins offer."""

from __future__ import annotations

from rosey.workbench.commands import arguments, candidates
from rosey.workbench.commands.command import WorkbenchCommand
from rosey.workbench.faces import access_faces, render, trouble_faces
from rosey.workbench.faces.answer import Answer
from rosey.workbench.session import Session


def _status(session: Session, text: str) -> Answer:
    arguments.words(text, most=0)
    bot = session.bot
    return render.status(bot.snapshot(), access_faces.production(bot.access))


def _list(session: Session, text: str) -> Answer:
    arguments.words(text, most=0)
    return render.plugins(session.bot.snapshot(), session.bot.edited())


def _info(session: Session, text: str) -> Answer:
    plugin = session.bot.plugin(arguments.plugin_name(text))
    known = session.bot.snapshot().commands
    facts = render.plugin(plugin, [c.usage for c in known if c.plugin == plugin.name])
    wrong = trouble_faces.parts(session.bot.troubles(plugin.name))
    return Answer(plugin, *facts.parts, *wrong)


def _services(session: Session, text: str) -> Answer:
    arguments.words(text, most=0)
    return render.services(session.bot.snapshot().services)


def _commands(session: Session, text: str) -> Answer:
    arguments.words(text, most=0)
    return render.commands(session.bot.snapshot().commands)


AT_A_GLANCE = (
    WorkbenchCommand(
        name="status",
        arguments="",
        help="Show the bot at a glance.",
        example="%rosey status",
        python="bot.snapshot()",
        run=_status,
        other_words=("overview", "dashboard"),
    ),
    WorkbenchCommand(
        name="list",
        arguments="",
        help="List all plugins.",
        example="%rosey list",
        python="bot.snapshot().plugins",
        run=_list,
        other_words=("plugins", "ls"),
    ),
)

PLUGIN = WorkbenchCommand(
    name="info",
    arguments="NAME",
    help="Show all about one plugin.",
    example="%rosey info trivia",
    python='bot.plugin("trivia")',
    run=_info,
    other_words=("show", "describe"),
    complete=candidates.plugins_in(),
)

OFFERED = (
    WorkbenchCommand(
        name="services",
        arguments="",
        help="List what plugins offer each other.",
        example="%rosey services",
        python="bot.snapshot().services",
        run=_services,
    ),
    WorkbenchCommand(
        name="commands",
        arguments="",
        help="List the chat commands.",
        example="%rosey commands",
        python="bot.snapshot().commands",
        run=_commands,
        other_words=("cmds",),
    ),
)
