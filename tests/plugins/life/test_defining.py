"""A text loads or reloads a plugin as a file does."""

from __future__ import annotations

import asyncio
import inspect
import re
import textwrap
from collections.abc import Mapping

import pytest

from rosey.errors import PluginLoadError, PluginNotFoundError, PluginStateError, StateError
from rosey.plugins.life.defining import can_have
from rosey.plugins.lifecycle import PluginState
from rosey.plugins.manager import PluginManager
from tests.plugins.host import Folder, Host

COUNTER = """\
    def __init__(self, bot, config):
        super().__init__(bot, config)
        self.count = 0

    def export_state(self):
        return self.count

    def import_state(self, state, version):
        self.count = state
"""


def code(body: str = "", *, name: str = "dice", head: str = "") -> str:
    """The text of a plugin: `body` stands in its class, `head` above that."""
    indented = textwrap.indent(textwrap.dedent(body), "    ")
    return (
        "import asyncio\nfrom rosey.plugins import Plugin, every, on\n"
        f"{textwrap.dedent(head)}\nclass Main(Plugin):\n    name = {name!r}\n{indented}"
    )


def place(manager: PluginManager, name: str = "dice") -> str:
    """What the code of a plugin is said to come from."""
    return str(manager.slots.known(name).source.place)


async def test_text_is_loaded_as_a_plugin_that_needs_no_file(manager: PluginManager) -> None:
    plugin = await manager.define_plugin("dice", code('version = "1.2"'))

    assert (plugin.version, plugin.enabled) == ("1.2", True)
    assert await manager.discover_plugins() == manager.list_plugins() == ["dice"]
    assert place(manager).startswith("<cell dice ")


async def test_new_text_takes_over_with_the_state_of_the_old_one(manager: PluginManager) -> None:
    before = await manager.define_plugin("dice", code(COUNTER))
    vars(before)["count"] = 5

    after = await manager.define_plugin("dice", code(COUNTER + '    version = "2.0"'))

    assert (after.version, vars(after)["count"]) == ("2.0", 5)
    assert manager.slots.known("dice").reloads == 1


async def test_text_takes_over_from_a_file_together_with_dependents(
    folder: Folder, manager: PluginManager
) -> None:
    folder.plugin("dice")
    folder.plugin("table", 'dependencies = ["dice"]')
    await manager.load_all()
    dependent = manager.get_plugin("table")

    await manager.define_plugin("dice", code('version = "2.0"'))

    assert manager.plugins["dice"].version == "2.0"
    assert manager.get_plugin("table") is not dependent


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("def (:", "invalid syntax"),
        ("1 / 0", "division by zero"),
        (code(name="quiz"), "its class is named 'quiz': it must be 'dice', as the cell says"),
        ("x = 1", "it defines no subclass of Plugin with a name"),
        (code("def setup(self): 1 / 0"), "division by zero"),
        (code("def on_enable(self): 1 / 0"), "division by zero"),
        ("x = '\ud800'", "its text cannot be encoded"),
    ],
)
async def test_text_that_fails_leaves_what_serves_as_it_was(
    manager: PluginManager, text: str, reason: str
) -> None:
    before = await manager.define_plugin("dice", code())
    source = manager.slots.known("dice").source

    with pytest.raises(PluginLoadError, match=re.escape(reason)):
        await manager.define_plugin("dice", text)

    assert manager.get_plugin("dice") is before
    assert manager.slots.known("dice").source is source
    assert (await manager.reload_plugin("dice")).enabled


async def test_fault_is_shown_with_the_line_of_the_text(manager: PluginManager) -> None:
    with pytest.raises(PluginLoadError) as caught:
        await manager.define_plugin("dice", "x = 1\nx / 0  # here\n")

    error = caught.value
    assert str(error.path).startswith("<cell dice ")
    assert error.line == 2
    assert "x / 0  # here" in error.traceback


@pytest.mark.parametrize(
    "text",
    [
        "x = (",
        "raise SystemExit(3)",
        "raise KeyboardInterrupt",
        "import importlib; importlib.import_module('no_such_module')",
        code("def setup(self): raise SystemExit(3)"),
        code("@every(0)\ndef tick(self): ..."),
        "try: 1 / 0\nexcept ZeroDivisionError as e: raise ValueError from e",
        "raise ExceptionGroup('both', [ValueError()])",
    ],
)
async def test_traceback_has_lines_of_the_text_alone(manager: PluginManager, text: str) -> None:
    with pytest.raises(PluginLoadError) as caught:
        await manager.define_plugin("dice", text)

    files = re.findall(r'File "(.+?)"', caught.value.traceback)
    assert {file.rpartition(" ")[0] for file in files} == {"<cell dice"}
    assert "PluginError" not in caught.value.traceback


