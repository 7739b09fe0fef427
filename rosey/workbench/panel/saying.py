"""Saying something to the bot from a panel."""

from __future__ import annotations

from rosey.chat.model import Rank
from rosey.workbench.faces import trace_faces
from rosey.workbench.faces.answer import Answer
from rosey.workbench.panel.attempt import Attempt
from rosey.workbench.session import Session


def say(session: Session, text: str, user: str, rank: Rank) -> Attempt:
    """An attempt that says something as somebody, and shows what became of it."""

    def run(attempt: Attempt) -> Answer:
        return trace_faces.conversation(attempt.wait(session.bot.traces.say(text, user, rank)))

    return Attempt(line_of_saying(text, user, rank), run)


def line_of_saying(text: str, user: str, rank: Rank) -> str:
    """The line of `%rosey` that says it.

    A name that holds both kinds of quotes cannot stand in one: there the line shows it as it is.
    """
    quote = "'" if '"' in user else '"'
    named = f"{quote}{user}{quote}" if not user.isalnum() else user
    return f"%rosey say -u {named} -r {rank} -- {text}"
