"""The panel for those who do not see it, or see it in the dark."""

from __future__ import annotations

import pytest

from tests.browser.axe import grave_faults
from tests.browser.notebook import Theme
from tests.browser.panel import Panel

pytestmark = [pytest.mark.timeout(300), pytest.mark.usefixtures("axe_installed")]


@pytest.mark.parametrize("theme", ["Light", "Dark"])
def test_no_area_has_a_grave_fault(lively_panel: Panel, theme: Theme) -> None:
    panel = lively_panel
    panel.notebook.use_theme(theme)

    faults = []
    for title in panel.titles():
        panel.open(title)
        faults += [f"{title}: {fault}" for fault in grave_faults(panel.root)]
    assert not faults, "\n".join(faults)
