"""Generations made by the real loader, without a bot or files around them."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path

from rosey.diagnostics.memory import Witness
from rosey.plugins.loading.loader import Generation, Loader
from rosey.plugins.loading.sources import PluginSource, Snapshot, SourceKind, Unit
from rosey.plugins.remedies import remedy


class Bench:
    """Loads and ends generations of a plugin."""

    def __init__(self, loader: Loader) -> None:
        self.loader = loader

    def stage(
        self,
        code: str,
        *,
        name: str = "dice",
        modules: Mapping[str, str] | None = None,
        peers: Mapping[str, Generation] | None = None,
    ) -> Generation:
        """Stage a package with `code` in its `__init__.py`."""
        folder = Path("plugins", name)
        source = PluginSource(name=name, path=folder, kind=SourceKind.PACKAGE, import_name=name)
        units = {
            module: _unit(folder / f"{module or '__init__'}.py", text)
            for module, text in {"": code, **(modules or {})}.items()
        }
        return self.loader.stage(source, Snapshot(units=units, digest=code), peers)

    def run(self, code: str, *, name: str = "dice", **modules: str) -> Generation:
        """Load a package with `code` in its `__init__.py`, and let others import it."""
        generation = self.stage(code, name=name, modules=modules)
        self.loader.execute(generation)
        self.loader.commit(generation)
        return generation

    def drop(self, generation: Generation) -> Witness:
        """Drop a generation, and no more."""
        witness = Witness(generation)
        self.loader.drop(generation)
        return witness

    def retire(self, generation: Generation) -> Witness:
        """End a generation as the plugin system does, once its ledger is closed."""
        witness = Witness(generation)
        remedy(generation)
        self.loader.drop(generation)
        return witness


@contextlib.contextmanager
def bench() -> Iterator[Bench]:
    """A bench whose loader is part of the import system meanwhile."""
    loader = Loader()
    loader.open()
    yield Bench(loader)
    loader.close()


def _unit(path: Path, text: str) -> Unit:
    code = text.encode()
    digest = hashlib.blake2b(code, digest_size=16).digest()
    return Unit(path=path, code=code, digest=digest, is_package=path.stem == "__init__")
