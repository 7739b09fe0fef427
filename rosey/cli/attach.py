"""`rosey attach`: JupyterLab, open on a notebook whose kernel is a running bot."""

from __future__ import annotations

import importlib.util
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rosey.chat.escaping import for_terminal
from rosey.errors import RoseyError

if TYPE_CHECKING:
    from rosey.workbench.serving.places import RunningBot

START_ONE = "start one with rosey run --attachable"


def list_bots() -> int:
    """Print the bots that one can attach to.

    Raises:
        RoseyError: The extra is missing.
    """
    _refuse_without_extra()
    from rosey.workbench.serving.places import running_bots

    bots = running_bots()
    for bot in bots:
        since = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(bot.since))
        told = f"{bot.name}: process {bot.pid}, {bot.config} in {bot.folder}, since {since}"
        sys.stdout.write(f"{for_terminal(told)}\n")
    if not bots:
        sys.stderr.write(f"rosey: no bot runs that one can attach to: {START_ONE}\n")
    return 0


def attach(name: str | None, options: Sequence[str]) -> int:
    """Run JupyterLab on a notebook that is attached to a bot; when it ends the bot goes on.

    Args:
        name: Of the bot; None for the only one.
        options: Passed on to JupyterLab.

    Returns:
        The exit code.

    Raises:
        RoseyError: The extra is missing, no such bot runs, or the notebook cannot be written.
    """
    _refuse_without_extra()
    bot = choose(name)
    notebook = f"attached-{bot.name}.ipynb"
    from jupyterlab.labapp import LabApp  # type: ignore[import-untyped]  # it ships no types

    from rosey.workbench.serving import lab_kernels

    try:
        lab_kernels.write_notebook(Path(notebook))
    except OSError as error:
        raise RoseyError(f"{notebook} cannot be written here: {error.strerror}") from error
    server = LabApp.initialize_server(
        [
            f"--LabApp.default_url=/lab/tree/{notebook}",
            "--ServerApp.allow_external_kernels=True",
            f"--ServerApp.external_connection_dir={bot.file.parent}",
            f"--ServerApp.kernel_manager_class={lab_kernels.__name__}.BotKernels",
            *options,
        ]
    )
    server.io_loop.add_callback(lab_kernels.bind, server, notebook, bot.file)
    server.start()
    return 0


def choose(name: str | None) -> RunningBot:
    """The running bot of that name, or the only one.

    Raises:
        RoseyError: There is none, or it is not clear which is meant.
    """
    from rosey.workbench.serving.places import bots_folder, running_bots

    bots = {bot.name: bot for bot in running_bots()}
    if not bots:
        raise RoseyError(f"no bot runs that one can attach to, by {bots_folder()}: {START_ONE}")
    names = ", ".join(bots)
    if name is None:
        if len(bots) > 1:
            raise RoseyError(f"several bots run: {names}; name one, rosey attach NAME")
        return next(iter(bots.values()))
    if name not in bots:
        raise RoseyError(f"no bot named {name!r} runs; those that do: {names}")
    return bots[name]


def _refuse_without_extra() -> None:
    if importlib.util.find_spec("jupyterlab") is None:
        raise RoseyError('rosey attach needs the extra lab: pip install "rosey[lab]"')
