"""Who waits before the same command may be used again, and for how long."""

from __future__ import annotations

import pytest

from rosey.chat import cooldown
from rosey.chat.cooldown import Cooldowns
from rosey.chat.model import Message, User
from tests.clock import Clock


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def cooldowns(clock: Clock) -> Cooldowns:
    return Cooldowns(clock)


def by(name: str, account: str | None = None, connection: str = "net") -> Message:
    user = User(name=name, account=account)
    return Message(text="!roll", user=user, connection=connection)


def test_second_use_waits_for_what_is_left(cooldowns: Cooldowns, clock: Clock) -> None:
    assert cooldowns.wait_s("roll", 10, by("bob")) == 0
    clock.now_s += 4
    assert cooldowns.wait_s("roll", 10, by("bob")) == 6
    clock.now_s += 6
    assert cooldowns.wait_s("roll", 10, by("bob")) == 0


def test_use_that_had_to_wait_does_not_prolong_the_wait(cooldowns: Cooldowns, clock: Clock) -> None:
    cooldowns.wait_s("roll", 10, by("bob"))
    clock.now_s += 9
    cooldowns.wait_s("roll", 10, by("bob"))
    clock.now_s += 1

    assert cooldowns.wait_s("roll", 10, by("bob")) == 0


@pytest.mark.parametrize(
    "other", [by("eve"), by("bob", connection="other"), by("bob", account="bob")]
)
def test_others_need_not_wait(cooldowns: Cooldowns, other: Message) -> None:
    cooldowns.wait_s("roll", 10, by("bob"))

    assert cooldowns.wait_s("roll", 10, other) == 0


def test_other_command_need_not_wait(cooldowns: Cooldowns) -> None:
    cooldowns.wait_s("roll", 10, by("bob"))

    assert cooldowns.wait_s("flip", 10, by("bob")) == 0


def test_account_waits_under_any_name(cooldowns: Cooldowns) -> None:
    cooldowns.wait_s("roll", 10, by("bob", account="bob"))

    assert cooldowns.wait_s("roll", 10, by("not bob", account="bob")) == 10


def test_longest_unseen_user_is_forgotten(
    cooldowns: Cooldowns, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cooldown, "USERS_KEPT", 2)
    for name in ("bob", "eve", "mallory"):
        cooldowns.wait_s("roll", 10, by(name))

    assert cooldowns.wait_s("roll", 10, by("mallory")) == 10
    assert cooldowns.wait_s("roll", 10, by("eve")) == 10
    assert cooldowns.wait_s("roll", 10, by("bob")) == 0
