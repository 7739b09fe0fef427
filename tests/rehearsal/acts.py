"""What is done in the process of a rehearsal, for tests of that process."""

from __future__ import annotations

import asyncio
import atexit
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

from rosey.rehearsal.stage import Stage
from rosey.rehearsal.twin import Twin, open_twin


def echo(plan: object, stage: Stage) -> None:
    print("printed, not told")  # noqa: T201  what becomes of it is the test
    stage.tell({"plan": plan, "path": sys.path, "clock": time.time()})


def crash(plan: object, stage: Stage) -> None:
    stage.tell({"plan": plan})
    os.abort()


def fail(plan: str, stage: Stage) -> None:
    del stage
    raise ValueError(plan)


def spin(plan: Path, stage: Stage) -> None:
    plan.write_text(str(os.getpid()))
    stage.tell({"plan": "begun"})
    while True:
        pass


def sleep_for_days(plan: float, stage: Stage) -> None:
    async def sleep() -> float:
        began = time.monotonic()
        await asyncio.sleep(plan)
        time.sleep(1)  # noqa: ASYNC251  it takes no time here
        return time.monotonic() - began

    stage.tell({"slept": stage.run(sleep())})


def talk(plan: tuple[Twin, list[str]], stage: Stage) -> None:
    twin, lines = plan

    async def talk() -> list[list[str]]:
        async with open_twin(twin) as bot:
            return [await bot.say(line) for line in lines]

    stage.tell({"replies": stage.run(talk())})


def hold(plan: Path, stage: Stage) -> None:
    with plan.open("w"):
        stage.tell({"plan": "begun"})
        while True:
            pass


def leave_a_daemon(plan: object, stage: Stage) -> None:
    del plan
    code = "import time; time.sleep(20)"
    subprocess.Popen([sys.executable, "-c", code], start_new_session=True)
    stage.tell({"plan": "begun"})


def babble(plan: object, stage: Stage) -> None:
    del plan
    stage._line.write("this is no JSON\n")  # noqa: SLF001  as code that finds the line might


def look_at_the_end(plan: object, stage: Stage) -> None:
    """Say whether the thread that waits for the parent's end still can while this process ends."""
    del plan, stage
    (thread,) = (one for one in threading.enumerate() if one.daemon)
    watched = sys._current_frames()[thread.ident or 0].f_locals["orders"]  # noqa: SLF001  documented
    atexit.register(lambda: print("watched", os.fstat(watched).st_mode > 0))  # noqa: T201  as above
