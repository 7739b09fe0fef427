"""Who may do what: ranks that the network vouches for, and grants to its accounts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from rosey.chat.model import Rank, User


@dataclass(frozen=True, slots=True, kw_only=True)
class Permissions:
    """What users may do.

    Attributes:
        accounts: Rank by account. A display name has no part in it: anybody may take one.
    """

    accounts: Mapping[str, Rank] = field(default_factory=dict)

    def rank_of(self, user: User) -> Rank:
        """The rank that counts: the network's, or a higher one granted to the user's account."""
        if user.account is None:
            return user.rank
        return max(user.rank, self.accounts.get(user.account, user.rank))
