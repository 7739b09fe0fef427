"""The area of the chat: talk to the bot as anybody, and see who answers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rosey.chat.model import Rank
from rosey.diagnostics.durations import seconds, time_of_day
from rosey.diagnostics.traces.recorder import REPLY
from rosey.diagnostics.traces.trace import HELD, EventTrace
from rosey.diagnostics.trouble import Trouble, behind
from rosey.errors import RoseyError, UsageError
from rosey.workbench.commands.arguments import rank
from rosey.workbench.faces.markup import Element, el
from rosey.workbench.panel.area import Area, Arguments
from rosey.workbench.panel.attempt import Attempt
from rosey.workbench.panel.controls import (
    button,
    div,
    field,
    form,
    hue,
    line_of,
    link,
    nothing,
    submit,
    text,
)
from rosey.workbench.panel.error_card import error_card
from rosey.workbench.panel.ranks import chosen_rank, ranks
from rosey.workbench.panel.saying import line_of_saying, say
from rosey.workbench.panel.sight import LOOK_S, Sight
from rosey.workbench.panel.watch import window

USER, RANK, TEXT = "chat.user", "chat.rank", "chat.text"

MESSAGES_SHOWN = 50

CHANGES_SHOWN = 3
"""How many changes of a plugin's state are shown below a message; its trace has all."""

PEOPLE = "people"
"""What people are saved as, to talk as."""


def _draw(sight: Sight) -> Element:
    seen = window(sight, "chat.window", "event:message").look(0, MESSAGES_SHOWN)
    # One that was let through to a plugin which was held stands here since it was said.
    said = tuple(message for message in reversed(seen.rows) if message.late_for is None)
    troubles, silence = _troubles(sight)
    lines = [line for message in said for line in _lines(sight, message, troubles)]
    attributes = {
        "class": "chat rosey-follow",
        "role": "log",
        "aria-label": "What was said",
        "tabindex": "0",
    }
    log = el("div", attributes, el("ol", {}, *lines) if lines else _nobody())
    return div("talk", log, *silence, _form(sight, said), _people(sight))


def _troubles(sight: Sight) -> tuple[Sequence[Trouble], list[Element]]:
    """What is wrong with plugins; and where the bot does not answer, a line that says so."""
    try:
        return sight.bot.troubles(timeout_s=LOOK_S), []
    except RoseyError as error:
        return (), [el("p", {"class": "trouble"}, str(error))]


def _nobody() -> Element:
    told = "Nobody has said anything yet. Say something below, or in a cell:"
    return nothing(told, line_of("%rosey say !help"))


def _lines(sight: Sight, message: EventTrace, troubles: Sequence[Trouble]) -> Iterator[Element]:
    """What somebody said, and below it what came of it."""
    yield _message(message)
    events = sight.bot.traces.chain(message.id)
    for event in events:
        yield from _held(event, events)
        yield from _replied(event)
        yield from _failed(event, troubles)
    for event in events:
        yield from _changed(event)


def _message(message: EventTrace) -> Element:
    moment = el("time", {}, time_of_day(message.at))
    who = el("strong", {}, message.user or "guest")
    opens = {"area": "events", "events.open": str(message.id)}
    trace = link("Trace", opens, about=f"event {message.id}")
    key = {"key": f"message {message.id}"}
    return el(
        "li", {}, moment, " ", who, " ", el("span", {}, message.text or ""), " ", trace, does=key
    )


def _replied(event: EventTrace) -> Iterator[Element]:
    if event.event != REPLY or event.refused is not None:
        return
    plugin = event.emitter or "rosey"
    who = el("strong", {"class": hue(plugin)}, plugin)
    took = el("small", {}, f" {seconds(event.took_s)}")
    said = el("span", {}, event.text or "")
    yield el("li", {"class": "reply"}, who, " ", said, took, does={"key": f"reply {event.id}"})