async def test_text_that_mends_export_state_takes_over_without_the_state(
    manager: PluginManager,
) -> None:
    broken = code(COUNTER.replace("return self.count", "return self.cuont"))
    await manager.define_plugin("dice", broken)
    vars(manager.plugins["dice"])["count"] = 3
    first = place(manager)
    reason = "export_state of the version that runs failed, so only a fresh reload can replace it: "
    line = broken[: broken.index("self.cuont")].count("\n") + 1

    with pytest.raises(StateError, match=re.escape(reason)) as caught:
        await manager.define_plugin("dice", code(COUNTER))
    assert (str(caught.value.path), caught.value.line) == (first, line)
    assert "return self.cuont" in caught.value.traceback

    await manager.define_plugin("dice", code(COUNTER), fresh=True)
    assert vars(manager.plugins["dice"])["count"] == 0


async def test_text_that_never_ran_is_a_failed_plugin_until_it_is_mended(
    manager: PluginManager,
) -> None:
    with pytest.raises(PluginLoadError):
        await manager.define_plugin("dice", "1 / 0")
    assert await manager.discover_plugins() == ["dice"]
    assert manager.slots.known("dice").state is PluginState.FAILED

    assert (await manager.define_plugin("dice", code())).enabled


async def test_text_goes_before_a_file_while_it_is_idle(
    folder: Folder, manager: PluginManager
) -> None:
    manager.plugin_config["dice"] = {"unload_after_idle_s": 0.02}
    text = code(
        'version = "2.0"\nactivation = ["event:joined"]\n@on("joined")\ndef roll(self): ...'
    )
    await manager.define_plugin("dice", text)
    slot = manager.slots.known("dice")
    async with asyncio.timeout(10):
        while slot.dormant is None:  # noqa: ASYNC110  nobody is told before it is over
            await asyncio.sleep(0.001)
    folder.plugin("dice", 'version = "1.0"')
    await manager.discover_plugins()

    assert (await manager.load_plugin("dice")).version == "2.0"


async def test_failed_text_leaves_a_file_that_was_not_loaded_to_the_next_load(
    folder: Folder, manager: PluginManager
) -> None:
    folder.plugin("dice", 'version = "1.0"')
    await manager.discover_plugins()

    with pytest.raises(PluginLoadError):
        await manager.define_plugin("dice", "1 / 0")

    assert (await manager.load_plugin("dice")).version == "1.0"


@pytest.mark.parametrize("name", ["Dice", "json", "class", "pytest", "../dice", ""])
async def test_name_that_no_plugin_can_have_is_refused(manager: PluginManager, name: str) -> None:
    with pytest.raises(PluginLoadError):
        await manager.define_plugin(name, code(name=name))

    assert [*manager.slots] == []


async def test_source_of_what_runs_can_be_inspected(folder: Folder, manager: PluginManager) -> None:
    first = await manager.define_plugin("dice", code("def roll(self): return 1"))
    assert inspect.getsource(type(first).__dict__["roll"]).strip() == "def roll(self): return 1"

    second = await manager.define_plugin("dice", code("def roll(self): return 2"))

    assert inspect.getsource(type(second).__dict__["roll"]).strip() == "def roll(self): return 2"
    assert "class Main(Plugin):" in inspect.getsource(type(second))
    module = inspect.getmodule(type(second))
    assert module is not None
    assert module.__file__ == str(folder.path / "dice.py")


async def test_reload_runs_the_text_again(manager: PluginManager) -> None:
    before = await manager.define_plugin("dice", code())

    after = await manager.reload_plugin("dice")

    assert after is not before
    assert place(manager).startswith("<cell dice ")


async def test_unloaded_text_is_loaded_again_by_its_name(manager: PluginManager) -> None:
    await manager.define_plugin("dice", code('version = "1.2"'))
    await manager.unload_plugin("dice")
    await manager.discover_plugins()

    assert (await manager.load_plugin("dice")).version == "1.2"


async def test_file_is_what_is_loaded_once_the_text_does_not_run_any_more(
    folder: Folder, manager: PluginManager
) -> None:
    file = folder.plugin("dice", 'version = "1.0"')
    await manager.define_plugin("dice", code('version = "2.0"'))
    await manager.discover_plugins()
    assert manager.plugins["dice"].version == "2.0"

    await manager.unload_plugin("dice")
    await manager.discover_plugins()

    assert (await manager.load_plugin("dice")).version == "1.0"
    assert place(manager) == str(file)


