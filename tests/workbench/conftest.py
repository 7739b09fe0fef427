"""A kernel for the tests of one module, with a fresh folder and a fresh `%rosey` for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from jupyter_core.utils import ensure_event_loop

from tests.bots import write_plugin
from tests.workbench.kernel import Kernel

GREETER = """
version = "0.1.0"
description = "Says hello"

class config_schema(ConfigSchema):
    times = fields.Int(load_default=1, validate=validate.Range(1, 5))

async def setup(self):
    self.greeted = []
    self.provide_service("greetings", self.greeted, version="1.0")

@command("hello", help="Say hello.")
async def hello(self, ctx: CommandContext, name: str = ""):
    await ctx.reply(self.greet(name or ctx.user.name))

@command("whoami")
async def whoami(self, ctx: CommandContext):
    await ctx.reply(f"{ctx.user.name} {ctx.rank}")

@on("user_join")
async def welcome(self, event, data):
    await self.bot.send_message(self.greet(data["username"]))

def greet(self, name):
    self.greeted.append(name)
    return " ".join([f"Hello, {name}!"] * self.config["times"])
"""


@pytest.fixture(scope="session", autouse=True)
def loop_of_jupyter() -> Iterator[None]:
    """The loop that Jupyter's client makes at its first call, and keeps: no test has left it."""
    loop = ensure_event_loop()
    yield
    loop.close()


@pytest.fixture(scope="module")
def process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kernel]:
    """A kernel without `%rosey`."""
    with Kernel(tmp_path_factory.mktemp("kernel")) as kernel:
        yield kernel


@pytest.fixture
def bare(process: Kernel, tmp_path: Path) -> Iterator[Kernel]:
    """The same kernel in the test's folder, with the plugin `greeter` in `plugins`.

    It must be left as it was, once the extension is unloaded.
    """
    write_plugin(tmp_path / "plugins", "greeter", GREETER)
    process.run(f"import os, gc; os.chdir({str(tmp_path)!r})")
    before = process.leftovers()
    yield process
    process.run("%unload_ext rosey")
    assert process.leftovers() == before


@pytest.fixture
def kernel(bare: Kernel) -> Kernel:
    """The same with `%rosey`."""
    bare.run("%load_ext rosey")
    return bare


@pytest.fixture
def running(kernel: Kernel) -> Kernel:
    """The same with a bot that runs."""
    assert kernel.run("%rosey start").status == "ok"
    return kernel
