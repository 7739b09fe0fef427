"""A notebook that is attached to a bot in service, and goes away again."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.bots import write_plugin
from tests.browser import pictures
from tests.browser.axe import grave_faults
from tests.browser.lab import run_lab
from tests.browser.panel import OPENED_MS, open_panel
from tests.served import served

pytestmark = pytest.mark.timeout(240)

ATTACH = [sys.executable, "-m", "rosey", "attach", "pet", "--"]


def test_bot_outlives_the_notebook_its_kernel_and_jupyterlab(page: Page, tmp_path: Path) -> None:
    write_plugin(tmp_path / "plugins", "purr")
    with served(tmp_path, "--connection", "console") as bot:
        with run_lab(ATTACH, tmp_path, tmp_path / "private", tmp_path / "runtime") as lab:
            notebook = lab.open(page, "attached-pet.ipynb")
            notebook.run_all()
            expect(notebook.cells.nth(0)).to_contain_text("1 enabled")
            panel = notebook.cells.nth(1).get_by_role("region", name="Rosey control panel")
            expect(panel).to_contain_text("purr", timeout=OPENED_MS)
            asked = notebook.run("import os; print(os.getpid())\n%rosey list")
            expect(asked).to_contain_text(str(bot.process.pid))

            busy = notebook.begin("import time\nwhile True: time.sleep(60)")
            notebook.execute("notebook:interrupt-kernel")
            expect(busy).to_contain_text("KeyboardInterrupt")
            notebook.wait_until_idle()
            expect(notebook.run("exit")).to_contain_text("%rosey stop")
            notebook.shut_down()

        assert bot.process.poll() is None
        assert bot.ask("!help") == "Commands:\n"


@pytest.mark.usefixtures("axe_installed")
def test_panel_of_a_bot_in_service_is_read_only_until_it_is_unlocked(
    page: Page, tmp_path: Path
) -> None:
    write_plugin(tmp_path / "plugins", "purr")
    with (
        served(tmp_path),
        run_lab(ATTACH, tmp_path, tmp_path / "private", tmp_path / "runtime") as lab,
    ):
        notebook = lab.open(page, "attached-pet.ipynb")
        notebook.run("%load_ext rosey")
        panel = open_panel(notebook)
        band = panel.root.locator(".production")
        faults = []

        expect(band).to_contain_text("PRODUCTION, read-only")
        panel.press("Reload purr")
        expect(panel.last.first).to_contain_text("read-only")
        pictures.keep("panel-production", panel.root)
        faults += grave_faults(panel.root)

        reason = panel.root.get_by_role("textbox", name="Reason to change the bot")
        reason.fill("<img src=x onerror=document.title='hit'>")
        reason.press("Enter")
        expect(band).to_contain_text("PRODUCTION, unlocked: until")
        panel.press("Reload purr")
        expect(panel.last.first).to_contain_text("is reloaded")
        notebook.use_theme("Dark")
        faults += grave_faults(panel.root)

        panel.press("Lock")
        expect(band).to_contain_text("PRODUCTION, read-only")
        assert not faults, "\n".join(faults)
        assert panel.root.locator("img").count() == 0
        notebook.use_theme("Light")
