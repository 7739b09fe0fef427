"""What pytest is given: the fixtures `bot` and `rosey_config`, and the marker `rosey`."""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import AsyncIterator, Generator, Iterable, Mapping
from typing import Any

import pytest
import pytest_asyncio

from rosey.config import Config
from rosey.errors import RoseyError
from rosey.rehearsal.twin import Twin
from rosey.test_runs.performing import GIVEN
from rosey.testing.placing import config_for, for_one_test
from rosey.testing.tested_bot import TestedBot, open_tested_bot

_MARKER = (
    "rosey(plugins=None, config=None): which plugins the fixture `bot` loads, and their settings "
    "by name"
)


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known."""
    config.addinivalue_line("markers", _MARKER)


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_pycollect_makeitem(obj: object) -> Generator[None, Any, Any]:
    """Have pytest-asyncio run the async tests that use `bot`, whatever its mode."""
    made = yield
    for item in made if isinstance(made, list) else ():
        if inspect.iscoroutinefunction(obj) and "bot" in item.fixturenames:
            item.add_marker("asyncio")
    return made


@pytest.fixture
def rosey_config(request: pytest.FixtureRequest) -> Config:
    """The configuration of a test's bot: override it to take another, such as a file of yours.

    Whatever it says, the bot keeps nothing on disk, follows no file, and talks to the test alone.
    """
    given = _given(request.config)
    return config_for(request.path, request.config.rootpath) if given is None else given.config


@pytest_asyncio.fixture
async def bot(request: pytest.FixtureRequest, rosey_config: Config) -> AsyncIterator[TestedBot]:
    """A bot of the test's own, with the plugins that the test is about; see `TestedBot`."""
    if not inspect.iscoroutinefunction(request.function):
        pytest.fail("a test that uses bot is written with `async def`", pytrace=False)
    marker = request.node.get_closest_marker("rosey")
    given = _given(request.config) or Twin(config=rosey_config, plugins=(), texts={})
    twin = dataclasses.replace(given, config=rosey_config)
    trouble = ""
    try:
        narrowed = _marked(twin, **(marker.kwargs if marker is not None else {}))
        async with open_tested_bot(narrowed) as tested:
            yield tested
    except (RoseyError, AssertionError) as error:
        trouble = str(error)
    # Not in the handler: pytest would show what led to the error too.
    if trouble:
        pytest.fail(trouble, pytrace=False)


def _given(config: pytest.Config) -> Twin | None:
    """What the bots of all tests are made of, where a running bot has them run."""
    twin: Twin | None = config.pluginmanager.get_plugin(GIVEN)
    return twin


def _marked(
    twin: Twin,
    plugins: Iterable[str] | None = None,
    config: Mapping[str, Mapping[str, Any]] | None = None,
) -> Twin:
    """A twin as the arguments of the marker narrow it."""
    return for_one_test(twin, plugins, config)
