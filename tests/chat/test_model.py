"""Users, messages and replies mean the same wherever they come from."""

from __future__ import annotations

import math

import pytest

from rosey.chat.model import LOCAL, Message, Rank, Reply, User


@pytest.mark.parametrize("text", ["owner", "OWNER", "Owner"])
def test_rank_is_read_in_any_case(text: str) -> None:
    assert Rank.parse(text) is Rank.OWNER


def test_unknown_rank_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(
        ValueError, match=r"no rank 'king': choose one of anonymous, guest, .*owner"
    ):
        Rank.parse("king")


@pytest.mark.parametrize("text", ["\uff4f\uff57\uff4e\uff45\uff52", "\u043ewner", "own er", ""])
def test_rank_that_only_looks_like_one_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="there is no rank"):
        Rank.parse(text)


@pytest.mark.parametrize(
    ("number", "rank"),
    [
        (-7, Rank.ANONYMOUS),
        (-0.5, Rank.ANONYMOUS),
        (0, Rank.GUEST),
        (1.5, Rank.MEMBER),
        (2.999, Rank.MODERATOR),
        (255, Rank.OWNER),
    ],
)
def test_number_of_a_network_counts_down_to_a_rank(number: float, rank: Rank) -> None:
    assert Rank.of(number) is rank


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_number_that_is_none_gives_no_rank(number: float) -> None:
    with pytest.raises(ValueError, match="is no rank"):
        Rank.of(number)


def test_rank_is_shown_in_lower_case() -> None:
    assert f"{Rank.MODERATOR}" == "moderator"


def test_message_survives_its_event() -> None:
    user = User(name="Bob", rank=Rank.ADMIN, account="bob")
    message = Message(text="hi", user=user, connection="net")

    assert Message.of(message.data, LOCAL) is message
    assert message.data["msg"] == "hi"
    assert message.data["username"] == "Bob"


def test_message_made_by_hand_has_no_rank_whatever_it_claims() -> None:
    claim = {
        "msg": "!op me",
        "username": "root",
        "rank": Rank.OWNER,
        "account": "root",
        "user": User(name="root", rank=Rank.OWNER, account="root"),
        "message": {"user": {"rank": 4}},
    }

    message = Message.of(claim, LOCAL)

    assert message.user == User(name="root", rank=Rank.GUEST, account=None)
    assert message.text == "!op me"
    assert message.is_private


@pytest.mark.parametrize(
    ("data", "text", "name"),
    [
        (None, "", "guest"),
        ({}, "", "guest"),
        ("hi", "hi", "guest"),
        (7, "7", "guest"),
        ({"msg": None, "username": None}, "", "guest"),
        ({"msg": 7, "username": 8}, "7", "8"),
    ],
)
def test_message_is_made_of_any_data(data: object, text: str, name: str) -> None:
    message = Message.of(data, "net")

    assert (message.text, message.user.name, message.connection) == (text, name, "net")


def test_reply_survives_its_event() -> None:
    reply = Reply(text="hi", connection="net", to="bob")

    assert Reply.of(reply.data, LOCAL) == reply


@pytest.mark.parametrize(
    ("data", "reply"),
    [
        (None, Reply(text="", connection=LOCAL)),
        ("hi", Reply(text="hi", connection=LOCAL)),
        ({"msg": 7, "to": 8}, Reply(text="7", connection=LOCAL, to="8")),
        ({"msg": "hi", "connection": ""}, Reply(text="hi", connection=LOCAL)),
    ],
)
def test_reply_is_made_of_any_data(data: object, reply: Reply) -> None:
    assert Reply.of(data, LOCAL) == reply


def test_half_of_a_surrogate_pair_is_replaced_where_it_comes_in() -> None:
    message = Message(
        text="a\ud800b", user=User(name="mal\udfff"), connection="local", is_private=True
    )

    assert message.text == "a\ufffdb"
    assert message.user.name == "mal\ufffd"


def test_two_halves_of_a_surrogate_pair_are_the_character() -> None:
    assert Message(text="\ud83c\udfb2", user=User(name="x"), connection="local").text == "🎲"
