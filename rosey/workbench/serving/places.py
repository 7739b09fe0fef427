"""Where running bots are published, for this user only: listed, and cleared of dead ones."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import socket
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jupyter_core.paths import jupyter_runtime_dir

from rosey.errors import RoseyError

SOCKETS = "rosey-bot-"
"""What the names of the folders begin with that hold the sockets of a bot."""

_ANSWER_S = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningBot:
    """A bot that one can attach to.

    Attributes:
        name: What it is called.
        pid: Its process.
        folder: Its working directory.
        config: Where its configuration comes from.
        since: When it was started, in seconds since the epoch.
        file: How a Jupyter client reaches its kernel.
    """

    name: str
    pid: int
    folder: str
    config: str
    since: float
    file: Path


def bots_folder() -> Path:
    """The folder in which running bots are published; its owner alone can look into it.

    Raises:
        RoseyError: It cannot be made, or is somebody else's.
    """
    folder = Path(jupyter_runtime_dir(), "rosey")
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(0o700)
    except OSError as error:
        raise RoseyError(f"{folder} cannot be used: {error.strerror}") from error
    return folder


def clean_name(text: str) -> str:
    """A text as the name of a bot: letters, digits, `-` and `_`; `bot` where nothing is left."""
    return re.sub(r"[^A-Za-z0-9_-]+", "-", text).strip("-")[:64] or "bot"


def running_bots() -> list[RunningBot]:
    """All bots that run and can be attached to, by name; what dead ones have left is removed."""
    found = []
    for file in sorted(bots_folder().glob("*.json")):
        info = _read(file)
        if info is not None and _answers(info):
            known = {key: info["rosey"][key] for key in ("pid", "folder", "config", "since")}
            found.append(RunningBot(name=file.stem, file=file, **known))
        else:
            _remove(file, info)
    return found


def refuse_taken(name: str) -> None:
    """Refuse a name under which a bot runs.

    Raises:
        RoseyError: One does.
    """
    for bot in running_bots():
        if bot.name == name:
            raise RoseyError(
                f"a bot named {name!r} runs already, as process {bot.pid} in {bot.folder}: "
                "give this one another name, rosey run --attachable NAME"
            )


def place_of(name: str) -> Path:
    """Where a bot of that name is published."""
    return bots_folder() / f"{name}.json"


def publish(file: Path, connection: Mapping[str, Any], config: str) -> None:
    """Let clients find this process's kernel, all at once or not at all.

    Args:
        file: The bot's place; its owner alone will be able to read it, and whoever publishes it
            removes it.
        connection: How the kernel is reached, as in a connection file.
        config: Where the bot's configuration comes from.

    Raises:
        RoseyError: The name was taken meanwhile.
    """
    about = {"pid": os.getpid(), "folder": str(Path.cwd()), "config": config, "since": time.time()}
    # JupyterLab opens a kernel as what this name says.
    info = {**connection, "kernel_name": "python3", "rosey": about}
    handle, aside = tempfile.mkstemp(dir=file.parent, suffix=".part")  # 0600
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            json.dump(info, stream)
        # Unlike a replacement, a link never takes the place of a bot that was quicker.
        os.link(aside, file)
    except FileExistsError:
        refuse_taken(file.stem)
        raise RoseyError(f"a bot named {file.stem!r} is being started: try again") from None
    finally:
        Path(aside).unlink()


def _read(file: Path) -> dict[str, Any] | None:
    try:
        info: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        known = info["rosey"]
        is_whole = {"pid", "folder", "config", "since"} <= known.keys()
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    return info if is_whole else None


def _answers(info: Mapping[str, Any]) -> bool:
    """Whether somebody listens there; a process id may be another's by now."""
    try:
        if info["transport"] == "ipc":
            with socket.socket(socket.AF_UNIX) as probe:
                probe.settimeout(_ANSWER_S)
                probe.connect(f"{info['ip']}-{info['shell_port']}")
        else:
            socket.create_connection((info["ip"], info["shell_port"]), _ANSWER_S).close()
    except (OSError, KeyError, TypeError):
        return False
    return True


def _remove(file: Path, info: Mapping[str, Any] | None) -> None:
    with contextlib.suppress(FileNotFoundError):
        file.unlink()
    sockets = Path(str((info or {}).get("ip", ""))).parent
    if sockets.name.startswith(SOCKETS):
        shutil.rmtree(sockets, ignore_errors=True)
