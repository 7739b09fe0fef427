"""Bots of the real kind, with plugins of the test's own, for tests of what is built on them."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import Any

from rosey.bot import Bot
from rosey.chat.connection import Connection
from rosey.config import Config

_PLUGIN = """\
from rosey import *


class {name}(Plugin):
    name = "{name}"
{body}
"""


def write_plugin(folder: Path, name: str, body: str = "") -> Path:
    """Write a plugin's file; `body` is what its class holds beside the name."""
    folder.mkdir(exist_ok=True)
    file = folder / f"{name}.py"
    indented = textwrap.indent(textwrap.dedent(body).strip("\n"), "    ")
    file.write_text(_PLUGIN.format(name=name, body=indented), encoding="utf-8")
    return file


def bot_of(
    folder: Path,
    *,
    connection: Connection | None = None,
    environ: dict[str, str] | None = None,
    plugins: dict[str, Any] | None = None,
    **settings: Any,  # noqa: ANN401  as a configuration file has them
) -> Bot:
    """A bot, not started, that finds its plugins in `folder`."""
    values = {**settings, "plugins": {"plugin_dirs": [str(folder)], **(plugins or {})}}
    return Bot(Config.from_mapping(values, environ=environ or {}), connection=connection)
