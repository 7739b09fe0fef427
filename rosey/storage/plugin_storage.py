"""What a plugin sees of storage: its own values and its own tables."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any

from rosey.errors import StorageError
from rosey.storage.database import Database, Transaction
from rosey.storage.migrations import Migration, migrate
from rosey.storage.values import check_key, decode, encode, last_with

_LIVE = "(expires_at IS NULL OR expires_at > :now)"
_GET = f"SELECT value FROM rosey_keyvalue WHERE key = :key AND {_LIVE}"  # noqa: S608  our own text
_KEYS = (
    f"SELECT key FROM rosey_keyvalue WHERE key BETWEEN :first AND :last AND {_LIVE}"  # noqa: S608  our own text
    " ORDER BY key"
)
_DELETE = f"DELETE FROM rosey_keyvalue WHERE key = :key AND {_LIVE}"  # noqa: S608  our own text
_DELETE_EXPIRED = "DELETE FROM rosey_keyvalue WHERE expires_at <= :now"
_SET = "INSERT OR REPLACE INTO rosey_keyvalue VALUES (:key, :value, :expires_at)"


class PluginStorage:
    """One plugin's namespace: a database that no other plugin can reach.

    Every method waits for the plugin's other tasks, and raises a `StorageError` instead of waiting
    for ever. Within `transaction()`, the same task's calls are part of the transaction.
    """

    def __init__(self, database: Database, now: Callable[[], float]) -> None:
        self._database = database
        self._now = now

    @property
    def bytes_used(self) -> int:
        """What its database takes, its log included; 0 where nobody has used it yet."""
        return self._database.bytes_used

    async def get(self, key: str, default: object = None) -> Any:  # noqa: ANN401  whatever was set
        """The value under `key`, a new copy each time; `default` where there is none or no more."""
        check_key(key)
        rows = await self._database.query(_GET, {"key": key, "now": self._now()})
        text = rows.scalar_one_or_none()
        return default if text is None else decode(key, text)

    async def set(self, key: str, value: object, *, ttl_s: float | None = None) -> None:
        """Keep `value` under `key`; it survives a crash from when this returns.

        Args:
            key: 1 to 512 characters.
            value: What JSON can hold, and would give back unchanged.
            ttl_s: Seconds until it is gone, more than 0; None keeps it until it is deleted.

        Raises:
            StorageError: Key, value or time cannot be kept, or the database failed; what was under
                the key is still there.
        """
        check_key(key)
        text = encode(key, value)
        if ttl_s is not None and not 0 < ttl_s < math.inf:
            raise StorageError("ttl_s is a number of seconds, more than 0")
        now = self._now()
        expires_at = None if ttl_s is None else now + ttl_s
        async with self._database.writing() as sql:
            await sql.execute(_DELETE_EXPIRED, {"now": now}, told="")
            values = {"key": key, "value": text, "expires_at": expires_at}
            await sql.execute(_SET, values, told=f"{key} = {text}")

    async def delete(self, key: str) -> bool:
        """Forget what is under `key`; tells whether there was anything."""
        check_key(key)
        async with self._database.writing() as sql:
            values = {"key": key, "now": self._now()}
            return (await sql.execute(_DELETE, values, told=f"without {key}")).rowcount > 0

    async def keys(self, prefix: str = "") -> list[str]:
        """The keys that begin with `prefix`, taken literally, in the order of code points."""
        bounds = {"first": prefix, "last": last_with(prefix), "now": self._now()}
        return list((await self._database.query(_KEYS, bounds)).scalars())

    async def migrate(self, migrations: Sequence[Migration | str | Sequence[str]]) -> int:
        """Bring the plugin's tables up to date: run those migrations that have not run yet.

        Args:
            migrations: All of them, oldest first: the first is number 1. Each is SQL, one text or
                a sequence of statements, and runs in one transaction.

        Returns:
            How many ran.

        Raises:
            StorageTooNewError: The database has run more than these; nothing was changed.
            StorageError: One that has run was edited since, or one failed and was undone.
        """
        return await migrate(self._database, migrations, self._now)

    def transaction(self) -> AbstractAsyncContextManager[Transaction]:
        """SQL on the plugin's own tables, kept when the block ends and undone when it raises.

        Only one task has a transaction at a time, and others wait for it: keep it short.
        """
        return self._database.transaction()
