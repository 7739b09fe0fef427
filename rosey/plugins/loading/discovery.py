"""Which plugins there are: in directories, and in installed packages."""

from __future__ import annotations

import importlib.machinery
import keyword
import os
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from rosey.errors import PluginLoadError
from rosey.plugins.loading.sources import PluginSource, SourceKind

ENTRY_POINT_GROUP = "rosey.plugins"

LONGEST_NAME = 64
"""Characters of the longest name that a plugin can have."""

NAME_RULE = f"lower case letters, digits and _, a letter first, {LONGEST_NAME} at most"
"""What `is_name` asks for, for people."""

# ASCII only: a Cyrillic letter that looks Latin would make two plugins look like one.
_NAME = re.compile(rf"[a-z][a-z0-9_]{{0,{LONGEST_NAME - 1}}}", re.ASCII)


def is_name(name: str) -> bool:
    """Whether a text has the form of a plugin's name."""
    return _NAME.fullmatch(name) is not None


def check_name(name: str, path: Path | None = None) -> None:
    """Refuse a name that is not fit for a plugin.

    Raises:
        PluginLoadError: It is malformed, or would shadow a module of the standard library or of
            an installed package.
    """
    if not is_name(name):
        raise PluginLoadError(_printable(name), f"a plugin's name is {NAME_RULE}", path=path)
    if keyword.iskeyword(name):
        reason = "a plugin cannot have the name of a keyword: nobody could import it"
        raise PluginLoadError(name, reason, path=path)
    if name in sys.stdlib_module_names:
        reason = "a plugin cannot have the name of a module of the standard library: rename it"
        raise PluginLoadError(name, reason, path=path)
    if _is_installed(name, path):
        reason = "a plugin cannot have the name of an installed package: rename it"
        raise PluginLoadError(name, reason, path=path)


def plugin_tested_in(stem: str, names: Iterable[str]) -> str | None:
    """The plugin that a file is named after as one with its tests, as `test_NAME.py` is.

    Args:
        stem: The file's name, without its suffix.
        names: Those of the plugins; the longest that fits counts.
    """
    about = stem.removeprefix("test_")
    fitting = (n for n in names if about == n or about.startswith(f"{n}_"))
    return max(fitting, key=len, default=None) if about != stem else None


def discover(plugin_dirs: Sequence[Path]) -> dict[str, PluginSource | PluginLoadError]:
    """Find plugins, without executing any. This blocks.

    Args:
        plugin_dirs: Searched in this order; the first plugin of a name wins, and a directory wins
            over an installed package. A directory that does not exist has none.

    Returns:
        For each name where its code stands, or why it cannot be used.
    """
    found: dict[str, PluginSource | PluginLoadError] = {}
    for source in [*_in_directories(plugin_dirs), *_in_packages()]:
        if source.name in found:
            continue
        try:
            check_name(source.name, source.path)
            found[source.name] = source
        except PluginLoadError as error:
            found[error.plugin] = error
    return found


def _in_directories(plugin_dirs: Sequence[Path]) -> Iterator[PluginSource]:
    nested = {os.path.realpath(d) for d in plugin_dirs}
    for directory in plugin_dirs:
        if not directory.is_dir():
            continue
        paths = sorted(Path(os.path.realpath(directory)).iterdir())
        names = {path.stem for path in paths}
        for path in paths:
            if path.name.startswith((".", "_")) or os.path.realpath(path) in nested:
                continue
            if path.name == "conftest.py" or plugin_tested_in(path.stem, names) is not None:
                continue
            # These tests are false, not errors, where a permission is missing or a link loops.
            if path.suffix == ".py" and os.path.isfile(path):  # noqa: PTH113  as said above
                yield _source(path.stem, path, SourceKind.FILE)
            elif os.path.isfile(path / "__init__.py"):  # noqa: PTH113  as said above
                yield _source(path.name, path, SourceKind.PACKAGE)


def _source(name: str, path: Path, kind: SourceKind) -> PluginSource:
    return PluginSource(name=name, path=path, kind=kind, import_name=name)


def _in_packages() -> Iterator[PluginSource]:
    # A tenth of the time that `import rosey` takes, for what is first needed here.
    from importlib import metadata  # noqa: PLC0415  see above

    for entry in metadata.entry_points(group=ENTRY_POINT_GROUP):
        package, _, main = entry.module.partition(".")
        spec = importlib.machinery.PathFinder.find_spec(package)
        if spec is None or spec.origin is None:
            continue
        origin = Path(spec.origin)
        yield PluginSource(
            name=entry.name,
            path=origin.parent if spec.submodule_search_locations else origin,
            kind=SourceKind.ENTRY_POINT,
            import_name=package,
            main=main,
            class_name=entry.attr or None,
        )


def _is_installed(name: str, path: Path | None) -> bool:
    spec = importlib.machinery.PathFinder.find_spec(name)
    if spec is None or spec.origin is None:
        return False
    origin = Path(spec.origin).resolve()
    return path is None or not origin.is_relative_to(path.resolve())


def _printable(name: str) -> str:
    return name.encode("unicode_escape").decode("ascii")[:80]