async def test_disabled_plugin_stays_so_and_a_quarantined_one_gets_a_chance(
    manager: PluginManager,
) -> None:
    await manager.define_plugin("dice", code())
    await manager.disable_plugin("dice")
    assert not (await manager.define_plugin("dice", code())).enabled

    await manager.enable_plugin("dice")
    await manager.handle_plugin_crash("dice", RuntimeError("too much"))
    assert manager.slots.known("dice").state is PluginState.QUARANTINED

    assert (await manager.define_plugin("dice", code())).enabled


async def test_crashed_text_is_reloaded_where_its_settings_say_so(manager: PluginManager) -> None:
    manager.plugin_config["dice"] = {"auto_reload_on_crash": True, "reload_delay": 0}
    before = await manager.define_plugin("dice", code())

    await manager.handle_plugin_crash("dice", RuntimeError("once"))

    assert manager.plugins["dice"] is not before
    assert place(manager).startswith("<cell dice ")


async def test_settings_reach_a_text_and_can_be_changed(manager: PluginManager) -> None:
    manager.plugin_config["dice"] = {"sides": 6}
    assert (await manager.define_plugin("dice", code())).config == {"sides": 6}

    assert (await manager.configure_plugin("dice", {"sides": 8})).config == {"sides": 8}
    assert (await manager.define_plugin("dice", code())).config == {"sides": 8}


async def test_settings_that_were_changed_end_with_an_unload(manager: PluginManager) -> None:
    await manager.define_plugin("dice", code())
    await manager.configure_plugin("dice", {"sides": 8})
    await manager.unload_plugin("dice")

    assert (await manager.define_plugin("dice", code())).config == {}


async def test_plugin_that_a_text_depends_on_is_loaded_with_it(
    folder: Folder, manager: PluginManager
) -> None:
    folder.plugin("scores")

    await manager.define_plugin("dice", code('dependencies = ["scores"]'))

    assert manager.list_plugins() == ["scores", "dice"]


async def test_texts_that_import_each_other_follow_each_other(manager: PluginManager) -> None:
    await manager.define_plugin("dice", code(head="SIDES = 6"))
    imports = "from rosey_plugins.dice import SIDES"
    await manager.define_plugin("table", code("sides = SIDES", name="table", head=imports))

    await manager.define_plugin("dice", code(head="SIDES = 8"))

    assert vars(type(manager.plugins["table"]))["sides"] == 8


PACKAGE = {
    "dice/__init__.py": code("sides = SIDES", head="from .rolls import SIDES"),
    "dice/rolls.py": "SIDES = 6\n",
}


@pytest.fixture
async def package(folder: Folder, manager: PluginManager) -> PluginManager:
    """A manager that has loaded the package `dice`."""
    for file, text in PACKAGE.items():
        folder.write(file, text)
    await manager.load_plugin("dice")
    return manager


def sides(manager: PluginManager) -> object:
    """What `dice` has imported from its module."""
    return vars(type(manager.plugins["dice"]))["sides"]


async def test_one_module_of_a_package_is_replaced_by_a_text(package: PluginManager) -> None:
    await package.define_plugin("dice", "SIDES = 8\n", "rolls")

    assert sides(package) == 8
    assert package.running_source("dice")["rolls"] == "SIDES = 8\n"


async def test_other_modules_are_as_they_run(folder: Folder, package: PluginManager) -> None:
    folder.write("dice/rolls.py", "SIDES = 20\n")

    await package.define_plugin("dice", PACKAGE["dice/__init__.py"])

    assert sides(package) == 6


async def test_text_may_be_a_module_that_a_package_did_not_have(package: PluginManager) -> None:
    await package.define_plugin("dice", "SIDES = 10\n", "sets")

    await package.define_plugin("dice", code("sides = SIDES", head="from .sets import SIDES"))

    assert sides(package) == 10


@pytest.mark.parametrize("is_known", [True, False])
async def test_module_of_what_is_no_package_is_refused(
    manager: PluginManager, *, is_known: bool
) -> None:
    if is_known:
        await manager.define_plugin("dice", code())

    with pytest.raises(PluginLoadError, match="it is no package, so it has no module rolls"):
        await manager.define_plugin("dice", "", "rolls")


async def test_module_with_an_impossible_name_is_refused(package: PluginManager) -> None:
    with pytest.raises(PluginLoadError, match="no module can be called a-b"):
        await package.define_plugin("dice", "", "a-b")


async def test_modules_of_a_package_that_does_not_run_are_read(
    folder: Folder, package: PluginManager
) -> None:
    await package.unload_plugin("dice")
    folder.write("dice/rolls.py", "SIDES = 20\n")

    await package.define_plugin("dice", PACKAGE["dice/__init__.py"], "__init__")

    assert sides(package) == 20


