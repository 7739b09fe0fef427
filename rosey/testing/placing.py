"""Which plugins a file of tests is about, told by its name and by where it stands."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from rosey.chat.model import LOCAL
from rosey.config import Config
from rosey.plugins.loading.discovery import discover, plugin_tested_in
from rosey.rehearsal.twin import Twin

PLUGINS = "plugins"


def config_for(test_file: Path, root: Path) -> Config:
    """A configuration with the plugins that a file of tests is about. This blocks.

    It has the one plugin that the file is named after, as `test_trivia.py` is, or in whose folder
    it stands, and otherwise all that there are.

    Args:
        test_file: The file.
        root: The folder above which no plugins are looked for.
    """
    folder = plugin_dir_for(test_file, root)
    plugin = _plugin_for(test_file, folder)
    plugins = {"plugin_dirs": [str(folder)], "enabled": None if plugin is None else [plugin]}
    return Config.from_mapping({"plugins": plugins}, origin=f"tests in {test_file.name}")


def plugin_dir_for(test_file: Path, root: Path) -> Path:
    """The nearest folder `plugins`, around a file or beside one of the folders around it.

    Where there is none, the plugins stand beside the file.
    """
    for folder in test_file.parents:
        if folder.name == PLUGINS:
            return folder
        if (folder / PLUGINS).is_dir():
            return folder / PLUGINS
        if folder == root:
            break
    return test_file.parent


def _plugin_for(test_file: Path, plugin_dir: Path) -> str | None:
    names = [*discover([plugin_dir])]
    if named := plugin_tested_in(test_file.stem, names):
        return named
    around = (f.name for f in test_file.parents if f.parent == plugin_dir and f.name in names)
    return next(around, None)


def for_one_test(
    twin: Twin,
    plugins: Iterable[str] | None = None,
    settings: Mapping[str, Mapping[str, Any]] | None = None,
) -> Twin:
    """What the bot of one test is made of: nothing is kept, and nobody else is talked to.

    Args:
        twin: All else.
        plugins: The plugins that are loaded, with those that they need; None for those that `twin`
            loads.
        settings: Settings by plugin, beside those that `twin` has. What has settings is loaded
            too: a name that is misspelt is found.
    """
    settings = settings or {}
    config = twin.config
    known = config.plugins.plugin_config
    changed = dataclasses.replace(
        config.plugins,
        enabled=config.plugins.enabled if plugins is None else (),
        plugin_config={**known, **{n: {**known.get(n, {}), **settings[n]} for n in settings}},
        hot_reload=False,
    )
    return dataclasses.replace(
        twin,
        config=dataclasses.replace(
            config, connection=LOCAL, storage=None, plugins=changed, file=None
        ),
        plugins=(*(twin.plugins if plugins is None else plugins), *settings),
    )
