"""What `make soak` measures under traffic: a small run loses nothing, and what is lost is seen."""

from __future__ import annotations

import pytest

from benchmarks.traffic import Books, traffic
from rosey.plugins.bus import PluginEventBus
from rosey.plugins.events import Event


async def books_of(text: str, answers: int) -> Books:
    """Say something on a bus where everything gets so many answers."""
    bus, books = PluginEventBus(), Books()

    async def answer(_event: Event, _data: object) -> None:
        for number in range(answers):
            await bus.emit("reply", {"msg": f"counted {number}"})

    bus.subscribe("message", answer)
    with bus.tap(books.note):
        await bus.emit("message", {"msg": text})
    await bus.close()
    return books


async def test_nothing_is_lost_whatever_befalls_the_bot() -> None:
    figures = await traffic(2_000, seed=7)

    assert (figures.lost, figures.forgotten) == (0, 0)
    assert sum(figures.answers.values()) == 2_000
    assert {"counted", "failed", "happy", "sad", "no command", "silence"} == {*figures.answers}
    assert len(figures.troubles) == 8


@pytest.mark.parametrize(("text", "answers"), [("!count 1", 0), ("!count 1", 2), ("hello", 1)])
async def test_wrong_number_of_answers_is_a_loss(text: str, answers: int) -> None:
    books = await books_of(text, answers)

    assert (books.lost, books.answers) == (1, {"lost": 1})


@pytest.mark.parametrize(("text", "kind"), [("!count 1", "counted"), ("hello", "silence")])
async def test_message_that_is_answered_as_it_ought_to_be_is_no_loss(text: str, kind: str) -> None:
    books = await books_of(text, int(text.startswith("!")))

    assert (books.lost, books.answers) == (0, {kind: 1})
