"""The ranks, one of which somebody speaks as."""

from __future__ import annotations

from rosey.chat.model import Rank
from rosey.workbench.faces.markup import Element
from rosey.workbench.panel.controls import select
from rosey.workbench.panel.sight import Sight


def ranks(sight: Sight, name: str) -> Element:
    """A choice of a rank, under a name of the view; its form calls it `rank`."""
    shown = [(str(rank), str(rank)) for rank in Rank]
    return select(shown, bind=name, name="rank", value=str(chosen_rank(sight, name)))


def chosen_rank(sight: Sight, name: str) -> Rank:
    """The rank that is chosen under a name of the view.

    Returns:
        That of a guest where there is no such rank: a browser or a file could say anything.
    """
    chosen = sight.view.text(name)
    return next((rank for rank in Rank if str(rank) == chosen), Rank.GUEST)
