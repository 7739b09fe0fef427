"""`rosey attach`: which bot is meant, and what is refused; and `rosey run --attachable`."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from rosey.workbench.serving.lab_kernels import write_notebook
from tests.cli.conftest import Python, Rosey
from tests.served import environment, served

pytestmark = pytest.mark.timeout(120)


def test_list_tells_name_process_and_place(rosey: Rosey, tmp_path: Path) -> None:
    with served(tmp_path) as bot:
        listed = rosey("attach", "--list", env=environment(tmp_path))

    assert listed.stdout.startswith(
        f"pet: process {bot.process.pid}, embedded default in {tmp_path}, since "
    )
    assert listed.returncode == 0


def test_no_bot_is_said_with_where_and_how(rosey: Rosey, tmp_path: Path) -> None:
    ended = rosey("attach", env=environment(tmp_path))

    assert str(tmp_path / "runtime" / "rosey") in ended.stderr
    assert "rosey run --attachable" in ended.stderr
    assert ended.returncode == 1
    assert rosey("attach", "--list", env=environment(tmp_path)).returncode == 0


def test_several_bots_are_named(rosey: Rosey, tmp_path: Path) -> None:
    with served(tmp_path, name="one"), served(tmp_path, name="two"):
        unnamed = rosey("attach", env=environment(tmp_path))
        unknown = rosey("attach", "three", env=environment(tmp_path))

    assert unnamed.stderr == "rosey: several bots run: one, two; name one, rosey attach NAME\n"
    assert "no bot named 'three' runs; those that do: one, two" in unknown.stderr
    assert (unnamed.returncode, unknown.returncode) == (1, 1)


def test_second_bot_of_a_name_is_refused(rosey: Rosey, tmp_path: Path) -> None:
    with served(tmp_path) as bot:
        ended = rosey("run", "--attachable", "pet", env=environment(tmp_path))

        assert f"a bot named 'pet' runs already, as process {bot.process.pid}" in ended.stderr
        assert ended.returncode == 1
        assert bot.file.exists()


def test_bot_that_was_killed_does_not_keep_its_name(tmp_path: Path) -> None:
    with served(tmp_path) as bot:
        bot.process.kill()
        bot.end()
        assert bot.file.exists()

    with served(tmp_path) as other:
        assert other.file.exists()
        assert other.process.poll() is None


def test_a_notebook_is_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "attached-pet.ipynb"
    write_notebook(path)
    assert "%rosey panel" in path.read_text(encoding="utf-8")
    path.write_text("my own", encoding="utf-8")

    write_notebook(path)

    assert path.read_text(encoding="utf-8") == "my own"


def test_prompt_in_a_terminal_is_refused(tmp_path: Path) -> None:
    near, far = pty.openpty()
    command = [sys.executable, "-m", "rosey", "run", "--attachable", "--connection", "console"]
    try:
        ended = subprocess.run(
            command,
            check=False,
            cwd=tmp_path,
            env=environment(tmp_path),
            stdin=far,
            stdout=far,
            stderr=subprocess.PIPE,
            encoding="utf-8",
        )
    finally:
        os.close(near)
        os.close(far)

    assert ended.stderr.startswith("rosey: --attachable leaves no prompt in this terminal: ")
    assert ended.returncode == 1


@pytest.mark.parametrize(
    ("line", "missing"), [(["run", "--attachable"], "ipykernel"), (["attach"], "jupyterlab")]
)
def test_missing_extra_is_named_with_its_cure(
    line: list[str], missing: str, python: Python
) -> None:
    code = (
        f"import sys; sys.modules[{missing!r}] = None\n"
        f"from rosey.cli import main; sys.exit(main({line!r}))"
    )
    ended = python(code)

    assert ended.stderr.endswith('needs the extra lab: pip install "rosey[lab]"\n')
    assert ended.returncode == 1


def test_plain_run_imports_no_jupyter(python: Python) -> None:
    code = (
        "import sys; from rosey.cli import main; main(['run'])\n"
        "print(*{name.partition('.')[0] for name in sys.modules})"
    )
    ended = python(code)

    assert {"IPython", "ipykernel", "jupyter_core", "zmq"}.isdisjoint(ended.stdout.split())
