"""`rosey lab`: JupyterLab on the first notebook, which is never overwritten."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from rosey.cli.lab import NOTEBOOK, notebook_here
from tests.cli.conftest import Python, Rosey

BROWSER = """#!/bin/sh
cat "${1#file://}" >opened
"""


@contextlib.contextmanager
def lab(folder: Path) -> Iterator[str]:
    """Run JupyterLab; give the page that it opens in the browser."""
    browser = folder / "browser"
    browser.write_text(BROWSER, encoding="ascii")
    browser.chmod(0o700)
    os.mkfifo(folder / "opened")
    with subprocess.Popen(
        [sys.executable, "-m", "rosey", "lab", "--", "--allow-root"],
        cwd=folder,
        env={**os.environ, "HOME": str(folder), "BROWSER": f"{browser} %s"},
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as process:
        try:
            yield (folder / "opened").read_text(encoding="utf-8")
        finally:
            os.killpg(process.pid, signal.SIGTERM)


@pytest.mark.timeout(60)
def test_lab_opens_on_a_copy_of_the_notebook(tmp_path: Path) -> None:
    with lab(tmp_path) as page:
        assert f"/lab/tree/{NOTEBOOK.as_posix()}?" in page

    assert (tmp_path / NOTEBOOK).is_file()


def test_notebook_that_is_there_is_not_touched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / NOTEBOOK).parent.mkdir()
    (tmp_path / NOTEBOOK).write_text("my own work", encoding="utf-8")

    assert notebook_here() == NOTEBOOK
    assert (tmp_path / NOTEBOOK).read_text(encoding="utf-8") == "my own work"


def test_notebooks_after_the_first_are_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    notebook_here()

    names = {path.name for path in (tmp_path / NOTEBOOK.parent).glob("*.ipynb")}
    assert {NOTEBOOK.name, "02-cell-to-file.ipynb"} <= names


def test_folder_for_plugins_is_beside_the_notebook(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    notebook_here()

    assert (tmp_path / NOTEBOOK.parent / "plugins").is_dir()


def test_place_where_nothing_can_be_written_is_one_line(rosey: Rosey, tmp_path: Path) -> None:
    (tmp_path / NOTEBOOK.parent).write_text("in the way", encoding="utf-8")

    ended = rosey("lab")

    assert ended.stderr.startswith(f"rosey: {NOTEBOOK} cannot be made here: ")
    assert ended.returncode == 1


def test_missing_jupyterlab_is_named_with_its_cure(python: Python, tmp_path: Path) -> None:
    code = (
        "import sys; sys.modules['jupyterlab'] = None\n"
        "from rosey.cli import main; sys.exit(main(['lab']))"
    )
    ended = python(code)

    assert ended.stderr == 'rosey: JupyterLab is not installed: pip install "rosey[lab]"\n'
    assert ended.returncode == 1
    assert not (tmp_path / NOTEBOOK).exists()
