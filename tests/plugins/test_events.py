"""Events, subscriptions and reports by themselves."""

from __future__ import annotations

from rosey.plugins.events import Event, Subscription


def test_event_inherits_from_its_cause() -> None:
    root = Event("ask", None, None, 5, None, "console")

    event = Event("answer", None, None, 6, (None, root), None)

    assert (event.cause, event.root, event.hops, event.origin) == (5, 5, 1, "console")
    assert (str(event), repr(event)) == ("answer", "<Event 6 answer caused by 5>")


def test_subscription_that_never_began_can_be_cancelled() -> None:
    Subscription("roll", print, 0, None, 0).cancel()
