"""Rows: several snapshots of one kind, which become a table of pandas where that is installed."""

from __future__ import annotations

import dataclasses
import enum
import importlib
from collections.abc import Iterator
from typing import Any, TypeVar

from rosey.errors import RoseyError

Row = TypeVar("Row")


class Rows(tuple[Row, ...]):
    """A tuple of snapshots that are dataclasses of one kind."""

    __slots__ = ()

    def records(self) -> list[dict[str, Any]]:
        """Each as a dict of its fields; the fields of a field have dotted names: `usage.tasks`."""
        return [dict(_fields("", row)) for row in self]

    def df(self) -> Any:  # noqa: ANN401  pandas may not be there to name its type
        """The same as a `pandas.DataFrame`, with a column for each field.

        Raises:
            RoseyError: pandas is not installed.
        """
        try:
            pandas = importlib.import_module("pandas")
        except ImportError as error:
            raise RoseyError("a DataFrame needs pandas: pip install pandas") from error
        return pandas.DataFrame.from_records(self.records())


def _fields(path: str, value: Any) -> Iterator[tuple[str, Any]]:  # noqa: ANN401  a field's own type
    if dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            name = f"{path}.{field.name}" if path else field.name
            yield from _fields(name, getattr(value, field.name))
    elif isinstance(value, enum.Enum):
        yield path, value.value
    else:
        yield path, value
