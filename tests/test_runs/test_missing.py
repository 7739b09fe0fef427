"""Without pytest one line says what to install."""

from __future__ import annotations

from pathlib import Path

import pytest

from rosey.config import Config
from rosey.errors import RoseyError
from rosey.rehearsal.twin import Twin
from rosey.test_runs.running import Cell, run_tests


@pytest.mark.parametrize("module", ["pytest", "pytest_asyncio"])
async def test_what_is_not_installed_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, module: str
) -> None:
    # Like a package that is not there, to the process that inherits the path.
    (tmp_path / f"{module}.py").write_text(f"raise ImportError({module!r})", encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))

    with pytest.raises(RoseyError) as caught:
        await run_tests(
            "talker", Twin(config=Config(), plugins=(), texts={}), Cell(text="", label="In [1]")
        )

    assert str(caught.value) == f'{module} is not installed: pip install "rosey[test]"'
