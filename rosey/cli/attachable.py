"""`rosey run --attachable`: the bot in a kernel of its own process, for notebooks to attach to."""

from __future__ import annotations

import importlib.util
import logging
import sys
from pathlib import Path

from rosey.chat.connection import Connection
from rosey.chat.model import LOCAL
from rosey.cli.logs import configure_logging
from rosey.cli.run import is_in_terminal, line_connection, read_config, report
from rosey.config import Config
from rosey.connections.lines import CONSOLE
from rosey.errors import RoseyError

logger = logging.getLogger(__name__)


def run_attachable(
    name: str, path: Path | None, connection: str | None, *, is_debug: bool = False
) -> int:
    """Run the bot until it is over, and let notebooks attach to it meanwhile.

    Args:
        name: Under which it is found; empty for that of the working directory.
        path: The configuration; where there is none, the bot runs headless.
        connection: Where people talk to it, instead of what the configuration says.
        is_debug: Log more.

    Returns:
        The exit code.

    Raises:
        RoseyError: The extra is missing, the name is taken, or the connection needs the terminal.
    """
    if importlib.util.find_spec("ipykernel") is None:
        raise RoseyError('--attachable needs the extra lab: pip install "rosey[lab]"')
    config = read_config(path, connection, otherwise=LOCAL)
    opened = _connection(config)
    from rosey.workbench.serving.places import clean_name
    from rosey.workbench.serving.serve import Served, serve
    from rosey.workbench.session import Session

    stderr, name = sys.stderr, clean_name(name or Path.cwd().name)

    def begin(session: Session) -> None:
        configure_logging(session.redact, is_debug=is_debug, stream=stderr)

    def tell(session: Session) -> None:
        report(session.bot.snapshot())
        logger.info("notebooks can attach to it: rosey attach %s", name)

    serve(Served(name=name, config=config, connection=opened, begin=begin, report=tell))
    return 0


def _connection(config: Config) -> Connection | None:
    if config.connection != CONSOLE:
        return None
    if is_in_terminal():
        raise RoseyError(
            "--attachable leaves no prompt in this terminal: "
            "add --connection local, and talk to the bot in a notebook, rosey attach"
        )
    return line_connection()
