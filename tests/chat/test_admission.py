"""Which messages are handled, and which are dropped for what reason."""

from __future__ import annotations

import collections
from typing import Any

import pytest

from rosey.chat import admission as admission_module
from rosey.chat.admission import Admission, Drop, Reason
from rosey.chat.buckets import Rate
from rosey.chat.damper import Line
from rosey.chat.model import Message, Rank, User
from rosey.chat.permissions import Permissions
from rosey.chat.rules import FloodLimits, Rules

FLOOD = FloodLimits(
    user=Rate(per_s=1.0, burst=4), channel=Rate(per_s=8.0, burst=16), damper=True, ignore_s=30.0
)
HEARD = None


def message(text: str = "hi", **user: Any) -> Message:  # noqa: ANN401  the fields of a user
    sender = User(**{"name": "bob", **user})
    return Message(text=text, user=sender, connection="net")


def admission(flood: FloodLimits = FLOOD, **accounts: Rank) -> Admission:
    permissions = Permissions(accounts=accounts)
    return Admission(Rules(flood=lambda: flood, permissions=lambda: permissions))


def reason(verdict: Line | Drop) -> Reason | None:
    return verdict.reason if isinstance(verdict, Drop) else HEARD


@pytest.mark.parametrize(
    ("own_name", "user", "expected"),
    [
        ("Rosey", "Rosey", Reason.OWN),
        ("Rosey", "ROSEY", Reason.OWN),
        ("Rosey", "Rosey2", HEARD),
        ("Rosey", "R\u043esey", HEARD),
        (None, "Rosey", HEARD),
    ],
)
def test_bot_does_not_hear_itself(own_name: str | None, user: str, expected: Reason | None) -> None:
    assert reason(admission().judge(message("!roll", name=user), own_name, 0.0)) == expected


def test_own_lines_empty_no_bucket() -> None:
    judge = admission().judge
    for _ in range(1_000):
        judge(message(name="rosey"), "rosey", 0.0)

    assert reason(judge(message(), "rosey", 0.0)) == HEARD


def test_user_who_says_too_much_is_dropped_and_no_other() -> None:
    judge = admission().judge

    verdicts = [reason(judge(message(), None, 0.0)) for _ in range(6)]

    assert verdicts == [HEARD] * 4 + [Reason.USER] * 2
    assert reason(judge(message(name="eve"), None, 0.0)) == HEARD
    assert reason(judge(message(), None, 1.0)) == HEARD


@pytest.mark.parametrize(
    "other",
    [{"name": "BOB"}, {"name": "bob", "rank": Rank.OWNER}, {"name": "b\ud800b", "account": None}],
)
def test_guest_is_the_same_in_any_case_and_rank(other: dict[str, Any]) -> None:
    judge = admission().judge
    name = str(other["name"]).lower()
    for _ in range(4):
        judge(message(name=name), None, 0.0)

    assert reason(judge(message(**other), None, 0.0)) == Reason.USER


def test_account_is_the_same_under_any_name_and_guests_are_others() -> None:
    judge = admission().judge
    for number in range(4):
        judge(message(name=f"bob{number}", account="bob"), None, 0.0)

    assert reason(judge(message(name="robert", account="bob"), None, 0.0)) == Reason.USER
    assert reason(judge(message(name="bob"), None, 0.0)) == HEARD


def test_users_together_may_say_so_much_and_moderators_are_heard_all_the_same() -> None:
    judge = admission(root=Rank.ADMIN).judge

    verdicts = [reason(judge(message(name=f"user{n}"), None, 0.0)) for n in range(20)]

    assert verdicts == [HEARD] * 16 + [Reason.CHANNEL] * 4
    assert reason(judge(message(name="mod", rank=Rank.MODERATOR), None, 0.0)) == HEARD
    assert reason(judge(message(name="root", account="root"), None, 0.0)) == HEARD
    assert reason(judge(message(name="root"), None, 0.0)) == Reason.CHANNEL


def test_what_one_user_may_not_say_is_not_taken_from_the_others() -> None:
    judge = admission().judge
    for _ in range(1_000):
        judge(message(), None, 0.0)

    verdicts = [reason(judge(message(name=f"user{n}"), None, 0.0)) for n in range(12)]

    assert verdicts == [HEARD] * 12


def test_machine_is_ignored_for_a_while_commands_included() -> None:
    subject = admission()
    for _ in range(2):
        line = subject.judge(message(), None, 0.0)
        assert isinstance(line, Line)
        subject.damper.speak(line, "hello", 0.0)

    assert subject.judge(message(), None, 0.5) == Drop(reason=Reason.IGNORED, ignored_s=30.0)
    assert subject.judge(message("!roll"), None, 0.6) == Drop(reason=Reason.IGNORED)
    assert reason(subject.judge(message("!roll"), None, 30.5)) == HEARD


def test_nobody_is_ignored_where_the_damper_is_off() -> None:
    flood = FloodLimits(user=Rate(per_s=1.0, burst=100), damper=False)
    subject = admission(flood)
    for _ in range(100):
        line = subject.judge(message(), None, 0.0)
        assert isinstance(line, Line)
        subject.damper.speak(line, "hello", 0.0)


def test_hundred_thousand_messages_are_counted_to_the_last() -> None:
    judge, reasons = admission(root=Rank.ADMIN).judge, collections.Counter[Reason | None]()
    for number in range(100_000):
        name, now_s = f"user{number % 1_000}", number / 8_192
        reasons[reason(judge(message(name=name), None, now_s))] += 1
        if number % 10_000 == 0:
            assert reason(judge(message(name="root", account="root"), None, now_s)) == HEARD

    assert reasons.total() == 100_000
    assert reasons[HEARD] == 16 + int(8 * 99_999 / 8_192)
    assert reasons[Reason.USER] + reasons[Reason.CHANNEL] == 100_000 - reasons[HEARD]


def test_user_unheard_for_longest_begins_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(admission_module, "USERS_KEPT", 100)
    judge = admission().judge
    for _ in range(5):
        judge(message(rank=Rank.MODERATOR), None, 0.0)
    assert reason(judge(message(rank=Rank.MODERATOR), None, 0.0)) == Reason.USER

    for number in range(100):
        judge(message(name=f"user{number}"), None, 0.0)

    assert reason(judge(message(rank=Rank.MODERATOR), None, 0.0)) == HEARD


def test_name_of_a_megabyte_is_remembered_by_its_beginning() -> None:
    key = User(name="x" * 1_000_000, account=None).key

    assert key == User(name="X" * 2_000_000).key
    assert len(key[1]) <= 100
    assert len(User(name="x", account="y" * 1_000_000).key[1]) == 100
