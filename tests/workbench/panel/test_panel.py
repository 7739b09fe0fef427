"""The panel in a real kernel, as a front end sees it."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.workbench.kernel import Kernel
from tests.workbench.panel.front_end import FrontEnd

MOST_MESSAGES_A_SECOND = 15

LEFT = """
import gc, threading, ipywidgets, comm
def left():
    gc.collect()
    return (
        len(ipywidgets.widget.Widget.widgets), len(comm.get_comm_manager().comms),
        sum(t.name.startswith("rosey-panel") for t in threading.enumerate()),
        sum(str(type(o).__module__).startswith("rosey.workbench.panel") for o in gc.get_objects()),
        sum(isinstance(o, type) and o.__name__ == "PanelWidget" for o in gc.get_objects()),
    )
"""


@pytest.fixture
def front(running: Kernel) -> FrontEnd:
    """A view of a panel, which somebody looks at."""
    running.run("panel = bot.panel()")
    front = FrontEnd(running)
    front.say("ping")
    return front


def test_the_command_shows_a_still_picture_and_the_widget(running: Kernel) -> None:
    cell = running.run("%rosey panel chat")

    still, live = cell.faces
    assert still["text/plain"].startswith("id") or "no such event" in still["text/plain"]
    assert "%rosey panel opens another" in still["text/html"]
    assert live["text/plain"] == "the panel of Rosey"
    assert "application/vnd.jupyter.widget-view+json" in live


def test_an_area_that_is_not_there_is_refused_with_those_that_are(running: Kernel) -> None:
    cell = running.run("%rosey panel kitchen")

    assert cell.status == "error"
    assert "there is no area 'kitchen': plugins, chat" in cell.stderr
    assert "chat" in running.complete("%rosey panel ")


def test_a_button_does_it_and_shows_the_line_and_what_came(front: FrontEnd) -> None:
    front.do("plugins.reload", plugin="greeter")

    front.wait_for("greeter 0.1.0 is reloaded", "last")
    assert "%rosey reload greeter" in front.text("last")
    front.wait_for("(1 reload)")


def test_what_was_done_elsewhere_is_shown(front: FrontEnd, running: Kernel) -> None:
    running.run("%rosey disable greeter")

    front.wait_for("disabled")


def test_two_panels_on_one_bot_agree(front: FrontEnd, running: Kernel) -> None:
    running.run("other, panel = panel, bot.panel()")
    second = FrontEnd(running, "second")
    second.say("ping")

    front.do("plugins.unload", plugin="greeter")

    front.wait_for("unloaded")
    second.wait_for("unloaded")


def test_nothing_is_sent_while_nobody_looks(running: Kernel) -> None:
    running.run("panel = bot.panel()")
    front = FrontEnd(running)
    running.run("%rosey disable greeter")
    assert running.value("panel._pulse._is_watched()") is False

    front.say("ping")
    front.wait_for("disabled")

    front.say("leave")
    front.wait_until(lambda: running.value("panel._pulse._is_watched()") is False)
    assert front.messages[0]["content"]["data"]["content"] == {"kind": "pong"}


def test_a_flood_of_events_is_a_trickle_of_messages_and_the_newest_arrives(
    front: FrontEnd, running: Kernel
) -> None:
    front.wait_for("greeter")
    before, began = len(front.messages), time.monotonic()
    running.run(
        "import asyncio\n"
        "for n in range(2_000):\n"
        '    await bot.emit("user_join", {"username": f"user{n}"})'
    )
    front.wait_for("2,000")
    took = time.monotonic() - began

    assert len(front.messages) - before <= MOST_MESSAGES_A_SECOND * took + 1


def test_a_stopped_bot_is_said_and_another_one_is_shown(front: FrontEnd, running: Kernel) -> None:
    running.run("%rosey stop")
    front.wait_for("%rosey start")

    running.run("%rosey start")

    front.wait_for("greeter")


def test_closing_leaves_what_was_shown_last(running: Kernel) -> None:
    running.run("panel = bot.panel(); panel.show()")
    running.run("%rosey disable greeter")

    cell = running.run("panel.close(); panel.close()")

    assert "disabled" in cell.updates[-1]["text/plain"]
    assert running.run("panel").text == "<the panel of Rosey, closed>"
    assert running.run("panel.show()").traceback[-1].endswith("%rosey panel opens another")


def test_closing_ends_what_its_areas_follow(front: FrontEnd, running: Kernel) -> None:
    followers = "len(bot.traces._recorder.ring._followers)"
    front.look(area="chat")
    front.wait_for("Nobody has said anything yet")
    assert running.value(followers) == 1

    running.run("panel.close()")

    assert running.value(followers) == 0


def test_500_panels_leave_nothing(running: Kernel) -> None:
    running.run(LEFT)
    cycle = "for _ in range({}):\n    bot.panel().close()"
    running.run(cycle.format(10))
    before = running.value("left()")

    running.run(cycle.format(500))

    assert running.value("left()") == before


def test_an_action_that_fails_says_so(front: FrontEnd) -> None:
    front.do("chat.say", text="hello")

    front.wait_for("a fault of Rosey's", "last")

    front.do("plugins.disable", plugin="greeter")
    front.wait_for("greeter is disabled", "last")


def test_hostile_messages_of_a_browser_change_nothing(front: FrontEnd) -> None:
    front.say("look", changes={"area": "nowhere", "plugins.filter": 7, "unknown": "x"})
    front.do("plugins.nothing")
    front.say("do", name="plugins.load", args={"plugin": "../../etc/passwd; --fresh"})
    front.say("nonsense")
    front.say("look", changes=["x"])

    front.wait_for("%rosey load", "last")
    assert "greeter" in front.text()


def test_the_still_picture_is_no_look_that_changes_are_counted_from(running: Kernel) -> None:
    running.run("%rosey state greeter")
    running.run("%rosey say !hello Ada")

    running.run("%rosey panel state")

    assert "greeted[0]" in running.run("%rosey state greeter --diff").text


def test_what_a_browser_says_a_panel_shows_is_not_believed(
    front: FrontEnd, running: Kernel
) -> None:
    front.send({"method": "update", "state": {"body": ["forged"]}, "buffer_paths": []})
    front.do("plugins.disable", plugin="greeter")
    front.wait_for("disabled")

    assert "forged" not in running.value("str(panel._widget.body)")


def test_a_view_that_left_without_a_word_is_forgotten(running: Kernel) -> None:
    running.run(
        "import rosey.workbench.panel.panel as panels\n"
        "panel = bot.panel()\n"
        "panels.LEASE_S, lease = -1.0, panels.LEASE_S"
    )
    FrontEnd(running).say("ping")
    running.run("while panel._watched: panel._is_watched()")

    assert running.value("panel._is_watched()") is False
    running.run("panels.LEASE_S = lease; del panels, lease")


def test_what_is_kept_by_name_outlives_the_session(kernel: Kernel, tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text('{"storage": "data"}')
    for _ in range(2):
        kernel.run("%rosey start\npanel = bot.panel('chat')")
        front = FrontEnd(kernel)
        front.say("ping")
        front.look(chat__user="eve", chat__rank="moderator")
        front.do("chat.keep")
        front.wait_for("eve (moderator)")
        kernel.run("panel.close(); del panel\n%rosey stop")

    assert "eve" in (tmp_path / "data" / "panel.json").read_text()


def test_a_panel_without_plugins_says_how_to_begin(kernel: Kernel, tmp_path: Path) -> None:
    (tmp_path / "plugins" / "greeter.py").unlink()
    kernel.run("%rosey start\npanel = bot.panel()")
    front = FrontEnd(kernel)
    front.say("ping")

    front.wait_for("%%rosey plugin greeter")
    kernel.run("panel.close(); del panel")


def test_a_fault_that_comes_at_each_drawing_is_logged_once(
    front: FrontEnd, running: Kernel
) -> None:
    front.wait_for("greeter")
    running.run(
        "beats = 0\n"
        "def fail():\n"
        "    global beats\n"
        "    beats += 1\n"
        "    raise RuntimeError('no pen')\n"
        "panel._show = fail"
    )
    for beat in range(1, 4):
        front.say("ping")
        running.run(f"import time\nwhile beats < {beat}: time.sleep(0.01)")

    assert running.run("%rosey log --search 'cannot be drawn'").text.count("no pen") == 1
    running.run("del panel._show, fail")
