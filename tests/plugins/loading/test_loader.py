"""Importing, introspection and what is left in the import system."""

from __future__ import annotations

import importlib
import inspect
import pickle
import sys
import traceback
import typing
from pathlib import Path
from typing import Any

import pytest

from rosey.errors import PluginLoadError
from rosey.plugins.loading.discovery import discover
from rosey.plugins.loading.loader import Loader
from rosey.plugins.loading.sources import PluginSource, Snapshot
from rosey.plugins.manager import PluginManager
from tests.plugins.host import Folder, Host

# Its first bytes are mapped in no process, so that reading it fails even for an administrator.
UNREADABLE = Path("/proc/self/mem")


async def load(manager: PluginManager, name: str) -> Any:  # noqa: ANN401  a class of the test's own
    """Load a plugin whose class the test knows better than mypy."""
    return await manager.load_plugin(name)


async def test_source_shown_is_that_of_the_running_code(
    folder: Folder, manager: PluginManager
) -> None:
    folder.plugin("dice", "def roll(self): return 4\n")
    plugin = await load(manager, "dice")
    folder.plugin("dice", "# another line\ndef roll(self): return 6\n")

    assert inspect.getsource(plugin.roll).strip() == "def roll(self): return 4"
    assert "return 4" in inspect.getsource(type(plugin))


async def test_module_answers_what_tools_ask_of_its_loader(
    folder: Folder, manager: PluginManager
) -> None:
    folder.plugin("dice", file="dice/__init__.py")
    module: Any = inspect.getmodule(type(await manager.load_plugin("dice")))

    assert module.__loader__.is_package(module.__name__)
    assert "class Main(Plugin)" in module.__loader__.get_source(module.__name__)


async def test_traceback_shows_the_lines_of_the_running_code(
    folder: Folder, manager: PluginManager
) -> None:
    folder.plugin("dice", "def roll(self): return 1 / 0\n")
    plugin = await load(manager, "dice")
    folder.plugin("dice", "# another line\ndef roll(self): return 6\n")

    with pytest.raises(ZeroDivisionError) as caught:
        plugin.roll()

    assert "def roll(self): return 1 / 0" in "".join(traceback.format_exception(caught.value))


async def test_dataclass_and_forward_references_work(
    folder: Folder, manager: PluginManager
) -> None:
    head = """
        from __future__ import annotations
        from dataclasses import dataclass, field
        from typing import ClassVar
        @dataclass(slots=True)
        class Node:
            children: list[Node] = field(default_factory=list)
            count: ClassVar[int] = 0
        """
    folder.write("dice.py", head.replace("        ", "") + CLASS)
    module: Any = inspect.getmodule(type(await load(manager, "dice")))
    node = module.Node

    assert node([node()]) == node([node()])
    assert typing.get_type_hints(node)["children"].__args__ == (node,)


CLASS = 'from rosey.plugins import Plugin\nclass Main(Plugin):\n    name = "dice"\n'


async def test_pickle_of_a_former_generation_loads_into_the_present_one(
    folder: Folder, manager: PluginManager
) -> None:
    folder.plugin("dice", "Score = Score", head="class Score: ...")
    score = pickle.dumps((await load(manager, "dice")).Score())

    new: Any = await manager.reload_plugin("dice")

    assert type(pickle.loads(score)) is new.Score  # noqa: S301  pickled above
    module: Any = sys.modules[new.Score.__module__]
    assert module.__spec__.name == module.__name__


async def test_pickle_loaded_after_a_reload_pins_no_generation(
    folder: Folder, manager: PluginManager
) -> None:
    folder.plugin("dice", "Score = Score", head="class Score: ...")
    score = pickle.dumps((await load(manager, "dice")).Score())
    await manager.reload_plugin("dice")
    pickle.loads(score)  # noqa: S301  pickled above

    await manager.unload_plugin("dice")

    assert [name for name in sys.modules if name.startswith("rosey_plugins")] == []


async def test_pickle_of_an_unloaded_plugin_is_refused(
    folder: Folder, manager: PluginManager
) -> None:
    folder.plugin("dice", "Score = Score", head="class Score: ...")
    score = pickle.dumps((await load(manager, "dice")).Score())
    await manager.unload_plugin("dice")

    with pytest.raises(ModuleNotFoundError):
        pickle.loads(score)  # noqa: S301  pickled above


