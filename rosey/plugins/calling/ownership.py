"""Whose code is running, and who gets what it takes."""

from __future__ import annotations

import contextlib
import contextvars
from collections.abc import Callable, Collection, Iterator
from typing import Any, Protocol, runtime_checkable

from rosey.errors import PermissionDeniedError
from rosey.plugins.calling.gate import Gate
from rosey.plugins.supervision.account import Account
from rosey.plugins.supervision.limits import Limits
from rosey.plugins.supervision.permissions import Permission


@runtime_checkable
class Owner(Protocol):
    """Whom a call belongs to, and what is taken during it: a plugin's ledger."""

    @property
    def name(self) -> str:
        """The plugin's name."""

    @property
    def order(self) -> int:
        """The plugin's place among plugins of equal priority; a reload keeps it."""

    @property
    def gate(self) -> Gate:
        """Where what is meant for the plugin waits during a reload, which keeps it too."""

    @property
    def limits(self) -> Limits:
        """How much the plugin may take."""

    @property
    def account(self) -> Account:
        """What the plugin has used; a reload keeps it too."""

    @property
    def permissions(self) -> Collection[str]:
        """What the plugin may ask of the bot."""

    @property
    def is_staged(self) -> bool:
        """Whether it does not serve yet, or no more."""

    def take(  # noqa: PLR0913  all but two by name
        self,
        kind: str,
        label: str,
        *,
        begin: Callable[[], object],
        give_back: Callable[[], object],
        check: Callable[[], object] | None = None,
        pauses: bool = True,
    ) -> Callable[[], None]:
        """Enter what is taken; see `rosey.plugins.ledger.Ledger.take`."""


Call = tuple[Owner | None, Any]
"""The owner of running code, and the event that it handles; None where it handles none."""

current_call: contextvars.ContextVar[Call | None] = contextvars.ContextVar(
    "rosey_current_call", default=None
)
"""Whose code is running, and why; set by whoever calls the code."""


def current_owner() -> Owner | None:
    """The plugin whose code is running, by its ledger; None outside of plugins."""
    call = current_call.get()
    return call[0] if call is not None else None


def check_permission(permission: Permission) -> None:
    """Refuse something to the plugin whose code is running, unless it has declared it.

    Raises:
        PermissionDeniedError: It has not.
    """
    owner = current_owner()
    if owner is not None and permission not in owner.permissions:
        raise PermissionDeniedError(owner.name, permission)


@contextlib.contextmanager
def owned_by(owner: Owner | None) -> Iterator[None]:
    """Let what is taken inside the `with` block be taken by `owner`, whosever code runs.

    Nothing changes where it is None.
    """
    call = current_call.get()
    token = current_call.set(call if owner is None else (owner, call[1] if call else None))
    try:
        yield
    finally:
        current_call.reset(token)
