"""Several plugins staged together import each other's new generations, and nobody else does."""

from __future__ import annotations

import gc
import sys
import traceback
import weakref
from collections.abc import Iterator

import pytest

from rosey.diagnostics.memory import Witness
from rosey.plugins.loading.loader import Generation
from tests.plugins.generations import Bench, bench

TRIVIA = """
from rosey_plugins.scores import SIDES

def late():
    from rosey_plugins.scores import SIDES
    return SIDES
"""
LATE = TRIVIA.partition("\n\n")[2]


@pytest.fixture
def lab() -> Iterator[Bench]:
    with bench() as made:
        yield made


def seen(trivia: Generation) -> tuple[int, int]:
    """What a generation of trivia imported when it was executed, and what it imports now."""
    names = vars(trivia.main)
    return names["SIDES"], names["late"]()


def test_each_of_two_pairs_sees_its_own_partner(lab: Bench) -> None:
    old_scores, old = lab.run("SIDES = 6", name="scores"), lab.run(TRIVIA, name="trivia")
    scores = lab.stage("SIDES = 20", name="scores")
    new = lab.stage(TRIVIA, name="trivia", peers={"scores": scores})
    lab.loader.execute(scores)
    lab.loader.execute(new)

    assert (seen(old), seen(new)) == ((6, 6), (20, 20))
    assert old.imports == {"scores": old_scores.serial}
    assert new.imports == {"scores": scores.serial}


@pytest.mark.parametrize("statement", ["import scores", "import rosey_plugins.scores as scores"])
def test_peer_is_meant_however_it_is_imported(lab: Bench, statement: str) -> None:
    lab.run("SIDES = 6", name="scores")
    scores = lab.stage("SIDES = 20", name="scores")
    new = lab.stage(f"{statement}\nSIDES = scores.SIDES", peers={"scores": scores})

    lab.loader.execute(new)

    assert vars(new.main)["SIDES"] == 20


def test_plugin_outside_the_group_sees_the_current_generation(lab: Bench) -> None:
    lab.run("SIDES = 6", name="scores")
    scores = lab.stage("SIDES = 20", name="scores")
    lab.loader.execute(scores)

    other = lab.run(TRIVIA, name="other")

    assert seen(other) == (6, 6)


def test_peers_may_be_staged_after_who_imports_them_late(lab: Bench) -> None:
    peers: dict[str, Generation] = {}
    trivia = peers["trivia"] = lab.stage(LATE, name="trivia", peers=peers)
    lab.loader.execute(trivia)

    peers["scores"] = lab.stage("SIDES = 20", name="scores", peers=peers)

    assert vars(trivia.main)["late"]() == 20


def test_peers_pin_nothing_after_the_commit(lab: Bench) -> None:
    scores = lab.stage("SIDES = 20", name="scores")
    trivia = lab.stage(LATE, name="trivia", peers={"scores": scores})
    for generation in (scores, trivia):
        lab.loader.execute(generation)
        lab.loader.commit(generation)
    witness, reference = Witness(scores), weakref.ref(scores)

    lab.run("SIDES = 6", name="scores")
    lab.loader.drop(scores)
    del scores, generation
    gc.collect()

    assert (witness.alive, reference()) == ((), None)
    assert vars(trivia.main)["late"]() == 6


def test_failed_group_leaves_nothing(lab: Bench) -> None:
    lab.run("SIDES = 6", name="scores")
    before = {*sys.modules}
    scores = lab.stage("SIDES = 20", name="scores")
    lab.loader.execute(scores)
    trivia = lab.stage(f"{TRIVIA}\n1 / 0", name="trivia", peers={"scores": scores})
    with pytest.raises(ZeroDivisionError):
        lab.loader.execute(trivia)
    witness, reference = Witness(scores), weakref.ref(scores)

    lab.loader.drop(trivia)
    lab.loader.drop(scores)
    del scores
    gc.collect()

    assert {*sys.modules} == before
    assert (witness.alive, reference()) == ((), None)
    assert seen(lab.run(TRIVIA, name="trivia")) == (6, 6)


def test_traceback_shows_a_staged_generation_its_own_lines(lab: Bench) -> None:
    lab.run("old = 1\n")
    new = lab.stage("1 / 0\n")
    with pytest.raises(ZeroDivisionError) as caught:
        lab.loader.execute(new)

    with lab.loader.showing(new.snapshot):
        shown = traceback.format_exception(caught.value)

    assert "1 / 0" in shown[-2]
    assert "old = 1" in traceback.format_exception(caught.value)[-2]