async def test_text_runs_where_the_files_of_its_plugin_are_gone(
    folder: Folder, manager: PluginManager
) -> None:
    file = folder.plugin("dice")
    await manager.discover_plugins()
    file.unlink()

    assert (await manager.define_plugin("dice", code())).enabled


async def test_what_runs_is_defined_again_in_another_bot(package: PluginManager) -> None:
    await package.define_plugin("dice", "SIDES = 12\n", "rolls")
    other = Host()
    other.plugin_manager.start()

    texts: Mapping[str, str] = package.running_source("dice")
    await other.plugin_manager.define_plugin("dice", texts)

    assert sides(other.plugin_manager) == 12
    await other.close()


async def test_source_of_a_plugin_that_does_not_run_is_refused(manager: PluginManager) -> None:
    with pytest.raises(PluginNotFoundError):
        manager.running_source("dice")


async def test_loads_and_texts_at_once_end_with_a_text(
    folder: Folder, manager: PluginManager
) -> None:
    folder.plugin("dice", 'version = "1.0"')
    await manager.discover_plugins()

    results = await asyncio.gather(
        manager.load_plugin("dice"),
        manager.define_plugin("dice", code('version = "2.0"')),
        manager.define_plugin("dice", code('version = "3.0"')),
        return_exceptions=True,
    )

    assert all(not isinstance(r, Exception) or isinstance(r, PluginStateError) for r in results)
    assert manager.plugins["dice"].version in {"2.0", "3.0"}
    assert place(manager).startswith("<cell dice ")


async def test_file_with_the_text_that_runs_is_its_source_without_a_reload(
    folder: Folder, manager: PluginManager
) -> None:
    before = await manager.define_plugin("dice", code())
    file = folder.write("dice.py", code())

    assert await manager.definitions.hand_to_file("dice")
    assert manager.get_plugin("dice") is before
    assert place(manager) == str(file)

    folder.write("dice.py", code('version = "2.0"'))
    assert (await manager.reload_plugin("dice")).version == "2.0"


@pytest.mark.parametrize("text", [None, b"", b"\xff", "x = 1"])
async def test_file_with_another_text_is_not_its_source(
    folder: Folder, manager: PluginManager, text: str | bytes | None
) -> None:
    await manager.define_plugin("dice", code())
    if text is not None:
        folder.write("dice.py", text)

    assert not await manager.definitions.hand_to_file("dice")
    assert place(manager).startswith("<cell dice ")


async def test_file_that_cannot_be_read_is_not_its_source(
    folder: Folder, manager: PluginManager
) -> None:
    await manager.define_plugin("dice", code())
    folder.write("dice/__init__.py", code())
    folder.write("dice/config.json", "{")

    assert not await manager.definitions.hand_to_file("dice")


async def test_plugin_that_does_not_run_has_no_source_to_give(manager: PluginManager) -> None:
    with pytest.raises(PluginNotFoundError):
        await manager.definitions.hand_to_file("dice")


async def test_modules_that_a_plugin_can_have(folder: Folder, manager: PluginManager) -> None:
    folder.write("deck/__init__.py", code(name="deck"))
    folder.plugin("dice")
    await manager.load_all()
    deck, dice = (manager.slots.known(name).source for name in ("deck", "dice"))

    assert can_have(deck, "")
    assert can_have(deck, "cards.aces")
    assert not can_have(deck, "no-name")
    assert can_have(dice, "")
    assert not can_have(dice, "cards")


BESIDE = "from pathlib import Path\nBESIDE = Path(__file__).with_name('words.txt')"


async def test_cell_finds_the_data_beside_its_file(folder: Folder, manager: PluginManager) -> None:
    await manager.define_plugin("dice", code("words = BESIDE", head=BESIDE))

    assert vars(type(manager.get_plugin("dice")))["words"] == folder.path / "words.txt"


@pytest.mark.parametrize(
    ("file", "data"),
    [("deck/cards.py", "deck/words.txt"), ("deck/cards/__init__.py", "deck/cards/words.txt")],
)
async def test_cell_of_a_package_finds_the_data_beside_its_module(
    folder: Folder, manager: PluginManager, file: str, data: str
) -> None:
    main = code("words = BESIDE", name="deck", head="from .cards import BESIDE")
    folder.write("deck/__init__.py", main)
    folder.write(file, BESIDE)
    await manager.load_plugin("deck")

    await manager.define_plugin("deck", f"# edited\n{BESIDE}", "cards")

    assert vars(type(manager.get_plugin("deck")))["words"] == folder.path / data
