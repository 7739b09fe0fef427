"""How editors and tools save a file: each makes `old` in it `new`, as the real one does."""

from __future__ import annotations

import shutil
import subprocess
from functools import partial
from pathlib import Path

import pytest
from jupyter_server.services.contents.fileio import atomic_writing


def in_place(path: Path) -> None:
    path.write_text(edited(path))


def temporary_file_beside(path: Path) -> None:
    temporary = path.with_name("tmp123")
    temporary.write_text(edited(path))
    temporary.replace(path)


def temporary_file_elsewhere(path: Path) -> None:
    temporary = path.parent.parent / "tmp123"
    temporary.write_text(edited(path))
    temporary.replace(path)


def vim(path: Path, *, backupcopy: str) -> None:
    steps = (f"set backupcopy={backupcopy}", "%s/old/new/", "set noendofline nofixendofline", "wq")
    commands = [part for step in steps for part in ("-c", step)]
    subprocess.run(
        ["vim", "-es", "-u", "NONE", *commands, path], check=True, stdin=subprocess.DEVNULL
    )


def sed(path: Path) -> None:
    subprocess.run(["sed", "-i", "s/old/new/", path], check=True)


def jupyter(path: Path) -> None:
    text = edited(path)
    with atomic_writing(str(path)) as file:
        file.write(text)


def pycharm(path: Path) -> None:
    new, old = (path.with_name(f"{path.name}___jb_{step}___") for step in ("tmp", "old"))
    new.write_text(edited(path))
    path.rename(old)
    new.rename(path)
    old.unlink()


def twice(path: Path) -> None:
    text = edited(path)
    path.write_text("newer, and formatted next")
    path.write_text(text)


def edited(path: Path) -> str:
    return path.read_text().replace("old", "new")


NEEDS_VIM = pytest.mark.skipif(shutil.which("vim") is None, reason="vim is not installed")
SAVES = [
    pytest.param(in_place, id="in place"),
    pytest.param(temporary_file_beside, id="temporary file beside"),
    pytest.param(temporary_file_elsewhere, id="temporary file elsewhere"),
    pytest.param(partial(vim, backupcopy="no"), id="vim, backupcopy=no", marks=NEEDS_VIM),
    pytest.param(partial(vim, backupcopy="yes"), id="vim, backupcopy=yes", marks=NEEDS_VIM),
    pytest.param(sed, id="sed"),
    pytest.param(jupyter, id="Jupyter"),
    pytest.param(pycharm, id="PyCharm"),
    pytest.param(twice, id="twice"),
]
