"""Plugins in installed packages: built, installed and found as anybody's would be."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from rosey.errors import PluginLoadError
from rosey.plugins.manager import PluginManager
from tests.plugins.host import Folder

PROJECT = """\
    [build-system]
    requires = ["hatchling"]
    build-backend = "hatchling.build"

    [project]
    name = "hello-pkg"
    version = "1.0"

    [project.entry-points."rosey.plugins"]
    hello_pkg = "hello_pkg.plugin:Hello"
    absent_pkg = "absent_pkg.plugin:Absent"
    """

PLUGIN = """\
    import hello_pkg.names
    from hello_pkg.greetings import greet
    from rosey.plugins import Plugin

    from . import names


    class Other(Plugin):
        name = "other"


    class Hello(Plugin):
        name = "hello_pkg"
        version = "1.0"

        async def setup(self):
            assert hello_pkg.names is names
            self.greeting = greet(names.WORLD)
    """

DISCOVER = """\
import asyncio
from rosey import Bot

async def main():
    print(*await Bot().plugin_manager.discover_plugins())

asyncio.run(main())
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel of a plugin, with the packages at hand."""
    project = Folder(tmp_path_factory.mktemp("project"))
    project.write("pyproject.toml", PROJECT)
    project.write("hello_pkg/__init__.py", "")
    project.write("hello_pkg/names.py", 'WORLD = "world"\n')
    project.write(
        "hello_pkg/greetings.py",
        """\
        from .names import WORLD


        def greet(name=WORLD):
            return f"hello {name}"
        """,
    )
    project.write("hello_pkg/plugin.py", PLUGIN)
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", str(project.path)]
    subprocess.run(build, check=True, capture_output=True)
    [path] = (project.path / "dist").glob("*.whl")
    return path


@pytest.fixture
def site(wheel: Path, tmp_path: Path) -> Folder:
    """Install the plugin into a folder of its own."""
    target = tmp_path / "site"
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
    subprocess.run([*pip, "--no-deps", "--no-index", "--target", target, wheel], check=True)
    return Folder(target)


@pytest.fixture
def installed(site: Folder, monkeypatch: pytest.MonkeyPatch) -> Folder:
    """Let this interpreter find what is installed there."""
    monkeypatch.syspath_prepend(site.path)
    return site


def test_installed_plugin_is_discovered_by_another_interpreter(site: Folder) -> None:
    environment = {**os.environ, "PYTHONPATH": str(site.path)}
    found = subprocess.run(
        [sys.executable, "-c", DISCOVER],
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    )

    assert found.stdout == "hello_pkg\n"


@pytest.mark.usefixtures("installed")
async def test_installed_plugin_loads_with_its_own_modules(manager: PluginManager) -> None:
    plugin = await manager.load_plugin("hello_pkg")

    assert vars(plugin)["greeting"] == "hello world"


@pytest.mark.usefixtures("installed")
async def test_installed_plugin_is_not_imported_by_its_own_name(manager: PluginManager) -> None:
    await manager.load_plugin("hello_pkg")

    assert "hello_pkg" not in sys.modules


@pytest.mark.usefixtures("installed")
async def test_version_of_an_installed_plugin_shows(manager: PluginManager) -> None:
    await manager.load_plugin("hello_pkg")

    assert manager.slots.versions() == {"hello_pkg": "1.0"}


async def test_upgraded_plugin_reloads_with_all_of_its_modules(
    installed: Folder, manager: PluginManager
) -> None:
    await manager.load_plugin("hello_pkg")
    installed.write("hello_pkg/plugin.py", PLUGIN.replace('version = "1.0"', 'version = "1.1"'))
    installed.write("hello_pkg/names.py", 'WORLD = "moon"\n')

    plugin = await manager.reload_plugin("hello_pkg")

    assert plugin.version == "1.1"
    assert vars(plugin)["greeting"] == "hello moon"


async def test_broken_upgrade_is_refused_with_file_and_line(
    installed: Folder, manager: PluginManager
) -> None:
    old = await manager.load_plugin("hello_pkg")
    broken = installed.write("hello_pkg/greetings.py", "from .names import WORLD\nWORLD.absent\n")

    with pytest.raises(PluginLoadError) as caught:
        await manager.reload_plugin("hello_pkg")

    assert (caught.value.path, caught.value.line) == (broken, 2)
    assert manager.get_plugin("hello_pkg") is old


async def test_entry_point_to_a_missing_module_is_refused(
    installed: Folder, manager: PluginManager
) -> None:
    (installed.path / "hello_pkg" / "plugin.py").unlink()

    with pytest.raises(PluginLoadError, match="no module plugin"):
        await manager.load_plugin("hello_pkg")


async def test_entry_point_to_a_missing_class_is_refused(
    installed: Folder, manager: PluginManager
) -> None:
    path = installed.write("hello_pkg/plugin.py", PLUGIN.replace("class Hello", "class Hullo"))

    with pytest.raises(PluginLoadError, match="no subclass of Plugin") as caught:
        await manager.load_plugin("hello_pkg")

    assert caught.value.path == path