def _held(event: EventTrace, events: Sequence[EventTrace]) -> Iterator[Element]:
    """The plugins that are still to have it, as they were held when it came to them."""
    held = {ran.plugin for ran in event.ran if ran.plugin and ran.outcome in HELD}
    had = {late.late_for for late in events if late.cause == event.id}
    for plugin in sorted(held - had):
        who = el("span", {"class": hue(plugin)}, plugin)
        key = {"key": f"held {event.id} {plugin}"}
        step = line_of(f"%rosey step {plugin}")
        yield el(
            "li", {"class": "quiet"}, who, " is held and is still to have it: ", step, does=key
        )


def _failed(event: EventTrace, troubles: Sequence[Trouble]) -> Iterator[Element]:
    """What went wrong: its card until it is mended, and then a line that says what it was."""
    cards = [error_card(trouble) for trouble in behind(event, troubles)]
    past = [el("p", {"class": "quiet"}, failure) for failure in event.failures]
    if cards or past:
        yield el("li", {"class": "failed"}, *(cards or past), does={"key": f"failed {event.id}"})


def _changed(event: EventTrace) -> Iterator[Element]:
    """What it changed in the plugins that got it."""
    for changed in event.changed or ():
        who = el("span", {"class": hue(changed.plugin)}, changed.plugin)
        told = "; ".join(map(str, changed.changes[:CHANGES_SHOWN]))
        more = len(changed.changes) - CHANGES_SHOWN
        rest = f"; and {more} more" if more > 0 else ""
        key = {"key": f"changed {event.id} {changed.plugin}"}
        yield el("li", {"class": "changed quiet"}, who, f" keeps {told}{rest}", does=key)


def _form(sight: Sight, said: Sequence[EventTrace]) -> Element:
    user, as_rank = sight.view.text(USER), chosen_rank(sight, RANK)
    history = list(dict.fromkeys(message.text or "" for message in said))
    spoken = text(
        bind=TEXT,
        value=sight.view.text(TEXT),
        name="text",
        label=f"What to say as {user}",
        placeholder="!help",
        does={"history": history, "clear": True},
    )
    return form(
        "chat.say",
        field("as", text(bind=USER, name="user", value=user)),
        field("rank", ranks(sight, RANK)),
        field("say", spoken),
        submit("Say", line=line_of_saying("...", user, as_rank)),
    )


def _people(sight: Sight) -> Element:
    people = sight.saved.of(PEOPLE)
    picked = [
        el(
            "li",
            {},
            link(f"{name} ({as_rank})", {USER: name, RANK: as_rank}),
            button("Forget", "chat.forget", {"user": name}, about=name),
        )
        for name, as_rank in people.items()
    ]
    keep = button("Keep this person", "chat.keep")
    return div(
        "tools",
        *(
            [el("ul", {"class": "chips", "aria-label": "People to talk as"}, *picked)]
            if picked
            else []
        ),
        keep,
    )


def _say(sight: Sight, arguments: Arguments) -> Attempt:
    spoken, user = str(arguments["text"]), str(arguments["user"]).strip()
    if not spoken.strip():
        raise UsageError("there is nothing to say")
    if not user:
        raise UsageError("somebody has to say it: fill in who")
    return say(sight.session, spoken, user, rank(str(arguments["rank"])))


def _keep(sight: Sight, arguments: Arguments) -> None:
    del arguments
    sight.saved.save(PEOPLE, sight.view.text(USER), str(chosen_rank(sight, RANK)))


def _forget(sight: Sight, arguments: Arguments) -> None:
    sight.saved.delete(PEOPLE, str(arguments["user"]))


AREA = Area(
    name="chat",
    title="Chat",
    draw=_draw,
    line=lambda _sight: "%rosey events --match event:message",
    actions={"chat.say": _say, "chat.keep": _keep, "chat.forget": _forget},
    view={USER: "owner", RANK: str(Rank.OWNER), TEXT: ""},
)