@pytest.mark.parametrize(
    "statement",
    [
        "from .parts.six import SIDES",
        "from .parts import six; SIDES = six.SIDES",
        "from dice.parts.six import SIDES",
        "import dice.parts.six; SIDES = dice.parts.six.SIDES",
        "import dice.parts.six as six; SIDES = six.SIDES",
        "from rosey_plugins.dice.parts.six import SIDES",
        "import rosey_plugins.dice.parts.six as six; SIDES = six.SIDES",
        "import importlib; SIDES = importlib.import_module('.parts.six', __package__).SIDES",
    ],
)
async def test_package_imports_its_own_modules(
    folder: Folder, manager: PluginManager, statement: str
) -> None:
    folder.write("dice/parts/__init__.py", "")
    folder.write("dice/parts/six.py", "SIDES = 6")
    folder.plugin("dice", "sides = SIDES", head=statement, file="dice/__init__.py")

    assert (await load(manager, "dice")).sides == 6


@pytest.mark.parametrize(
    "statement",
    [
        "from rosey_plugins.other import SIDES",
        "import rosey_plugins.other as o; SIDES = o.SIDES",
        "import rosey_plugins.other; SIDES = rosey_plugins.other.SIDES",
        "from other import SIDES",
        "import other; SIDES = other.SIDES",
        "import importlib; SIDES = importlib.import_module('rosey_plugins.other').SIDES",
    ],
)
async def test_plugin_imports_another_plugin(
    folder: Folder, manager: PluginManager, statement: str
) -> None:
    folder.plugin("other", head="SIDES = 6")
    folder.plugin("dice", "dependencies = ['other']\nsides = SIDES", head=statement)

    assert (await load(manager, "dice")).sides == 6


async def test_imported_plugin_is_in_use(folder: Folder, manager: PluginManager) -> None:
    folder.plugin("other", head="SIDES = 6")
    folder.plugin("dice", head="from rosey_plugins.other import SIDES")
    await manager.load_plugin("other")
    await manager.load_plugin("dice")

    assert manager.slots.needs() == {"other": set(), "dice": {"other"}}


async def test_plugin_without_its_dependency_is_not_executed(
    folder: Folder, manager: PluginManager
) -> None:
    folder.plugin("other", head="1 / 0")
    folder.plugin("dice", "dependencies = ['other']", head="from rosey_plugins.other import x")

    failures = await manager.load_all()

    assert str(failures["dice"]) == (
        "dice: it needs other, which could not be loaded: ZeroDivisionError: division by zero"
    )


async def test_lazy_import_sees_its_own_generation(folder: Folder, manager: PluginManager) -> None:
    folder.write("dice/parts.py", "SIDES = 6")
    body = "def sides(self):\n    from .parts import SIDES\n    return SIDES\n"
    folder.plugin("dice", body, file="dice/__init__.py")
    old = await load(manager, "dice")

    folder.write("dice/parts.py", "SIDES = 20")
    assert old.sides() == 6
    new: Any = await manager.reload_plugin("dice")

    assert new.sides() == 20


async def test_circular_imports_in_a_package_work(folder: Folder, manager: PluginManager) -> None:
    folder.write("dice/left.py", "from . import right\nSIDES = 6")
    folder.write("dice/right.py", "from . import left\ndef sides(): return left.SIDES")
    head = "from . import left, right"
    folder.plugin("dice", "sides = right.sides()", head=head, file="dice/__init__.py")

    assert (await load(manager, "dice")).sides == 6


async def test_folder_without_init_is_a_namespace_in_a_package(
    folder: Folder, manager: PluginManager
) -> None:
    folder.write("dice/parts/six.py", "SIDES = 6")
    head = "from .parts.six import SIDES"
    folder.plugin("dice", "sides = SIDES", head=head, file="dice/__init__.py")

    assert (await load(manager, "dice")).sides == 6


async def test_unchanged_module_is_not_compiled_again(
    folder: Folder, manager: PluginManager
) -> None:
    folder.write("dice/parts.py", "def sides(): return 6")
    body = "sides = staticmethod(sides)\ndef roll(self): return 4"
    folder.plugin("dice", body, head="from .parts import sides", file="dice/__init__.py")
    old = await load(manager, "dice")
    folder.plugin("dice", f"{body} + 1", head="from .parts import sides", file="dice/__init__.py")

    new: Any = await manager.reload_plugin("dice")

    assert new.sides.__code__ is old.sides.__code__
    assert new.roll() == 5


