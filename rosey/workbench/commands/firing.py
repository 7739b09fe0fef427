"""Commands that send messages and events to the bot, and show what became of them."""

from __future__ import annotations

from rosey.errors import UsageError
from rosey.workbench.commands import arguments, candidates
from rosey.workbench.commands.command import WorkbenchCommand
from rosey.workbench.crossing.waiting import wait
from rosey.workbench.faces import trace_faces
from rosey.workbench.faces.answer import Answer
from rosey.workbench.session import Session


def _say(session: Session, text: str) -> Answer:
    speech = arguments.speech(text)
    traced = wait(session.bot.traces.say(speech.text, speech.user, speech.rank))
    return trace_faces.conversation(traced)


def _emit(session: Session, text: str) -> Answer:
    event, data = arguments.first_word(text)
    return _emitted(session, event, arguments.event_data(data))


def _emit_body(session: Session, text: str, body: str) -> Answer:
    words = arguments.words(text, most=1)
    return _emitted(session, words[0] if words else "", arguments.document(body))


def _emitted(session: Session, event: str, data: object) -> Answer:
    if not event:
        raise UsageError("the name of an event is missing")
    return trace_faces.chain(wait(session.bot.traces.emit(event, data)))


COMMANDS = (
    WorkbenchCommand(
        name="say",
        arguments="[-u USER] [-r RANK] TEXT",
        help="Say something as the owner, or as USER, a guest without -r; "
        "show the replies, and what led to them.",
        example="%rosey say -u alice -r guest !roll 2d6",
        python='bot.traces.say("!roll 2d6", "alice")',
        run=_say,
        other_words=("send", "chat", "message", "tell"),
        complete=candidates.chat,
    ),
    WorkbenchCommand(
        name="emit",
        arguments="EVENT [KEY=VALUE ... | JSON]",
        help="Emit an event, and show what became of it; "
        "%%rosey emit takes JSON or YAML as a cell.",
        example='%rosey emit user_join {"username": "alice"}',
        python='bot.traces.emit("user_join", {"username": "alice"})',
        run=_emit,
        other_words=("fire", "event", "publish"),
        run_cell=_emit_body,
        complete=candidates.events,
    ),
)
