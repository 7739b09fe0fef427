"""The command line: what can be asked for, and how it ends."""

from __future__ import annotations

import argparse
import contextlib
import io
import os
import sys
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NoReturn

from rosey.chat.escaping import for_log
from rosey.config import CONNECTIONS
from rosey.errors import ConfigError, RoseyError

DONE, FAILED, WRONG_USAGE, INTERRUPTED = 0, 1, 2, 130

Execute = Callable[[argparse.Namespace], int]


def main(argv: Sequence[str] | None = None) -> int:
    """Carry out one command line.

    Args:
        argv: The words after `rosey`; by default those of the process.

    Returns:
        The exit code: 0 when all went well, 1 when it failed, 130 when Ctrl-C ended it.

    Raises:
        SystemExit: The line is wrong, with code 2, or asks for help, with code 0.
    """
    _let_every_text_be_printed()
    arguments = _parser().parse_args(argv)
    try:
        execute: Execute = arguments.execute
        code = execute(arguments)
        sys.stdout.flush()
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        _give_up_stdout()
        return FAILED
    except Exception as error:  # noqa: BLE001  a command line ends in one line, not in a traceback
        _complain(error, is_debug=arguments.debug)
        return FAILED
    return code


def _parser() -> argparse.ArgumentParser:
    common = _Parser(add_help=False)
    common.add_argument("--debug", action="store_true", help="show tracebacks, and log more")
    parser = _Parser(prog="rosey", description="A chat bot that you build while it runs.")
    parser.add_argument("--version", action=_Version, nargs=0, help="print the version")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)

    run = commands.add_parser("run", parents=[common], help="run the bot")
    run.add_argument("--config", type=Path, metavar="PATH", help=_CONFIG)
    run.add_argument("--connection", choices=CONNECTIONS, help="instead of the config's")
    run.add_argument("--attachable", nargs="?", const="", metavar="NAME", help=_ATTACHABLE)
    run.set_defaults(execute=_run)

    attach = commands.add_parser("attach", parents=[common], help="open a notebook on a live bot")
    attach.add_argument("name", nargs="?", metavar="NAME", help="by default the only one that runs")
    attach.add_argument("--list", action="store_true", help="list those that run, and open nothing")
    attach.add_argument("options", nargs="*", metavar="-- OPTION", help="passed on to JupyterLab")
    attach.set_defaults(execute=_attach)

    lab = commands.add_parser("lab", parents=[common], help="open JupyterLab on the first notebook")
    lab.add_argument("options", nargs="*", metavar="-- OPTION", help="passed on to JupyterLab")
    lab.set_defaults(execute=_lab)

    check = commands.add_parser("check", parents=[common], help="look for faults, run nothing")
    check.add_argument("path", nargs="?", type=Path, metavar="PATH", help=_CHECKED)
    check.set_defaults(execute=_check)
    return parser


_CONFIG = "by default config.json or config.yaml, if there is one"
_ATTACHABLE = "let notebooks attach to it by that name, by default the folder's"
_CHECKED = "a config file, a plugin, or a folder of plugins; by default what `rosey run` would use"


def _run(arguments: argparse.Namespace) -> int:
    if arguments.attachable is not None:
        from rosey.cli.attachable import run_attachable

        given = arguments.config, arguments.connection
        return run_attachable(arguments.attachable, *given, is_debug=arguments.debug)
    from rosey.cli.run import run

    return run(arguments.config, arguments.connection, is_debug=arguments.debug)


def _lab(arguments: argparse.Namespace) -> int:
    from rosey.cli.lab import lab

    return lab(arguments.options)


def _attach(arguments: argparse.Namespace) -> int:
    from rosey.cli.attach import attach, list_bots

    if arguments.list:
        return list_bots()
    words = [arguments.name] if arguments.name is not None else []
    if words and words[0].startswith("-"):  # no name, but what follows --
        return attach(None, [*words, *arguments.options])
    return attach(arguments.name, arguments.options)


def _check(arguments: argparse.Namespace) -> int:
    from rosey.cli.check import check

    return check(arguments.path)


class _Parser(argparse.ArgumentParser):
    """Says on one line what is wrong with the command line."""

    def error(self, message: str) -> NoReturn:
        self.exit(WRONG_USAGE, f"rosey: {for_log(message)} (see {self.prog} --help)\n")


class _Version(argparse.Action):
    """Prints the version; reading it from the metadata takes a moment, so only when asked."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> NoReturn:
        from importlib.metadata import version

        sys.stdout.write(f"rosey {version('rosey')}\n")
        parser.exit(DONE)


def _complain(error: Exception, *, is_debug: bool) -> None:
    if isinstance(error, ConfigError):
        lines = [f"{error.origin}: {fault}" for fault in error.faults]
    elif isinstance(error, RoseyError):
        lines = [str(error)]
    else:
        lines = [f"{type(error).__name__}: {error} (this is a fault in Rosey; --debug shows more)"]
    if is_debug:
        lines += "".join(traceback.format_exception(error)).splitlines()
    for line in lines:
        sys.stderr.write(f"rosey: {for_log(line)}\n")


def _let_every_text_be_printed() -> None:
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _give_up_stdout() -> None:
    """Let the interpreter's own last flush succeed although nobody reads any more."""
    with contextlib.suppress(OSError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
