"""`rosey lab`: JupyterLab, open on the first notebook."""

from __future__ import annotations

import contextlib
import importlib.util
from collections.abc import Sequence
from pathlib import Path

from rosey.errors import RoseyError

NOTEBOOK = Path("notebooks", "01-first-plugin.ipynb")


def lab(options: Sequence[str]) -> int:
    """Run JupyterLab until it is shut down.

    Args:
        options: Passed on to JupyterLab.

    Returns:
        The exit code.

    Raises:
        RoseyError: It is not installed, or the notebook cannot be put here.
    """
    if importlib.util.find_spec("jupyterlab") is None:
        raise RoseyError('JupyterLab is not installed: pip install "rosey[lab]"')
    page = f"/lab/tree/{notebook_here().as_posix()}"
    from jupyterlab.labapp import LabApp  # type: ignore[import-untyped]  # it ships no types

    # Named as a file, the notebook would hide everything outside of its folder.
    LabApp.launch_instance([f"--LabApp.default_url={page}", *options])
    return 0


def notebook_here() -> Path:
    """The first notebook, below the working directory, with a folder for its plugins.

    In a checkout it is the checkout's own; elsewhere a copy, made the first time. A file that is
    there is never overwritten.

    Raises:
        RoseyError: It cannot be copied.
    """
    try:
        (NOTEBOOK.parent / "plugins").mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(FileExistsError), NOTEBOOK.open("xb") as copy:
            copy.write(_original().read_bytes())
    except OSError as error:
        raise RoseyError(f"{NOTEBOOK} cannot be made here: {error.strerror}") from error
    return NOTEBOOK


def _original() -> Path:
    package = Path(__file__).parent.parent
    shipped = package / "workbench" / NOTEBOOK
    return shipped if shipped.is_file() else package.parent / NOTEBOOK
