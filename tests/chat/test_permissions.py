"""Ranks go by accounts that a network vouches for, and by nothing else."""

from __future__ import annotations

import unicodedata

import pytest

from rosey.chat.model import Rank, User
from rosey.chat.permissions import Permissions

GRANTS = Permissions(accounts={"admin": Rank.OWNER, "bob": Rank.GUEST})


def test_account_has_the_rank_that_it_was_granted() -> None:
    assert GRANTS.rank_of(User(name="whoever", account="admin")) is Rank.OWNER


def test_name_grants_nothing() -> None:
    assert GRANTS.rank_of(User(name="admin")) is Rank.GUEST


@pytest.mark.parametrize(
    "account",
    [
        "Admin",
        "ADMIN",
        "admin ",
        "\u200badmin",
        "\u0430dmin",
        "\uff41\uff44\uff4d\uff49\uff4e",
        "adm\u0131n",
        "",
    ],
)
def test_account_that_only_looks_alike_gets_nothing(account: str) -> None:
    assert GRANTS.rank_of(User(name="admin", account=account)) is Rank.GUEST


def test_account_is_not_normalised_before_it_is_compared() -> None:
    fullwidth = "\uff41\uff44\uff4d\uff49\uff4e"
    assert unicodedata.normalize("NFKC", fullwidth) == "admin"

    assert GRANTS.rank_of(User(name="x", account=fullwidth)) is Rank.GUEST


def test_grant_never_takes_away_what_the_network_gives() -> None:
    assert GRANTS.rank_of(User(name="bob", account="bob", rank=Rank.ADMIN)) is Rank.ADMIN


def test_network_rank_counts_without_any_grant() -> None:
    assert Permissions().rank_of(User(name="bob", rank=Rank.MODERATOR)) is Rank.MODERATOR