async def test_other_modules_are_not_reloaded(folder: Folder, manager: PluginManager) -> None:
    folder.plugin("dice", "module = marshmallow", head="import marshmallow")
    old = await load(manager, "dice")

    new: Any = await manager.reload_plugin("dice")

    assert new.module is old.module


async def test_syntax_error_in_a_submodule_names_its_file_and_line(
    folder: Folder, manager: PluginManager
) -> None:
    path = folder.write("dice/parts.py", "SIDES = 6\n\ndef broken(:\n")
    folder.plugin("dice", head="from . import parts", file="dice/__init__.py")

    with pytest.raises(PluginLoadError, match="SyntaxError") as caught:
        await manager.load_plugin("dice")

    assert (caught.value.path, caught.value.line) == (path, 3)


async def test_missing_module_is_named_as_people_know_it(
    folder: Folder, manager: PluginManager
) -> None:
    folder.plugin("dice", head="from . import parts", file="dice/__init__.py")
    with pytest.raises(PluginLoadError, match=r"'parts' from partially initialized module 'dice'"):
        await manager.load_plugin("dice")

    folder.plugin("dice", head="import dice.parts", file="dice/__init__.py")
    with pytest.raises(PluginLoadError, match=r"No module named 'dice\.parts'"):
        await manager.load_plugin("dice")


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (b"x = 1\0\n", "null bytes"),
        (b"# coding: nonsense\n", "unknown encoding"),
        (b"x = '\xff'\n", "utf-8"),
        (b"raise SystemExit(3)\n", "import raised SystemExit: 3"),
        (b"raise KeyboardInterrupt\n", "import raised KeyboardInterrupt"),
        (b"import nonsense\n", "No module named 'nonsense'"),
        (b"x = " + b"(" * 5000 + b")" * 5000, "too many nested parentheses"),
        (b"x = " + b"-" * 50_000 + b"1", "Error"),
        (b"class A:\n    name = {[]: 1}\n", "unhashable"),
    ],
    ids=[
        "null bytes",
        "bad declaration",
        "bad bytes",
        "exit",
        "interrupt",
        "import",
        "nested parentheses",
        "nested operators",
        "literal that is none",
    ],
)
async def test_file_that_does_not_run_is_refused_alone(
    folder: Folder, manager: PluginManager, code: bytes, reason: str
) -> None:
    path = folder.write("dice.py", code)
    folder.plugin("other")

    failures = await manager.load_all()

    assert reason in str(failures["dice"])
    assert isinstance(failures["dice"], PluginLoadError)
    assert failures["dice"].path == path
    assert manager.list_plugins() == ["other"]


@pytest.mark.parametrize(
    "code",
    [
        b"\xef\xbb\xbf" + CLASS.encode(),
        CLASS.replace("\n", "\r\n").encode(),
        b"# coding: latin-1\nx = '\xff'\n" + CLASS.encode(),
    ],
    ids=["BOM", "CRLF", "declared encoding"],
)
async def test_bytes_that_python_takes_are_taken(
    folder: Folder, manager: PluginManager, code: bytes
) -> None:
    folder.write("dice.py", code)

    plugin = await manager.load_plugin("dice")

    assert 'name = "dice"' in inspect.getsource(type(plugin))


async def test_undecodable_file_that_nobody_imports_does_no_harm(
    folder: Folder, host: Host, manager: PluginManager
) -> None:
    folder.plugin("dice", '@on("roll")\ndef roll(self, e, d): ...', file="dice/__init__.py")
    folder.write("dice/draft.py", b"x = '\xff'\n")
    await manager.load_plugin("dice")

    await manager.reload_plugin("dice")

    assert "Main.roll" in host.handlers()


@pytest.mark.parametrize("file", ["dice.py", "dice/__init__.py"])
async def test_file_that_is_gone_keeps_the_old_plugin(
    folder: Folder, manager: PluginManager, file: str
) -> None:
    path = folder.plugin("dice", file=file)
    old = await manager.load_plugin("dice")
    path.unlink()

    with pytest.raises(PluginLoadError, match=r"No such file|it has no module __init__"):
        await manager.reload_plugin("dice")

    assert manager.get_plugin("dice") is old


