"""What axe-core finds against a part of a page: what a screen reader or a keyboard meets."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Locator

SCRIPT = Path(__file__).parent / "node_modules" / "axe-core" / "axe.min.js"

GRAVE = ("serious", "critical")

_RUN = """async part => {
    const { violations } = await window.axe.run(part, { resultTypes: ['violations'] });
    return violations.flatMap(({ id, impact, help, nodes }) => nodes.map(node => ({
        impact,
        line: `${id}: ${help}: ${node.html.slice(0, 300)} ${node.failureSummary}`,
    })));
}"""


def grave_faults(part: Locator) -> list[str]:
    """The serious and critical violations in what is drawn now, one line each."""
    page = part.page
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(SCRIPT.read_text(encoding="utf-8"))
    return [found["line"] for found in part.evaluate(_RUN) if found["impact"] in GRAVE]
