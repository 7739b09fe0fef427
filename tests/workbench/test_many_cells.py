"""However often a cell defines a plugin, one generation lives once IPython has forgotten all."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import pytest

from tests.workbench.kernel import Kernel

TIMES = 500

ECHO = """\
%%rosey plugin echo
from rosey import Plugin


class Echo(Plugin):
    name = "echo"
    version = "{number}.0"

    def fail(self):
        raise RuntimeError(self.version)
"""

ALIVE = """\
import gc
from rosey import Plugin
gc.collect()
alive = [kind.version for kind in Plugin.__subclasses__() if kind.name == "echo"]
del Plugin
"""


@pytest.fixture(scope="module")
def own_kernel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kernel]:
    """A kernel whose history nobody else needs, with a bot that runs."""
    with contextlib.ExitStack() as stack:
        with pytest.MonkeyPatch.context() as patched:
            # To note which lines run takes as long as all else, and other kernels do so.
            patched.delenv("COVERAGE_PROCESS_CONFIG", raising=False)
            kernel = stack.enter_context(Kernel(tmp_path_factory.mktemp("kernel")))
        kernel.run("%load_ext rosey\n%rosey start")
        yield kernel


@pytest.mark.timeout(240)
def test_one_generation_is_alive_after_many_definitions(own_kernel: Kernel) -> None:
    for number in range(TIMES):
        assert own_kernel.run(ECHO.format(number=number)).status == "ok"
        own_kernel.run("bot._bot.plugin_manager.get_plugin('echo')")  # stays in Out, _ and __
        if number % 50 == 0:
            assert own_kernel.run("_.fail()").status == "error"  # stays in sys.last_value
    own_kernel.run(ALIVE)
    assert len(own_kernel.value("alive")) > 1

    own_kernel.run("%rosey leaks --forget")

    own_kernel.run(ALIVE)
    assert own_kernel.value("alive") == [f"{TIMES - 1}.0"]
