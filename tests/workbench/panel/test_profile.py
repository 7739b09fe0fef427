"""Profiles of memory while somebody looks at a panel."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.bots import write_plugin
from tests.workbench.conftest import GREETER
from tests.workbench.kernel import Kernel
from tests.workbench.panel.front_end import FrontEnd

pytestmark = pytest.mark.timeout(180)

GROWS = "vars(colorsys).setdefault('kept', []).append(bytes(100_000))"
"""So much that what the panel draws meanwhile, which may grow a little too, is lost in it."""


@pytest.fixture
def profiling(kernel: Kernel, tmp_path: Path) -> Iterator[Kernel]:
    """A kernel whose plugin may be made to leak, beside a panel at which somebody looks."""
    file = write_plugin(tmp_path / "plugins", "greeter", GREETER)
    file.write_text(f"import colorsys\n{file.read_text()}")
    kernel.run("%rosey start\npanel = bot.panel('events')")
    front = FrontEnd(kernel)
    front.say("ping")
    front.look(events__query="event:plugin.*")
    front.wait_for("plugin.enabled")
    yield kernel
    kernel.run("vars(__import__('colorsys')).pop('kept', None)")


def verdict(kernel: Kernel, *, live: bool) -> str:
    """What a profile says that is not too short to tell."""
    kernel.run(f"work = bot.memory.profile('greeter', reloads=60, warm_up=40, live={live})")
    return str(kernel.value("work.result().verdict"))


@pytest.mark.parametrize("live", [False, True])
def test_clean_plugin_is_flat_whoever_looks_on(profiling: Kernel, *, live: bool) -> None:
    assert verdict(profiling, live=live) == "flat"


@pytest.mark.parametrize("live", [False, True])
def test_leak_is_found_whoever_looks_on(profiling: Kernel, tmp_path: Path, *, live: bool) -> None:
    file = tmp_path / "plugins" / "greeter.py"
    file.write_text(f"{file.read_text()}\n{GROWS}\n")
    profiling.run("bot.reload('greeter').result()")

    found = re.fullmatch(r"leaking ([\d,]+) bytes a reload", verdict(profiling, live=live))

    assert found is not None
    assert int(found[1].replace(",", "")) == pytest.approx(100_000, rel=0.05)
