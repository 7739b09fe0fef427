"""Rows are a tuple that becomes a table."""

from __future__ import annotations

import sys
import types
from pathlib import Path
from typing import Any

import pytest

from rosey.diagnostics.rows import Rows
from rosey.diagnostics.snapshot import bot_snapshot
from rosey.errors import RoseyError
from rosey.plugins.services import ServiceInfo
from tests.bots import bot_of, write_plugin

DICE = ServiceInfo(name="dice", provider="roller", version=None)


@pytest.fixture
def no_pandas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)


@pytest.fixture
def pandas(monkeypatch: pytest.MonkeyPatch) -> None:
    """What `df` asks of pandas, which no test can count on."""
    stand_in: Any = types.ModuleType("pandas")
    stand_in.DataFrame = type("DataFrame", (), {"from_records": staticmethod(tuple)})
    monkeypatch.setitem(sys.modules, "pandas", stand_in)


def test_rows_are_a_tuple() -> None:
    rows = Rows([DICE])

    assert rows == (DICE,)
    assert rows[0] is DICE
    assert Rows() == ()


def test_each_field_is_a_column() -> None:
    assert Rows([DICE]).records() == [{"name": "dice", "provider": "roller", "version": None}]


async def test_fields_of_a_field_have_dotted_names(tmp_path: Path) -> None:
    write_plugin(tmp_path, "dice")
    async with bot_of(tmp_path) as bot:
        (record,) = bot_snapshot(bot).plugins.records()

    assert record["name"] == "dice"
    assert record["state"] == "enabled"
    assert record["usage.handled.count"] == 0


@pytest.mark.usefixtures("pandas")
def test_rows_become_a_data_frame() -> None:
    assert Rows([DICE]).df() == ({"name": "dice", "provider": "roller", "version": None},)


@pytest.mark.usefixtures("no_pandas")
def test_without_pandas_it_is_said_how_to_get_it() -> None:
    with pytest.raises(RoseyError, match="a DataFrame needs pandas: pip install pandas"):
        Rows([DICE]).df()
