"""`rosey check`: what is wrong with a configuration and with plugins, found without running any."""

from __future__ import annotations

import sys
from pathlib import Path

from rosey.chat.escaping import for_log
from rosey.cli.inspection import Inspection
from rosey.config import find_config
from rosey.errors import RoseyError

DEFAULT_FOLDER = Path("plugins")


def check(path: Path | None) -> int:
    """Print each fault as `path:line: reason`, and how many there are.

    Args:
        path: A configuration, a plugin or a folder; by default the configuration in the working
            directory, or else its folder `plugins`.

    Returns:
        The exit code: 1 where something is wrong.

    Raises:
        RoseyError: There is nothing at that path.
    """
    inspection = _inspect(path or find_config(Path()) or DEFAULT_FOLDER)
    for finding in inspection.findings:
        sys.stdout.write(f"{for_log(str(finding))}\n")
    faults = _count(len(inspection.findings), "fault")
    plugins = _count(len(inspection.plugins), "plugin")
    sys.stdout.write(f"{faults} in {', '.join([*inspection.configs, plugins])}\n")
    return 1 if inspection.findings else 0


def _inspect(path: Path) -> Inspection:
    if not path.exists():
        raise RoseyError(f"{path}: there is no such file or folder")
    inspection = Inspection()
    if path.is_file() and path.suffix != ".py":
        inspection.inspect_config(path)
    elif path.is_file() or (path / "__init__.py").is_file():
        inspection.inspect_plugin(path)
    elif config := find_config(path):
        inspection.inspect_config(config)
    else:
        inspection.inspect_folder(path)
    return inspection


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
