"""Completion of what handles lead to: `bot.plugins.trivia.state.games[0].`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from IPython.core.completer import SimpleCompletion, context_matcher
from IPython.core.guarded_eval import EVALUATION_POLICIES, EvaluationContext, guarded_eval

from rosey.diagnostics.state.paths import Attribute, Place, Step
from rosey.errors import RoseyError
from rosey.workbench.facade.handles import PluginHandle, PluginHandles
from rosey.workbench.facade.live_state import LiveState, read_on

_HANDLES = (PluginHandles, PluginHandle, LiveState)
_STEP = re.compile(r"\.(?P<name>\w+)|\[(?P<key>[^\[\]]*)\]")
_READ = re.compile(
    r"(?<![\w.\]])(?P<read>[^\W\d]\w*(?:\.\w+|\[[^\[\]]*\])*)"
    r"(?:\.(?P<name>\w*)|\[(?P<key>[^\[\]]*))$"
)


class HandleCompletion:
    """Completes handles in one shell, between construction and `close`.

    IPython reads no `__getattr__` for a press of Tab unless it is told that it may, and Jedi, which
    reads the code, knows nothing of what a plugin keeps.

    Args:
        shell: IPython's shell.
    """

    def __init__(self, shell: Any) -> None:  # noqa: ANN401  IPython's own type
        self._shell = shell
        self._matcher = _matcher_of(shell)
        for allowed in _allowed():
            allowed.update(_HANDLES)
        shell.Completer.custom_matchers.append(self._matcher)

    def close(self) -> None:
        """Take it back."""
        self._shell.Completer.custom_matchers.remove(self._matcher)
        for allowed in _allowed():
            allowed.difference_update(_HANDLES)


def _allowed() -> tuple[set[Any], set[Any]]:
    """Of what IPython reads attributes, and items."""
    policy: Any = EVALUATION_POLICIES["limited"]
    return policy.allowed_getattr, policy.allowed_getitem


def _matcher_of(shell: Any) -> Any:  # noqa: ANN401  IPython's own types
    @context_matcher(identifier="rosey.handles")  # type: ignore[untyped-decorator]  # IPython's is untyped
    def match(context: Any) -> dict[str, Any]:  # noqa: ANN401  IPython's own type
        found = _READ.search(context.line_with_cursor[: context.cursor_position])
        if found is None:
            return {"completions": []}
        try:
            handle = _reached(shell, found["read"])
        except RoseyError:
            # IPython, which would read step by step, and wait at each, asks no further where
            # something is offered: what stands there already.
            typed = found["name"] or found["key"] or ""
            return _offered(typed, [typed])
        if found["name"] is None or not isinstance(handle, _HANDLES):
            return {"completions": []}
        words = [word for word in dir(handle) if word.startswith(found["name"])]
        return _offered(found["name"], _shown(words))

    return match


def _offered(typed: str, words: list[str]) -> dict[str, Any]:
    return {
        "completions": [SimpleCompletion(text=word, type="rosey") for word in words],
        "matched_fragment": typed,
        "suppress": True,
    }


def _reached(shell: Any, code: str) -> object:  # noqa: ANN401  IPython's own type
    """What an expression leads to; what a plugin keeps is read by one look, however deep it is.

    Raises:
        RoseyError: There is no such thing, or a plugin blocks the bot.
    """
    for step in _STEP.finditer(code):
        state = _evaluated(shell, code[: step.start()])
        if isinstance(state, LiveState):
            return read_on(state, tuple(_steps(shell, code[step.start() :])))
    return _evaluated(shell, code)


def _steps(shell: Any, code: str) -> Iterator[Step]:  # noqa: ANN401  IPython's own type
    for step in _STEP.finditer(code):
        if step["key"] is None:
            yield Attribute(name=step["name"])
        else:
            yield Place(key=_evaluated(shell, step["key"]))


def _evaluated(shell: Any, code: str) -> object:  # noqa: ANN401  IPython's own type
    """What an expression gives that calls nothing; None where that is not allowed, or fails."""
    context = EvaluationContext(
        globals=shell.user_global_ns, locals=shell.user_ns, evaluation="limited"
    )
    try:
        return guarded_eval(code, context)
    except Exception:  # noqa: BLE001  what is typed may be anything, and half of it
        return None


def _shown(words: list[str]) -> list[str]:
    """Names as IPython offers them: those with an underscore where nothing else fits."""
    return [word for word in words if not word.startswith("_")] or words
