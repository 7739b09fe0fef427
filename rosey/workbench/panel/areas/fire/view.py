"""What is typed to be fired, by its names in the view of a panel."""

from __future__ import annotations

from dataclasses import dataclass

from rosey.diagnostics.traces.again import Draft
from rosey.errors import UsageError
from rosey.workbench.panel.areas.fire.draft import NAME_CHARS, body_of, line_for, rank_of, read
from rosey.workbench.panel.ranks import chosen_rank
from rosey.workbench.panel.sight import Sight

EVENT, BODY, RANK = "fire.event", "fire.body", "fire.rank"

DEFAULTS = {EVENT: "", BODY: "{}", RANK: "guest"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """What is typed, read once for all that is drawn of it.

    Attributes:
        draft: What would be fired; None where it cannot be.
        line: The line of `%rosey` that fires it; None where none can.
        error: Why it cannot be fired; empty where it can.
    """

    draft: Draft | None = None
    line: str | None = None
    error: str = ""


def filled(draft: Draft) -> dict[str, str]:
    """What the view becomes, so that an event can be edited and fired."""
    return {
        EVENT: draft.event,
        BODY: body_of(draft),
        RANK: rank_of(draft),
    }


def event_of(sight: Sight) -> str:
    """The event that is named; an empty text where none is, or none could have such a name."""
    event = sight.view.text(EVENT).strip()
    return event if len(event) <= NAME_CHARS else ""


def typed_in(sight: Sight) -> Typed:
    """Read what is typed."""
    view, rank = sight.view, chosen_rank(sight, RANK)
    try:
        draft = read(view.text(EVENT), view.text(BODY), str(rank))
    except UsageError as error:
        return Typed(error=str(error))
    return Typed(draft=draft, line=line_for(draft))