@pytest.mark.skipif(not UNREADABLE.exists(), reason="needs a file that nobody can read")
async def test_unreadable_module_is_refused_alone(folder: Folder, manager: PluginManager) -> None:
    folder.plugin("dice", file="dice/__init__.py")
    (folder.path / "dice" / "parts.py").symlink_to(UNREADABLE)
    folder.plugin("other")

    failures = await manager.load_all()

    assert "dice: it cannot be read" in str(failures["dice"])
    assert manager.list_plugins() == ["other"]


async def test_folder_named_like_a_module_is_no_module(
    folder: Folder, manager: PluginManager
) -> None:
    folder.plugin("dice", file="dice/__init__.py")
    folder.write("dice/old.py/readme.txt", "")

    assert (await manager.load_plugin("dice")).enabled


async def test_lines_of_removed_modules_are_forgotten(
    folder: Folder, manager: PluginManager
) -> None:
    linecache = sys.modules["linecache"]
    gone = folder.write("dice/gone.py", "x = 1")
    folder.plugin("dice", head="from . import gone", file="dice/__init__.py")
    await manager.load_plugin("dice")
    assert str(gone) in linecache.cache

    gone.unlink()
    folder.plugin("dice", file="dice/__init__.py")
    await manager.reload_plugin("dice")

    assert str(gone) not in linecache.cache


async def test_import_system_is_as_before_after_close(
    folder: Folder, manager: PluginManager
) -> None:
    folder.plugin("dice")
    await manager.load_plugin("dice")

    await manager.close()
    await manager.close()

    assert not any(type(finder).__module__.startswith("rosey") for finder in sys.meta_path)
    assert [name for name in sys.modules if name.startswith("rosey_plugins")] == []


def test_loader_drops_what_is_alive_when_it_is_closed(folder: Folder) -> None:
    loader = Loader()
    loader.open()
    source = discover([folder.plugin("dice").parent])["dice"]
    assert isinstance(source, PluginSource)
    generation = loader.stage(source, Snapshot.read(source.path))
    loader.execute(generation)
    assert generation.name in sys.modules

    loader.close()
    # Whoever was unloading it when the loader was closed comes too late.
    loader.drop(generation)

    assert generation.name not in sys.modules


async def test_module_that_a_plugin_enters_itself_goes_with_it(
    folder: Folder, manager: PluginManager
) -> None:
    head = "import sys, types\nsys.modules[f'{__name__}.made'] = types.ModuleType('made')"
    folder.plugin("dice", head=head)
    module = type(await manager.load_plugin("dice")).__module__
    assert f"{module}.made" in sys.modules

    await manager.unload_plugin("dice")

    assert f"{module}.made" not in sys.modules


async def test_module_imported_late_by_its_known_name_is_that_of_the_running_generation(
    folder: Folder, manager: PluginManager
) -> None:
    folder.write("dice/parts.py", "SIDES = 6")
    folder.plugin("dice", file="dice/__init__.py")
    await manager.load_plugin("dice")
    folder.write("dice/parts.py", "SIDES = 20")

    assert importlib.import_module("rosey_plugins.dice.parts").SIDES == 6
    await manager.reload_plugin("dice")

    assert importlib.import_module("rosey_plugins.dice.parts").SIDES == 20


async def test_two_bots_have_plugins_of_the_same_name(folder: Folder, tmp_path: Path) -> None:
    other = Folder(tmp_path / "other")
    folder.plugin("dice", "sides = 6")
    other.plugin("dice", "sides = 20")
    first, second = Host(folder.path), Host(other.path)
    await load(first.plugin_manager, "dice")
    await load(second.plugin_manager, "dice")

    right: Any = await second.plugin_manager.reload_plugin("dice")
    await second.close()
    left: Any = await first.plugin_manager.reload_plugin("dice")
    await first.close()

    assert (left.sides, right.sides) == (6, 20)


def test_manager_that_never_started_leaves_no_trace(folder: Folder) -> None:
    before = [*sys.meta_path]

    Host(folder.path)

    assert sys.meta_path == before
