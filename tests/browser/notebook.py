"""An open notebook of a JupyterLab, driven as a person would."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from playwright.sync_api import Locator, Page

START_MS = 60_000
RUN_MS = 60_000

Theme = Literal["Light", "Dark"]

# Also while another tab is open over it.
_PANEL = "[...window.jupyterapp.shell.widgets('main')].find(each => each.sessionContext)"
_KERNEL = f"{_PANEL}.sessionContext.session.kernel"

# The page marks the kernel idle before it is: only the application itself knows.
_KERNEL_IS_IDLE = f"""() => {{
    const panel = window.jupyterapp && {_PANEL};
    const kernel = panel?.sessionContext.session?.kernel;
    return panel?.context.isReady && kernel?.connectionStatus === 'connected'
        && kernel?.status === 'idle';
}}"""

_EXECUTE = "([command, options]) => window.jupyterapp.commands.execute(command, options)"

_ADD_CELL = """async source => {
    const { commands, shell } = window.jupyterapp;
    const notebook = shell.currentWidget.content;
    notebook.activeCellIndex = notebook.widgets.length - 1;
    await commands.execute('notebook:insert-cell-below');
    notebook.activeCell.model.sharedModel.setSource(source);
}"""

_BEGIN_CELL = "() => { window.jupyterapp.commands.execute('notebook:run-cell'); }"

_RUN_UNSEEN = f"code => {_KERNEL}.requestExecute({{ code }}).done.then(() => null)"
_USE_NO_SUBSHELLS = f"() => {{ {_KERNEL}.commsOverSubshells = 'disabled'; }}"
_KERNEL_IS_BUSY = f"() => {_KERNEL}.status === 'busy'"


@dataclass(frozen=True, slots=True)
class Notebook:
    """The notebook that a page shows.

    Attributes:
        page: Where it is shown.
        folder: Where it is kept, and its kernel's working directory.
    """

    page: Page
    folder: Path

    def wait_until_idle(self) -> None:
        """Wait until the kernel has started, and has done what it was told to."""
        self.page.wait_for_function(_KERNEL_IS_IDLE, timeout=START_MS)

    def execute(self, command: str, **options: object) -> None:
        """Carry out a command of JupyterLab's, and wait for its end."""
        self.page.evaluate(_EXECUTE, [command, options])

    def run_all(self) -> None:
        """Run all cells, and wait for their end."""
        self.execute("notebook:run-all-cells")
        self.page.wait_for_function(_KERNEL_IS_IDLE, timeout=RUN_MS)

    def run(self, source: str) -> Locator:
        """Run a new cell at the end, and wait for its end.

        Returns:
            The cell; what it has put out may yet have to be drawn.
        """
        cell = self.add(source)
        self.execute("notebook:run-cell")
        return cell

    def begin(self, source: str) -> Locator:
        """Run a new cell at the end, as `run` does, but wait only until it is running."""
        cell = self.add(source)
        self.page.evaluate(_BEGIN_CELL)
        self.page.wait_for_function(_KERNEL_IS_BUSY)
        return cell

    def run_unseen(self, source: str) -> None:
        """Run code in the kernel, as another notebook on it would, and wait for its end."""
        self.page.evaluate(_RUN_UNSEEN, source)

    def use_no_subshells(self) -> None:
        """Let the widgets that are yet to come wait for the cells, as those of old kernels do."""
        self.page.evaluate(_USE_NO_SUBSHELLS)

    def add(self, source: str) -> Locator:
        """Add a cell at the end, and choose it."""
        self.page.evaluate(_ADD_CELL, source)
        return self.cells.nth(self.cells.count() - 1)

    @property
    def server(self) -> str:
        """The address of the JupyterLab."""
        return self.page.url.partition("/lab")[0]

    @property
    def cells(self) -> Locator:
        """The code cells."""
        return self.page.locator(".jp-Notebook .jp-CodeCell")

    def outputs(self) -> list[str]:
        """What stands under each code cell, as a person reads it."""
        return [
            "\n".join(cell.locator(".jp-OutputArea-output").all_inner_texts()).strip()
            for cell in self.cells.all()
        ]

    def restart_kernel(self) -> None:
        """Restart the kernel, and wait until it is idle; what the cells have put out stays."""
        self.page.evaluate(f"() => {_KERNEL}.restart()")
        self.wait_until_idle()

    def shut_down(self) -> None:
        """End its kernel, as one does when one is done."""
        self.page.evaluate("() => window.jupyterapp.serviceManager.sessions.shutdownAll()")

    def save(self) -> None:
        """Save it, outputs included."""
        self.execute("docmanager:save")

    def use_theme(self, theme: Theme) -> None:
        """Show JupyterLab in its light or its dark theme."""
        self.execute("apputils:change-theme", theme=f"JupyterLab {theme}")
        is_light = str(theme == "Light").lower()
        self.page.wait_for_selector(f"body[data-jp-theme-light={is_light}]", state="attached")

    def hide(self) -> None:
        """Open another tab over it."""
        self.execute("launcher:create")
        self.page.wait_for_selector(".jp-NotebookPanel.lm-mod-hidden", state="hidden")

    def show(self) -> None:
        """Come back to it from the tab that hides it."""
        self.execute("application:close")
        self.page.wait_for_selector(".jp-NotebookPanel:not(.lm-mod-hidden)")
