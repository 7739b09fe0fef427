"""The fixture `bot` in a project of a plugin's author, run by pytest in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from tests.bots import write_plugin

USED = 'pytest_plugins = ["rosey.testing"]\n'

ROOT = Path(__file__).parents[2]

GREETER = """
class config_schema(ConfigSchema):
    word = fields.Str(load_default="Hello")

@command("hello")
async def hello(self, ctx: CommandContext, times: int = 1):
    await ctx.reply(f"{self.config['word']}, {ctx.user.name}" + "!" * (times // times))
"""


class Project:
    """A project with the plugins `greeter` and `other`.

    Args:
        folder: Where it stands.

    Attributes:
        conftest: The file that says that Rosey's fixtures are used.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        (folder / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
        self.conftest = folder / "conftest.py"
        self.conftest.write_text(USED, encoding="utf-8")
        write_plugin(folder / "plugins", "greeter", GREETER)
        write_plugin(folder / "plugins", "other", 'dependencies = ["greeter"]')

    def run(self, tests: str, *options: str, file: str = "tests/test_greeter.py") -> str:
        """What pytest says of a file of tests."""
        path = self._folder / file
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"import pytest\n{textwrap.dedent(tests)}", encoding="utf-8")
        environ = {**os.environ, "PYTHONPATH": str(ROOT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
        plugins = ["-p", "asyncio", "-p", "no:cacheprovider"]
        settings = ["-W", "error", "-o", "asyncio_default_fixture_loop_scope=function"]
        done = subprocess.run(
            [sys.executable, "-m", "pytest", *plugins, *settings, *options, path],
            cwd=self._folder,
            env=environ,
            capture_output=True,
            text=True,
            check=False,
        )
        return done.stdout + done.stderr


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A project in the test's folder."""
    return Project(tmp_path)


@pytest.mark.parametrize("mode", ["strict", "auto"])
def test_async_tests_run_whatever_the_mode_of_pytest_asyncio(project: Project, mode: str) -> None:
    tests = """
    async def test_greeting(bot):
        assert await bot.say("!hello", user="ada") == ["Hello, ada!"]

    @pytest.mark.parametrize("user", ["ada", "grace"])
    async def test_greetings(bot, user):
        assert await bot.say("!hello", user=user) == [f"Hello, {user}!"]

    class TestIsolation:
        async def test_each_test_has_a_bot_of_its_own(self, bot):
            assert bot.replies == []

    def test_without_a_bot():
        pass
    """
    assert "5 passed" in project.run(tests, "--strict-markers", "-o", f"asyncio_mode={mode}")


def test_a_file_of_tests_can_say_itself_that_it_uses_the_fixtures(project: Project) -> None:
    project.conftest.unlink()

    tests = """
    async def test_greeting(bot):
        assert await bot.say("!hello", user="ada") == ["Hello, ada!"]
    """
    assert "1 passed" in project.run(USED + textwrap.dedent(tests))


def test_the_marker_says_which_plugins_run_and_how(project: Project) -> None:
    tests = """
    async def test_the_file_is_named_after_one(bot):
        assert bot.bot.plugin_manager.list_plugins() == ["greeter"]

    @pytest.mark.rosey(plugins=["other"])
    async def test_another_brings_what_it_needs(bot):
        assert bot.bot.plugin_manager.list_plugins() == ["greeter", "other"]

    @pytest.mark.rosey(config={"greeter": {"word": "Ahoy"}})
    async def test_settings(bot):
        assert await bot.say("!hello") == ["Ahoy, owner!"]
    """
    assert "3 passed" in project.run(tests)


def test_the_configuration_is_what_the_project_says(project: Project) -> None:
    tests = """
    from rosey import Config

    @pytest.fixture
    def rosey_config(tmp_path):
        return Config.from_mapping({"command_prefix": "?", "storage": str(tmp_path / "data")})

    async def test_prefix(bot, tmp_path):
        assert await bot.say("?hello") == ["Hello, owner!"]
        assert not (tmp_path / "data").exists()
    """
    assert "1 passed" in project.run(tests)


def test_what_goes_wrong_is_told_without_the_way_through_rosey(project: Project) -> None:
    tests = """
    async def test_fault(bot):
        await bot.say("!hello 0")

    @pytest.mark.rosey(config={"greeter": {"word": 1}})
    async def test_settings_that_do_not_fit(bot): ...

    @pytest.mark.rosey(plugins=["greter"])
    async def test_misspelt(bot): ...

    @pytest.mark.rosey(plugin="greeter")
    async def test_misused(bot): ...

    def test_sync(bot): ...
    """
    told = project.run(tests, "--tb=short")

    assert "greeter failed in !hello: ZeroDivisionError" in told
    assert "word: not a valid string" in told
    assert "greter" in told
    assert "a test that uses bot is written with `async def`" in told
    assert "1 failed, 4 errors" in told
    assert "rosey/plugins" not in told
