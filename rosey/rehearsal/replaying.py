"""Says a recorded chat to a twin: what is done in the rehearsal's own process."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from rosey.chat.escaping import for_log
from rosey.errors import RehearsalError, RoseyError
from rosey.recording.performing import Performance, perform
from rosey.recording.records import Heard
from rosey.rehearsal.chance import Chance
from rosey.rehearsal.process import SILENCE_S, rehearse
from rosey.rehearsal.stage import Fact, Stage
from rosey.rehearsal.twin import Twin, open_twin

_MOST_SHOWN = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    twin: Twin
    heard: tuple[Heard, ...]
    ends_s: float | None
    seed: int


async def replay_to_twin(  # noqa: PLR0913  all but two by name
    twin: Twin,
    heard: tuple[Heard, ...],
    *,
    starts_at_s: float,
    ends_s: float | None,
    seed: int = 0,
    before: Callable[[int], None] = lambda _: None,
    silence_s: float = SILENCE_S,
) -> Performance:
    """Say a chat to a twin in a process of its own, whose clock is moved by hand.

    Chance is the same each time, and for each message anew: what one draws has no effect on what
    the next one is answered.

    Args:
        twin: Whom to say it to.
        heard: What to say.
        starts_at_s: When the chat begins, in seconds since the epoch, by the twin's clock.
        ends_s: What the twin says until then counts, in seconds since the chat began. None says
            each message as soon as the last one is handled, whenever it was said.
        seed: Of chance.
        before: Told of the place of each message in `heard`, from 0, before it is said.
        silence_s: Seconds in which the twin must have handled one message.

    Raises:
        RehearsalError: The twin was refused, hung or crashed; the message says at which line.
    """
    plan = _Plan(twin=twin, heard=heard, ends_s=ends_s, seed=seed)
    reading = _Reading(heard, before)
    try:
        await rehearse(_replay, plan, reading.hear, starts_at_s=starts_at_s, silence_s=silence_s)
        return reading.performance()
    except RehearsalError as error:
        reason, printed = f"{error}{reading.place}", error.printed
    # Not in the handler: what led to it would be shown without a mask.
    redact = twin.config.redact
    raise RehearsalError(redact(reason), printed=redact(printed))


class _Reading:
    """Makes a performance of what is told of it."""

    def __init__(self, heard: Sequence[Heard], before: Callable[[int], None]) -> None:
        self._heard = heard
        self._at: int | None = None
        self._before = before
        self._result: dict[str, Any] = {}

    @property
    def place(self) -> str:
        """Which message was said last, as the end of a sentence."""
        if self._at is None:
            return ""
        at = self._heard[self._at]
        said = f"{at.message.user.name}: {at.message.text}"[:_MOST_SHOWN]
        return f" (at line {at.line}, {for_log(said)})"

    def hear(self, fact: Fact) -> None:
        if "message" in fact:
            self._at = fact["message"]
            self._before(fact["message"])
        else:
            self._result.update(fact)

    def performance(self) -> Performance:
        if "refused" in self._result:
            raise RehearsalError(f"the copy does not run: {self._result['refused']}")
        if "answers" not in self._result:
            raise RehearsalError("the copy's process has ended before the chat was over")
        return Performance(
            answers={message: tuple(texts) for message, texts in self._result["answers"]},
            unprompted=tuple(self._result["unprompted"]),
            faults=tuple(self._result["faults"]),
            failing=frozenset(self._result["failing"]),
        )


def _replay(plan: _Plan, stage: Stage) -> None:
    try:
        performance = stage.run(_perform(plan, stage))
    except RoseyError as error:
        stage.tell({"refused": str(error)})
        return
    stage.tell({
        "answers": [*performance.answers.items()],
        "unprompted": performance.unprompted,
        "faults": performance.faults,
        "failing": [*performance.failing],
    })  # fmt: skip


async def _perform(plan: _Plan, stage: Stage) -> Performance:
    places = itertools.count()

    def before(message: Heard | None) -> None:
        if message is None:
            stage.tell({})
            return
        place = next(places)
        stage.tell({"message": place})
        chance.begin(place)

    chance = Chance(plan.seed)
    chance.install()
    async with open_twin(plan.twin) as bot:
        return await perform(
            bot.bus,
            plan.heard,
            speed=None if plan.ends_s is None else 1.0,
            ends_s=plan.ends_s or 0.0,
            redact=bot.redact,
            before=before,
        )
