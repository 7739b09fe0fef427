"""Whatever a plugin does, its neighbour serves on, and the plugin is named."""

from __future__ import annotations

import re

import pytest

from tests.chaos.arena import COMMANDS, show
from tests.chaos.conftest import Rows
from tests.chaos.villains import VILLAINS

ANSWERS = tuple(f"{number} is the answer {number + 1}" for number in range(COMMANDS))


@pytest.mark.no_loop_debug(reason="asyncio's own checks would be most of what is measured")
@pytest.mark.timeout(60)
@pytest.mark.parametrize("name", VILLAINS)
async def test_neighbour_answers_a_thousand_commands_while_a_plugin(
    tmp_path_factory: pytest.TempPathFactory, rows: Rows, name: str
) -> None:
    villain = VILLAINS[name]
    calm = await show(tmp_path_factory.mktemp("calm"), None)

    raging = await show(tmp_path_factory.mktemp("raging"), villain)

    rows[name] = raging, calm
    assert raging.answers == calm.answers == ANSWERS
    assert raging.state == COMMANDS
    assert re.search(villain.named, raging.log)
    assert bool(re.search(villain.named, raging.told)) == villain.is_its_fault
