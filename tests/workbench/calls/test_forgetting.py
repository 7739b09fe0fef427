"""What IPython keeps of plugins that are over is found, said and dropped; variables are not."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import Any

import pytest

from tests.connections.terminal import Terminal
from tests.workbench.kernel import Kernel
from tests.workbench.test_terminal import folder, terminal

__all__ = ["folder", "terminal"]

SETUP = """
from rosey.workbench.calls.forgetting import forget, kept

def it():
    return bot._bot.plugin_manager.get_plugin("greeter")

def alive():
    return len(bot._bot.witnesses.survivors())

def places(found):
    return [k.place for k in found]

def forgotten():
    return places(forget(get_ipython()).dropped)
"""

RELOAD = "bot.reload('greeter').result()"


@pytest.fixture
def prepared(running: Kernel) -> Iterator[Kernel]:
    """A kernel with a bot, and with functions that look at it without keeping it."""
    assert running.run(SETUP).status == "ok"
    yield running
    running.run("%rosey stop\nforget(get_ipython());")


def forgotten_after(kernel: Kernel, cell: str) -> Any:  # noqa: ANN401  what JSON has
    """Where IPython kept the old generation after a cell and a reload, until it forgot it."""
    kernel.run(cell)
    kernel.run(f"{RELOAD};")
    assert kernel.value("alive()") == 1, "nothing pins it: the test could not fail"
    found = kernel.value("forgotten()")
    assert kernel.value("[alive(), places(kept(get_ipython()))]") == [0, []]
    return found


def test_results_of_cells_are_dropped_wherever_they_are(prepared: Kernel) -> None:
    found = forgotten_after(prepared, "[it()]")

    n = prepared.value("get_ipython().execution_count - 2")
    copies = ["IPython's copy of _", f"IPython's copy of _{n}", f"Out[{n}]", "_", f"_{n}"]
    assert sorted(found) == [*copies, "the result of the last cell"][:5]


def test_underscores_go_on_after_they_were_dropped(prepared: Kernel) -> None:
    forgotten_after(prepared, "it()")

    prepared.run("41 + 1")

    assert prepared.value("[_, __]") == [42, ""]


ERRORS = {
    "argument": "raise ValueError(it())",
    "traceback": "it().greeted = None; it().greet('Ada')",
    "cause": """
        it().greeted = None
        try:
            it().greet('Ada')
        except AttributeError as error:
            raise ValueError from error
    """,
    "group": "raise ExceptionGroup('several', [ValueError(it())])",
    "note": """
        def noted():
            error = ValueError()
            error.__notes__ = [it()]
            return error
        raise noted()
    """,
}


@pytest.mark.parametrize("cell", ERRORS.values(), ids=ERRORS)
def test_the_last_error_is_dropped(prepared: Kernel, cell: str) -> None:
    # Rosey has taken those errors back already that went through the plugin's own code.
    assert {"the last error", "the last traceback"} & {
        *forgotten_after(prepared, textwrap.dedent(cell))
    }


def test_the_last_syntax_error_is_dropped(prepared: Kernel) -> None:
    prepared.run("get_ipython().SyntaxTB.last_syntax_error = SyntaxError(it())")

    assert forgotten_after(prepared, "") == ["the last syntax error"]


def test_the_debugger_is_dropped(prepared: Kernel) -> None:
    prepared.run(
        "traceback = get_ipython().InteractiveTB; traceback.pdb = traceback.debugger_cls()"
    )
    prepared.run("traceback.pdb.curframe_locals = {'self': it()}; del traceback")

    assert forgotten_after(prepared, "") == ["IPython's debugger"]


@pytest.mark.parametrize(
    ("keep", "place"),
    [
        ("shell.payload_manager.write_payload({'data': it()})", "a page that a cell shows"),
        ("shell.history_manager.outputs[999].append(it())", "the display of Out[999]"),
        ("shell.displayhook.exec_result.result = it()", "the result of this cell"),
    ],
)
def test_what_lasts_no_longer_than_a_cell_is_dropped(
    prepared: Kernel, keep: str, place: str
) -> None:
    cell = prepared.run(
        f"shell = get_ipython(); {keep}; {RELOAD}; print(alive(), forgotten(), alive()); del shell"
    )

    assert cell.stdout == f"1 ['{place}'] 0\n"


def test_variables_of_the_user_are_named_and_stay(prepared: Kernel) -> None:
    prepared.run("mine = {'x': [0, it()]}; _ = it().greet; one = two = it()")
    prepared.run(f"{RELOAD};")
    told = prepared.run("print(*forget(get_ipython()).yours, sep='\\n')").stdout.splitlines()

    serial = told[0].rpartition(" ")[2]
    ends = ("_", "mine['x'][1]", "one", "two")
    assert sorted(told) == [f"your variable {end}, of greeter generation {serial}" for end in ends]
    assert prepared.value("alive()") == 1
    prepared.run("del mine, one, two, _")
    assert prepared.value("alive()") == 0


def test_what_is_of_the_generation_that_runs_stays(prepared: Kernel) -> None:
    prepared.run("it()")

    assert prepared.value("forgotten()") == []
    assert prepared.value("_ is it()") is True


def test_what_the_bot_itself_keeps_is_not_blamed_on_the_notebook(prepared: Kernel) -> None:
    prepared.run("bot._bot.seen = it(); own = [bot._bot]")
    prepared.run(f"{RELOAD};")

    assert prepared.value("places(kept(get_ipython(), [bot._bot]))") == []
    prepared.run("del own, bot._bot.seen")


def test_the_terminal_forgets_too(terminal: Terminal) -> None:
    lines = [
        "from rosey.workbench.calls.forgetting import forget",
        "bot._bot.plugin_manager.get_plugin('greeter')",
        f"{RELOAD};",
        "print(len(forget(get_ipython()).dropped), len(bot._bot.witnesses.survivors()))",
    ]
    for number, line in enumerate(lines, start=4):
        terminal.type(line)
        terminal.press("Enter")
        terminal.wait_for(rf"In \[{number}\]:")

    terminal.wait_for(r"\n[5-9] 0")
