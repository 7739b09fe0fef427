"""The page about testing holds: its tests pass."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from tests.examples import bots

PAGE = bots.ROOT / "docs" / "how-to" / "test-a-plugin.md"


def test_each_test_of_the_page_passes(folder: Path) -> None:
    files = re.findall(
        r"^```python (\S+)\n(.*?)^```$", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL
    )
    for file, content in files:
        (folder / file).parent.mkdir(exist_ok=True)
        (folder / file).write_text(content, encoding="utf-8")

    result = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )

    assert len(files) == 6
    assert "7 passed" in result.stdout, result.stdout
