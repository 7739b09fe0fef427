"""Bug reports in the notebook: taken of the running bot, and opened again anywhere."""

from __future__ import annotations

from pathlib import Path

from rosey.bot import Bot
from rosey.diagnostics.log import LogRing
from rosey.diagnostics.report.files import read_report, write_report
from rosey.diagnostics.report.masking import Masking
from rosey.diagnostics.report.model import BugReport
from rosey.diagnostics.report.stacks import stacks_of_threads
from rosey.diagnostics.report.taking import Kept, Look, look_at_bot, report_of
from rosey.diagnostics.report.versions import versions_here
from rosey.errors import RoseyError
from rosey.workbench.access.access import Access
from rosey.workbench.calls.traces import Traces
from rosey.workbench.crossing.looks import LOOK_S, Looks

_MOST_EVENTS = 100_000


def open_report(path: str | Path) -> BugReport:
    """Read a bug report, whoever wrote it; nothing in it is executed.

    Raises:
        RoseyError: It cannot be read, is damaged, or is of a later format.
    """
    return read_report(Path(path))


class Reports:
    """Takes bug reports of a running bot, also while a plugin blocks it.

    Args:
        bot: The bot.
        looks: Looks at it.
        traces: What became of its events.
        log: What was logged.
        access: What may be done to the bot.
    """

    def __init__(
        self, bot: Bot, looks: Looks, traces: Traces, log: LogRing, access: Access
    ) -> None:
        self._bot = bot
        self._looks = looks
        self._traces = traces
        self._log = log
        self._access = access

    def take(self, path: str | Path | None = None, *, look_s: float = LOOK_S) -> BugReport:
        """Take a report, and write it to a new file where one is named.

        Args:
            path: The file.
            look_s: Seconds in which the bot must tell how it is.

        Raises:
            RoseyError: There is such a file already, or it cannot be written; or the call comes
                from the bot's own thread, which cannot tell how it is meanwhile.
        """
        self._looks.refuse_itself()
        if path is not None:
            self._access.require(f"report into {path}")
        masking = Masking(self._bot.redact, Path.home())
        # First: what blocks the bot may be over afterwards.
        threads = stacks_of_threads()
        look, trouble = self._look(masking, look_s)
        kept = Kept(events=self._traces.last(_MOST_EVENTS), log=self._log.lines(), threads=threads)
        report = report_of(look, kept, versions_here(), masking, trouble)
        if path is not None:
            write_report(report, Path(path))
        return report

    def _look(self, masking: Masking, look_s: float) -> tuple[Look | None, str]:
        """How the bot is, or why it does not tell."""
        try:
            return self._looks.at(lambda: look_at_bot(self._bot, masking.text), look_s), ""
        except RoseyError as error:
            return None, f"{error}; what its plugins are is missing"
