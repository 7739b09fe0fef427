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
    """The first notebook, below the working directory, with those after it and their plugins.

    In a checkout they are the checkout's own; elsewhere copies, made the first time. A file that
    is there is never overwritten.

    Raises:
        RoseyError: They cannot be copied.
    """
    try:
        (NOTEBOOK.parent / "plugins").mkdir(parents=True, exist_ok=True)
        for original in _originals().glob("*.ipynb"):
            place = NOTEBOOK.with_name(original.name)
            with contextlib.suppress(FileExistsError), place.open("xb") as copy:
                copy.write(original.read_bytes())
    except OSError as error:
        raise RoseyError(f"{NOTEBOOK} cannot be made here: {error.strerror}") from error
    return NOTEBOOK


def _originals() -> Path:
    """The folder of the notebooks that are shipped, or of those in the checkout."""
    package = Path(__file__).parent.parent
    shipped = package / "workbench" / NOTEBOOK.parent
    return shipped if shipped.is_dir() else package.parent / NOTEBOOK.parent
