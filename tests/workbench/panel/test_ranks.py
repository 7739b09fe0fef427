"""The rank that somebody speaks as."""

from __future__ import annotations

from rosey.chat.model import Rank
from rosey.workbench.panel.areas.chat import RANK
from rosey.workbench.panel.ranks import chosen_rank, ranks
from rosey.workbench.panel.sight import Sight
from tests.workbench.panel.reading import found, text_of


def test_each_rank_can_be_chosen_and_the_one_that_is_shows(sight: Sight) -> None:
    sight.view.change({RANK: "moderator"})
    drawn = ranks(sight, RANK)

    assert text_of(drawn).split() == [str(rank) for rank in Rank]
    assert [text_of(one) for one in found(drawn, "option", selected=True)] == ["moderator"]
    assert chosen_rank(sight, RANK) is Rank.MODERATOR


def test_no_such_rank_is_that_of_a_guest(sight: Sight) -> None:
    sight.view.change({RANK: "king"})

    assert chosen_rank(sight, RANK) is Rank.GUEST
