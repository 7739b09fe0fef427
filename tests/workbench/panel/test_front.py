"""The files that go to the browser."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import rosey.workbench.panel as package
from rosey.workbench.panel.widget import PanelWidget

FRONT = Path(package.__file__).parent / "front"
STYLES = sorted(FRONT.rglob("*.css"))
SCRIPTS = sorted(FRONT.rglob("*.js"))


@pytest.mark.parametrize("file", STYLES, ids=lambda file: file.stem)
def test_each_rule_of_a_style_sheet_is_closed(file: Path) -> None:
    depth = 0
    for line in file.read_text("utf-8").splitlines():
        depth += line.count("{") - line.count("}")
        assert depth in {0, 1, 2}
        assert depth == 0 or not re.match(r"[.@/]", line[:1]) or line.endswith("{")

    assert depth == 0


def test_all_style_sheets_and_scripts_go_to_the_browser_as_one_module() -> None:
    widget = PanelWidget(lambda _message: None)
    style, script = widget.get_state()["_css"], widget.get_state()["_esm"]
    widget.close()

    assert [f.name for f in STYLES if f.read_text("utf-8") not in style] == []
    assert [f.name for f in SCRIPTS if f.read_text("utf-8").partition("\n")[0] not in script] == []
    assert not re.search(r"^import |^export (?!default)", script, re.MULTILINE)


def test_the_browser_is_sent_to_no_other_place_and_reads_no_markup() -> None:
    texts = {f.name: f.read_text("utf-8") for f in (*STYLES, *SCRIPTS)}
    forbidden = re.compile(
        r"\burl\(|@import|fetch\(|innerHTML|outerHTML|insertAdjacent|srcdoc|eval\("
    )

    assert [name for name, text in texts.items() if forbidden.search(_code(text))] == []
    assert {u for t in texts.values() for u in re.findall(r"https?://[^\s\"')]+", _code(t))} == {
        "http://www.w3.org/2000/svg"
    }


def _code(text: str) -> str:
    """A script or a style sheet without its comments."""
    return re.sub(r"/\*.*?\*/|^\s*//.*?$", "", text, flags=re.DOTALL | re.MULTILINE)
