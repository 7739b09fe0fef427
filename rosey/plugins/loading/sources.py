"""Where a plugin's code comes from, and one consistent reading of it."""

from __future__ import annotations

import dataclasses
import enum
import hashlib
import importlib.util
import io
import os
import types
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


class SourceKind(enum.StrEnum):
    """What a plugin is made of."""

    FILE = "file"
    PACKAGE = "package"
    ENTRY_POINT = "entry point"
    CELL = "cell"


@dataclass(frozen=True, slots=True, kw_only=True)
class PluginSource:
    """Where a plugin's code stands.

    Attributes:
        name: The plugin's name.
        path: Its file, or its package's folder; of a cell the one that it stands in for.
        kind: What it is made of.
        import_name: The name by which its own files may import it absolutely.
        main: The module in it that defines the plugin class, relative to `import_name`, with
            dots; empty for the file or package itself.
        class_name: The plugin class, where an entry point names it.
        written: The code itself, where it is read from no file: a cell's.
    """

    name: str
    path: Path
    kind: SourceKind
    import_name: str
    main: str = ""
    class_name: str | None = None
    written: Snapshot | None = None

    @property
    def folder(self) -> Path:
        """The package's folder, or the one that holds the file: where its data files stand."""
        return self.path.parent if self.path.suffix == ".py" else self.path

    @property
    def is_cell(self) -> bool:
        """Whether the code is a text that somebody gave, whatever the files say."""
        return self.written is not None

    @property
    def place(self) -> Path:
        """What people are told: its file or folder, or the name of the cell."""
        unit = self.written.units.get(self.main) if self.written is not None else None
        return self.path if unit is None else unit.path

    def is_there(self) -> bool:
        """Whether the code can still be read. This blocks."""
        return self.is_cell or self.path.exists()

    def read(self) -> Snapshot:
        """Read the code. This blocks.

        Raises:
            OSError: A file cannot be read.
        """
        return Snapshot.read(self.path) if self.written is None else self.written

    def folder_of(self, module: str) -> Path:
        """Where the modules of a package in it stand."""
        return self.path.joinpath(*filter(None, module.split(".")))

    def file_of(self, module: str, unit: Unit) -> Path:
        """What a module finds as its `__file__`, beside which its data may stand.

        Of a cell's it is where its file stands, or would.
        """
        if not self.is_cell:
            return unit.path
        if self.path.suffix == ".py":
            return self.path
        folder = self.folder_of(module)
        return folder / "__init__.py" if unit.is_package else folder.with_suffix(".py")


def digest_of(code: bytes) -> bytes:
    """What tells whether the content of a file is another."""
    return hashlib.blake2b(code, digest_size=16).digest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """One module's source, as it was read.

    Attributes:
        path: The file.
        code: Its bytes.
        digest: Tells whether it has changed.
        is_package: It is an `__init__.py`.
        compiled: Its code object; None where it was not asked for, or does not compile.
    """

    path: Path
    code: bytes
    digest: bytes
    is_package: bool
    compiled: types.CodeType | None = dataclasses.field(default=None, compare=False, repr=False)

    @classmethod
    def of(cls, path: Path, code: bytes, *, is_package: bool) -> Unit:
        """A unit of some code."""
        return cls(path=path, code=code, digest=digest_of(code), is_package=is_package)

    @property
    def lines(self) -> list[str]:
        """The code with its line ends, or nothing where it is no text: none of it ever runs."""
        try:
            text = importlib.util.decode_source(self.code)
        except (SyntaxError, UnicodeDecodeError):
            return []
        # As Python counts lines: str.splitlines would also end one at a form feed.
        return io.StringIO(text).readlines()

    def code_object(self) -> types.CodeType:
        """What executing the module runs.

        Raises:
            SyntaxError: It does not compile; so may a ValueError, a RecursionError or a MemoryError
                say.
        """
        if self.compiled is not None:
            return self.compiled
        return compile(self.code, str(self.path), "exec", dont_inherit=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """All modules of a plugin, each read once, so that no later save can mix versions.

    Attributes:
        units: By module name relative to the plugin; the plugin itself is the empty name.
        digest: Tells whether anything has changed.
    """

    units: Mapping[str, Unit]
    digest: str

    @classmethod
    def read(cls, path: Path) -> Snapshot:
        """Read a plugin's file, or all modules in its folder. This blocks.

        Raises:
            OSError: A file cannot be read.
        """
        files = _modules(path) if path.is_dir() else [path]
        return cls.of({_relative_name(path, file): _read(file) for file in files})

    @classmethod
    def of(cls, units: Mapping[str, Unit]) -> Snapshot:
        """A snapshot of some modules."""
        whole = hashlib.blake2b(digest_size=16)
        for name, unit in units.items():
            whole.update(os.fsencode(f"{name}\0") + unit.digest)
        return cls(units=units, digest=whole.hexdigest())

    def compiled(self, before: Snapshot | None = None) -> Snapshot:
        """The same, with the code objects of all modules that compile. This takes its time.

        Args:
            before: An earlier snapshot, whose code objects serve for what has not changed since.
        """
        known = before.units if before is not None else {}
        units = {name: _compiled(unit, known.get(name)) for name, unit in self.units.items()}
        return dataclasses.replace(self, units=units)


def _modules(folder: Path) -> list[Path]:
    return sorted(p for p in folder.rglob("*.py") if p.is_file() and not _is_hidden(p, folder))


def _is_hidden(path: Path, folder: Path) -> bool:
    return any(part.startswith(".") for part in path.relative_to(folder).parts)


def _relative_name(root: Path, file: Path) -> str:
    if file == root:
        return ""
    parts = file.relative_to(root).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _read(file: Path) -> Unit:
    code = file.read_bytes()
    return Unit.of(file, code, is_package=file.name == "__init__.py")


def _compiled(unit: Unit, known: Unit | None) -> Unit:
    if known == unit and known.compiled is not None:
        return known
    try:
        return dataclasses.replace(unit, compiled=unit.code_object())
    except Exception:  # noqa: BLE001  whoever imports the module is told, and nobody else
        return unit
