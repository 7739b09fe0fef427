"""The band over the panel of a bot in production."""

from __future__ import annotations

import json

import pytest

from rosey.workbench.panel.areas.table import AREAS
from rosey.workbench.panel.attempt import Attempt, Standing
from rosey.workbench.panel.production import band
from rosey.workbench.panel.screen import regions
from rosey.workbench.panel.sight import Sight
from rosey.workbench.session import Session
from tests.workbench.panel.reading import act, press, send, text_of


@pytest.fixture
def served(sight: Sight) -> Sight:
    """What a panel draws from whose bot is served."""
    session: Session = sight.session
    session.stop()
    session.is_served = True
    session.start()
    return sight


def told(sight: Sight) -> str:
    return " ".join(map(text_of, band(sight)))


def answer(attempt: Attempt | None) -> str:
    assert attempt is not None
    assert attempt.answer is not None
    return attempt.answer.text


def test_there_is_none_over_a_notebooks_own_bot(sight: Sight) -> None:
    assert [*band(sight)] == []


def test_it_stands_in_the_head_of_every_area(served: Sight) -> None:
    for area in AREAS:
        served.view.change({"area": area})
        assert "PRODUCTION" in json.dumps(regions(AREAS, served)["head"]), area


def test_a_button_is_refused_in_place_until_a_reason_unlocks_it(served: Sight) -> None:
    refused = act(served, "plugins.reload", {"plugin": "greeter"})
    assert refused is not None
    assert refused.standing is Standing.FAILED
    assert "in production, and read-only" in answer(refused)

    (locked,) = band(served)
    unlocking = send(served, locked, "Unlock", reason="greeter is stuck", minutes="5")
    assert unlocking is not None
    assert unlocking.line == "%rosey unlock -m 5 greeter is stuck"
    assert "unlocked: until" in told(served)
    done = act(served, "plugins.reload", {"plugin": "greeter"})
    assert done is not None
    assert done.standing is Standing.DONE

    (unlocked,) = band(served)
    press(served, unlocked, "Lock")
    assert "read-only" in told(served)


def test_without_a_reason_it_stays_locked_and_says_so(served: Sight) -> None:
    (locked,) = band(served)

    assert "say why" in answer(send(served, locked, "Unlock", reason=" ", minutes="5"))
    assert "read-only" in told(served)


def test_two_panels_agree(served: Sight) -> None:
    other = Sight(session=served.session, view=served.view, saved=served.saved)
    (locked,) = band(served)
    send(served, locked, "Unlock", reason="greeter is stuck", minutes="5")

    assert "unlocked: until" in told(other)


def test_what_is_typed_into_a_form_is_a_reason_and_never_another_line(served: Sight) -> None:
    (locked,) = band(served)
    attempt = send(served, locked, "Unlock", reason="so\n%rosey stop", minutes="5\nx")

    assert attempt is not None
    assert "\n" not in attempt.line
    unlocked = served.bot.access.unlocked
    assert unlocked is not None
    assert unlocked.reason == "x so %rosey stop"
