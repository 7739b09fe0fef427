"""What the workbench shows of memory: generations that live on, and who keeps them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rosey.workbench.calls.forgetting import Forgotten
from rosey.workbench.calls.leaks import Leak, Leaks
from rosey.workbench.faces.answer import Answer, Lines, Table

_MOST_LEAKS = 20
_MOST_PLACES = 8


def leaks(seen: Leaks) -> Answer:
    """The generations that live, one a row, or a line that says that none does."""
    of_plugin = f" of {seen.plugin}" if seen.plugin is not None else ""
    if not seen.ended:
        return Answer.of_lines(seen, [f"no generation{of_plugin} has ended yet"])
    many = f"{seen.ended} generation{'s' * (seen.ended != 1)}{of_plugin} that ended"
    if not seen.found:
        return Answer.of_lines(seen, [f"none lives of {many}"])
    table = Table(
        title=f"{len(seen.found)} of {many} still in memory",
        heads=("generation", "what lives", "who keeps it"),
        rows=tuple(map(_row, seen.found[-_MOST_LEAKS:])),
    )
    return Answer(seen, table, *_advice(seen))


def forgotten(done: Forgotten) -> Answer:
    """What IPython has dropped, and what the user keeps."""
    places = list(dict.fromkeys(kept.place for kept in done.dropped))
    lines = [f"IPython has dropped {_some(places)}" if places else "IPython keeps nothing"]
    lines += [f"kept: {kept}" for kept in done.yours[:_MOST_PLACES]]
    return Answer.of_lines(done, lines)


def _row(leak: Leak) -> tuple[str, str, str]:
    keepers = [f"code: {line}" for line in leak.code]
    if leak.yours:
        keepers.append(f"your variables: {_some(leak.yours)}")
    if leak.ipython:
        keepers.append(f"IPython: {_some(leak.ipython)}")
    return f"{leak.plugin} {leak.serial}", "\n".join(leak.alive) or "-", "\n".join(keepers)


def _advice(seen: Leaks) -> Iterator[Lines]:
    lines = []
    if len(seen.found) > _MOST_LEAKS:
        lines.append(f"the newest {_MOST_LEAKS} are shown")
    if any(leak.ipython for leak in seen.found):
        lines.append("%rosey leaks --forget makes IPython drop what it keeps")
    if any(leak.yours for leak in seen.found):
        lines.append("your variables are no leak of the plugin: del drops one")
    if lines:
        yield Lines(lines=tuple(lines))


def _some(places: Sequence[str]) -> str:
    """The first places of many."""
    rest = len(places) - _MOST_PLACES
    return ", ".join(places[:_MOST_PLACES]) + (f" and {rest} more" if rest > 0 else "")
