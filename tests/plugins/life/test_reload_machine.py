"""Any sequence of steps leaves the bot as it must be, whatever fails where.

`make soak` takes more sequences, and others each time.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import os
from collections.abc import Coroutine, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from rosey.errors import PluginError, PluginInUseError, PluginLoadError, PluginStateError
from rosey.plugins.lifecycle import dependents_of
from tests.plugins.host import Folder
from tests.plugins.life.trial import KINDS, NEEDS, bot_on_trial, check, write

SOAK = int(os.environ.get("ROSEY_SOAK", "0"))
"""How many times as many sequences to take, each time others; 0 for a few that are the same."""

EXAMPLES, STEPS = 40, 30

BEFORE_STATE = ("syntax", "import", "class", "config", "construct", "setup")
ENABLING = ("on_enable", "swap")
FAULTS = (*BEFORE_STATE, *ENABLING, "import_state", "on_disable", "teardown", "export_state")

names = st.sampled_from([*NEEDS])
faults = st.sampled_from([None, *FAULTS])
rare_faults = st.one_of(st.none(), st.none(), st.none(), faults)
kinds = st.sampled_from([*KINDS])
few = st.integers(1, 4)


@dataclass(frozen=True)
class Version:
    """A file as it was saved."""

    number: int
    fault: str | None


@dataclass
class Loaded:
    """What must be true of a plugin that is loaded."""

    plugin: Any
    version: Version
    line: object
    state: str = "enabled"
    seen: int = 0


class Steps(RuleBasedStateMachine):
    """Does to a bot what people do, and knows what must come of it."""

    def __init__(self, folder: Folder) -> None:
        super().__init__()
        self.folder = folder
        self.runner = asyncio.Runner()
        self.bot, self.trial = bot_on_trial(folder.path)
        self.manager = self.bot.plugin_manager
        self.saved: dict[str, Version] = {}
        self.loaded: dict[str, Loaded] = {}
        self.expected: dict[tuple[str, str], list[int]] = {}
        self.versions = self.numbers = 0
        for name in NEEDS:
            self._save(name)
        self.runner.run(self.bot.start())
        self._look()

    def teardown(self) -> None:
        self.runner.run(self.bot.stop())
        self.runner.close()
        self.loaded.clear()
        del self.bot, self.manager
        gc.collect()
        assert not [*self.trial.instances]
        assert not self.trial.lines

    # What is done

    @rule(name=names, fault=faults, kind=kinds, fresh=st.booleans())
    def save_and_reload(self, name: str, fault: str | None, kind: str, fresh: bool) -> None:  # noqa: FBT001  hypothesis passes by name
        self._save(name, fault, kind)
        self._reload(name, self.manager.reload_plugin(name, fresh=fresh), is_fresh=fresh)

    @rule(name=names, fault=st.sampled_from(["setup", *ENABLING]))
    def fail_late(self, name: str, fault: str) -> None:
        self._save(name, fault)
        self._reload(name, self.manager.reload_plugin(name))

    @rule(name=names, fresh=st.booleans())
    def reload(self, name: str, fresh: bool) -> None:  # noqa: FBT001  as above
        self._reload(name, self.manager.reload_plugin(name, fresh=fresh), is_fresh=fresh)

    @rule(name=names, size=few)
    def mend_and_configure(self, name: str, size: int) -> None:
        self._save(name)
        self._reload(name, self.manager.configure_plugin(name, {"size": size}))

    @rule(name=names, fault=rare_faults, kind=kinds)
    def save_and_load(self, name: str, fault: str | None, kind: str) -> None:
        self._save(name, fault, kind)
        if name in self.loaded:
            return self._refused(self.manager.load_plugin(name), PluginStateError)
        chain = [n for n in (*NEEDS[name], name) if n not in self.loaded]
        failing = [n for n in chain if self.saved[n].fault in {*BEFORE_STATE, *ENABLING}]
        if failing:
            self._refused(self.manager.load_plugin(name), PluginLoadError)
        else:
            self.runner.run(self.manager.load_plugin(name))
        for there in chain[: chain.index(failing[0])] if failing else chain:
            self._enter(there)
        return None

    @rule(name=names, together=st.booleans())
    def unload(self, name: str, together: bool) -> None:  # noqa: FBT001  as above
        code = self.manager.unload_plugin(name, with_dependents=together)
        dependents = self._dependents(name)
        if name not in self.loaded:
            return self._refused(code, PluginError)
        if dependents and not together:
            return self._refused(code, PluginInUseError)
        self.runner.run(code)
        for gone in (*dependents, name):
            del self.loaded[gone]
        return None

    @rule(name=names)
    def disable(self, name: str) -> None:
        if self._state(name) != "enabled":
            return self._refused(self.manager.disable_plugin(name), PluginError)
        self.runner.run(self.manager.disable_plugin(name))
        self.loaded[name].state = "disabled"
        return None

    @rule(name=names)
    def enable(self, name: str) -> None:
        known = self.loaded.get(name)
        code = self.manager.enable_plugin(name)
        is_wrong = known is not None and known.version.fault in ENABLING
        if known is None or known.state == "enabled" or is_wrong:
            with pytest.raises(PluginError):
                self.runner.run(code)
            self._unblock()
            return
        self.runner.run(code)
        known.state = "enabled"

    @rule(name=names)
    def crash(self, name: str) -> None:
        self.runner.run(self.manager.handle_plugin_crash(name, ValueError("odd")))
        if self._state(name) == "enabled":
            self.loaded[name].state = "quarantined"

    @rule(count=few)
    def emit(self, count: int) -> None:
        self.runner.run(self._stream(count))
        self._expect(count)

    @rule(name=names)
    def say(self, name: str) -> None:
        (answer,) = self.runner.run(self.bot.say(f"!{name}"))
        if self._state(name) == "enabled":
            assert answer == f"{name} {self.loaded[name].version.number}"
        else:
            assert answer.startswith("There is no command")

    @rule(some=st.lists(st.tuples(names, rare_faults), min_size=2, max_size=4), count=few)
    def reload_at_once(self, some: Sequence[tuple[str, str | None]], count: int) -> None:
        """Every event is handled once and in order, whatever becomes of the reloads."""
        for name, fault in some:
            self._save(name, fault)
        # Others would begin to serve in the middle of it.
        serving = [name for name, _ in some if self._state(name) in {"enabled", "disabled"}]
        changes = [self.manager.reload_plugins([name]) for name in serving]
        self._at_once(*changes, self._stream(count))
        self._expect(count)

    @rule(name=names, fault=faults, iterations=st.integers(0, 60), times=few)
    def cancel_reload(self, name: str, fault: str | None, iterations: int, times: int) -> None:
        """Whichever version serves after that has the state, and gets the events."""
        self._save(name, fault)
        if self._state(name) in {"enabled", "disabled"}:
            reloading = self._cancelled(self.manager.reload_plugin(name), iterations, times)
            self._at_once(reloading, self._stream(2))
            self._expect(2)

    @rule(
        steps=st.lists(
            st.tuples(st.sampled_from(["load", "unload", "enable", "disable", "reload"]), names),
            min_size=2,
            max_size=6,
        ),
        count=few,
    )
    def do_at_once(self, steps: Sequence[tuple[str, str]], count: int) -> None:
        """No event is handled twice; which are at all is open where plugins come and go."""
        for _, name in steps:
            self._save(name)
        before = self.numbers
        changes = [getattr(self.manager, f"{step}_plugin")(name) for step, name in steps]
        self._at_once(*changes, self._stream(count))
        for handler, numbers in self.trial.log.items():
            known = self.expected.setdefault(handler, [])
            new = numbers[len(known) :]
            assert {*new} <= {*range(before, self.numbers)}
            assert len({*new}) == len(new)
            known += new
        for name, known_plugin in self.loaded.items():
            plugin = self.manager.plugins[name]
            known_plugin.seen, known_plugin.line = plugin.seen, plugin.line

    # What must be true

    @invariant()
    def the_bot_is_as_its_ledgers_say(self) -> None:
        self.runner.run(check(self.bot))

    @invariant()
    def those_serve_that_must(self) -> None:
        serving = self.manager.plugins
        assert serving.keys() == self.loaded.keys()
        for name, known in self.loaded.items():
            plugin = serving[name]
            assert plugin is known.plugin
            assert plugin.line is known.line
            assert plugin.version == f"{known.version.number}.0"
            assert plugin.enabled == (known.state == "enabled")
            assert str(self.manager.slots.known(name).state) == known.state
            assert plugin.seen == known.seen

    @invariant()
    def events_came_once_and_in_order(self) -> None:
        """In order to those that come first: others wait for these, longer for some events."""
        for handler, numbers in self.expected.items():
            came = self.trial.log[handler]
            if handler[1] == "early":
                assert came == numbers
            else:
                assert sorted(came) == sorted(numbers)
        assert {h: n for h, n in self.trial.log.items() if h not in self.expected} == {}

    # How

    def _save(self, name: str, fault: str | None = None, kind: str = "raise") -> None:
        # What comes back with its state would fail in that: it is told, but then it is gone.
        fault = None if (name, fault) == ("port", "import_state") else fault
        self.versions += 1
        self.saved[name] = Version(self.versions, fault)
        write(self.folder, name, self.versions, fault, kind)

    def _enter(self, name: str) -> None:
        plugin = self.manager.plugins[name]
        self.loaded[name] = Loaded(plugin, self.saved[name], plugin.line)

    def _state(self, name: str) -> str | None:
        known = self.loaded.get(name)
        return known.state if known is not None else None

    def _dependents(self, name: str) -> Sequence[str]:
        return dependents_of(name, {n: NEEDS[n] for n in self.loaded})

    def _reload(self, name: str, code: Coroutine[Any, Any, Any], *, is_fresh: bool = False) -> None:
        if name not in self.loaded:
            # It is loaded where it has failed before, else refused: which of both is told after it.
            return self._at_once(code)
        group = [name, *self._dependents(name)]
        fresh = [name] if is_fresh else []
        if any(self._fails(member, fresh, name) for member in group):
            self._refused(code, PluginLoadError)
            if is_fresh and self._comes_back_empty(name):
                self.loaded[name].seen = 0
            return None
        self.runner.run(code)
        for member in group:
            known = self.loaded[member]
            known.plugin, known.version = self.manager.plugins[member], self.saved[member]
            known.seen = 0 if member in fresh else known.seen
            if member == name and known.state == "quarantined":
                known.state = "enabled"
        return None

    def _fails(self, member: str, fresh: Sequence[str], asked: str) -> bool:
        known, saved = self.loaded[member], self.saved[member]
        hands_over = member not in fresh
        is_chance = known.state == "quarantined" and member == asked
        return (
            saved.fault in BEFORE_STATE
            or (hands_over and known.version.fault == "export_state")
            or (hands_over and saved.fault == "import_state")
            or (saved.fault in ENABLING and (known.state == "enabled" or is_chance))
        )

    def _comes_back_empty(self, name: str) -> bool:
        """Whether it was stopped, and its state could not be exported before."""
        is_stopped = self.saved[name].fault in {"setup", *ENABLING}
        return name == "port" and is_stopped and self.loaded[name].version.fault == "export_state"

    def _refused(self, code: Coroutine[Any, Any, Any], error: type[PluginError]) -> None:
        with pytest.raises(error):
            self.runner.run(code)
        self._unblock()

    def _at_once(self, *codes: Coroutine[Any, Any, Any]) -> None:
        results = self.runner.run(_gathered(*codes))
        assert not [
            r for r in results if isinstance(r, Exception) and not isinstance(r, PluginError)
        ]
        self._unblock()
        self._look()

    def _unblock(self) -> None:
        if self.bot.services.get("blocked") == "taken":
            self.bot.services.unregister("blocked")

    async def _cancelled(self, code: Coroutine[Any, Any, Any], iterations: int, times: int) -> None:
        reloading = asyncio.create_task(code)
        for _ in range(iterations):
            await asyncio.sleep(0)
        for _ in range(times):
            reloading.cancel()
            await asyncio.sleep(0)
        await asyncio.wait([reloading])
        # What has taken over by then ends the old one, though nobody waits for it.
        await self.manager._steps.settle()  # noqa: SLF001  as said

    async def _stream(self, count: int) -> None:
        for _ in range(count):
            for _ in range(2):
                self.bot.bus.emit_soon("number", self.numbers)
                self.numbers += 1
            await asyncio.sleep(0.0005)
        await self.bot.bus.drain()

    def _expect(self, count: int) -> None:
        new = [*range(self.numbers - 2 * count, self.numbers)]
        for name, known in self.loaded.items():
            if known.state == "enabled":
                known.seen += len(new)
                for handler in ("early", "number"):
                    self.expected.setdefault((name, handler), []).extend(new)

    def _look(self) -> None:
        """See which of the saved versions serve now, where it depends on chance."""
        serving = self.manager.plugins
        for name in [*self.loaded.keys() - serving.keys()]:
            del self.loaded[name]
        for name, plugin in serving.items():
            if name not in self.loaded:
                self._enter(name)
            known = self.loaded[name]
            if plugin is not known.plugin:
                known.plugin, known.version = plugin, self.saved[name]
            known.state = str(self.manager.slots.known(name).state)


async def _gathered(*codes: Coroutine[Any, Any, Any]) -> list[object]:
    return [*await asyncio.gather(*codes, return_exceptions=True)]


@contextlib.contextmanager
def quick_and_quiet() -> Iterator[None]:
    """Look for garbage in nothing but what comes from now on; log nothing, as pytest keeps that."""
    gc.collect()
    gc.freeze()
    logging.disable()
    try:
        yield
    finally:
        logging.disable(logging.NOTSET)
        gc.unfreeze()


@pytest.mark.timeout(0 if SOAK else 60)
def test_any_sequence_of_steps_leaves_the_bot_as_it_must_be(tmp_path: Path) -> None:
    class Here(Steps):
        def __init__(self) -> None:
            super().__init__(Folder(tmp_path / "plugins"))

    profile = settings(
        max_examples=EXAMPLES * max(SOAK, 1),
        stateful_step_count=STEPS,
        derandomize=not SOAK,
        database=None,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow],
    )
    with quick_and_quiet():
        run_state_machine_as_test(Here, settings=profile)
