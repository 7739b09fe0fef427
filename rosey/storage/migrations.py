"""Numbered steps from one form of a plugin's tables to the next, each taken once and whole."""

from __future__ import annotations

import hashlib
import re
import sqlite3
import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rosey.errors import StorageError, StorageTooNewError
from rosey.storage.database import Database, Transaction

_SHOWN_LENGTH = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Migration:
    """One step. Once it has run anywhere it is never edited: the next step corrects it.

    Attributes:
        statements: Its SQL, one statement each, run in this order in one transaction.
        name: What it is for; shown when it fails.
    """

    statements: tuple[str, ...]
    name: str = ""

    @classmethod
    def of(cls, step: Migration | str | Sequence[str]) -> Migration:
        """A step from SQL: a text may hold several statements, each ended by a semicolon."""
        if isinstance(step, Migration):
            return step
        return cls(statements=tuple(split(step) if isinstance(step, str) else step))

    @property
    def checksum(self) -> str:
        """What tells whether the statements were edited; white space does not count."""
        words = "\0".join(" ".join(statement.split()) for statement in self.statements)
        return hashlib.sha256(words.encode()).hexdigest()


def split(script: str) -> list[str]:
    """The statements of a script; semicolons in text, comments and triggers do not end one."""
    statements: list[str] = []
    start = 0
    for semicolon in re.finditer(";", script):
        if sqlite3.complete_statement(script[start : semicolon.end()]):
            statements.append(script[start : semicolon.end()].strip())
            start = semicolon.end()
    rest = script[start:].strip()
    return [*statements, rest] if rest else statements


def next_number(plugin: str, applied: Sequence[str], migrations: Sequence[Migration]) -> int | None:
    """The number, from 1, of the migration to run next; None when all have run.

    Args:
        plugin: Whose they are, for messages.
        applied: Checksums of those that have run, in order.
        migrations: All that the code knows, in order.

    Raises:
        StorageTooNewError: More have run than the code knows.
        StorageError: One was edited after it had run.
    """
    if len(applied) > len(migrations):
        raise StorageTooNewError(
            f"{plugin}'s database is at migration {len(applied)}, its code knows "
            f"{len(migrations)}; nothing was changed: install the newer version that wrote it"
        )
    for number, (was, migration) in enumerate(zip(applied, migrations, strict=False), start=1):
        if was != migration.checksum:
            raise StorageError(
                f"migration {number} of {plugin} was edited after it had run; nothing was changed: "
                "put it back as it was, and add a new one at the end"
            )
    return len(applied) + 1 if len(applied) < len(migrations) else None


async def migrate(
    database: Database,
    steps: Sequence[Migration | str | Sequence[str]],
    now: Callable[[], float],
) -> int:
    """Run those of the plugin's migrations that have not run yet; see `PluginStorage.migrate`."""
    migrations = [Migration.of(step) for step in steps]
    count = 0
    while await _run_next(database, migrations, now):
        count += 1
    return count


async def _run_next(
    database: Database, migrations: Sequence[Migration], now: Callable[[], float]
) -> bool:
    async with database.transaction() as sql:
        rows = await sql.execute("SELECT checksum FROM rosey_migration ORDER BY version")
        number = next_number(database.plugin, rows.scalars().all(), migrations)
        if number is None:
            return False
        migration = migrations[number - 1]
        await _run(sql, f"migration {number} of {database.plugin}", migration)
        await sql.execute(
            "INSERT INTO rosey_migration VALUES (:version, :name, :checksum, :applied_at)",
            {
                "version": number,
                "name": migration.name,
                "checksum": migration.checksum,
                "applied_at": now(),
            },
        )
    return True


async def _run(sql: Transaction, what: str, migration: Migration) -> None:
    label = f"{what} ({migration.name})" if migration.name else what
    for statement in migration.statements:
        try:
            await sql.execute(statement)
        except StorageError as error:
            shown = textwrap.shorten(statement, _SHOWN_LENGTH, placeholder=" ...")
            told = error.detached()
            told.args = (f"{label} failed and was undone, at `{shown}`: {error}",)
            raise told from error
