"""Where the tests of a plugin stand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from rosey.errors import RoseyError
from rosey.plugins.loading.discovery import plugin_tested_in
from rosey.plugins.loading.sources import PluginSource


def own_tests(
    source: PluginSource, plugin_dirs: Iterable[Path], names: Iterable[str]
) -> tuple[Path, ...]:
    """The files with a plugin's own tests. This blocks.

    They are those named after it, beside it, in a folder `tests` there, or in one beside the plugin
    directory; and, where it is a package, all in it or in its own folder `tests`.

    Args:
        source: Where the plugin's code stands.
        plugin_dirs: Where plugins stand.
        names: Those of all plugins: what is named after another one is not this one's.

    Raises:
        RoseyError: There are none; the message says where they would be found.
    """
    around = dict.fromkeys(path.resolve() for path in [*plugin_dirs, source.path.parent])
    shared = [place for folder in around for place in _places(folder)]
    own = [source.path, source.path / "tests"] if source.path.is_dir() else []
    found = [file for folder in own for file in _tests_in(folder)]
    found += [
        file
        for folder in shared
        for file in _tests_in(folder)
        if plugin_tested_in(file.stem, names) == source.name
    ]
    if not found:
        raise RoseyError(_nothing(source.name, [*own, *shared]))
    return tuple(dict.fromkeys(found))


def _places(plugin_dir: Path) -> tuple[Path, ...]:
    return (plugin_dir, plugin_dir / "tests", plugin_dir.parent / "tests")


def _tests_in(folder: Path) -> Iterator[Path]:
    return iter(sorted(folder.glob("test_*.py")))


def _nothing(name: str, places: Iterable[Path]) -> str:
    looked = ", ".join(dict.fromkeys(map(str, places)))
    return (
        f"{name} has no tests: write test_{name}.py into one of {looked}, "
        f"or tests into a cell, below %%rosey test {name}"
    )
