"""One thing that a plugin has taken."""

from __future__ import annotations

from rosey.plugins.owning.entries import Entry


def test_registration_begins_and_is_given_back_once_each() -> None:
    log: list[str] = []
    entry = Entry("thing", "it", lambda: log.append("-"), lambda: log.append("+"))

    entry.give_back()
    entry.begin()
    entry.begin()
    entry.give_back()
    entry.give_back()

    assert log == ["+", "-"]


def test_what_cannot_begin_is_active_until_it_is_given_back() -> None:
    entry = Entry("closer", "it", lambda: "given back")

    entry.begin()

    assert (entry.is_registration, entry.is_active) == (False, True)
    assert entry.give_back() == "given back"
    assert not entry.is_active
