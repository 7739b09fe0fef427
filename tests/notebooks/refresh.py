"""Executes the notebooks again and saves their outputs, byte for byte the same on every machine.

Run as `python tests/notebooks/refresh.py`; with `--check` nothing is saved, and the exit code is 1
where a notebook's outputs are not what they would be now.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

import nbclient
import nbformat

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"

# What differs from run to run. nbval makes the same substitutions: notebooks/sanitize.cfg.
SUBSTITUTIONS = (
    (re.compile(r"\b\d+(\.\d+)?(e-?\d+)? (µs|ms|s|min)\b"), "TIME"),
    (re.compile(r"\(event \d+\)"), "(event N)"),
    (re.compile(r"#\d+"), "#N"),
    (re.compile(r"\b\d\d:\d\d:\d\d\b"), "HH:MM:SS"),
    (re.compile(r"\b\d{4}-\d\d-\d\d\b"), "YYYY-MM-DD"),
    (re.compile(r"\bof \d\d:\d\d\b"), "of HH:MM"),
    (re.compile(r"0x[0-9a-f]{6,}"), "0xADDRESS"),
    (re.compile(r" {2,}"), "  "),
)


# nbval runs a cell with this in it, and compares nothing: its figures differ from run to run.
IGNORED = "NBVAL_IGNORE_OUTPUT"


def refreshed(path: Path) -> str:
    """The notebook's text after a fresh run."""
    notebook = nbformat.read(path, as_version=4)
    kept = {n: c.outputs for n, c in enumerate(notebook.cells) if IGNORED in c.source and c.outputs}
    nbclient.NotebookClient(
        notebook,
        timeout=60,
        kernel_name="python3",
        record_timing=False,
        store_widget_state=False,
        coalesce_streams=True,
        resources={"metadata": {"path": str(path.parent)}},
    ).execute()
    for index, cell in enumerate(notebook.cells):
        cell["id"] = f"cell-{index:02d}"
        for output in cell.get("outputs", ()):
            _stabilise(output)
        # An output that differs each time would be a change each time: it is taken once.
        cell.update({"outputs": kept[index]} if index in kept else {})
    notebook.metadata["language_info"] = {"name": "python"}
    return f"{nbformat.writes(notebook)}\n"


def _stabilise(output: Any) -> None:  # noqa: ANN401  nested notebook data
    output.pop("transient", None)
    # A widget lives in its kernel, which is gone; what is beside it says what it showed.
    output.pop("application/vnd.jupyter.widget-view+json", None)
    for key, value in output.items():
        if isinstance(value, str):
            output[key] = _substituted(value)
        elif isinstance(value, list):
            output[key] = [_substituted(line) for line in value]
        elif isinstance(value, dict):
            _stabilise(value)


def _substituted(text: str) -> str:
    for pattern, stands_for in SUBSTITUTIONS:
        text = pattern.sub(stands_for, text)
    return text


def main(arguments: list[str]) -> int:
    """Refresh all notebooks, or check them."""
    drifted = 0
    for path in sorted(NOTEBOOKS.glob("*.ipynb")):
        for written in (path.parent / "plugins").glob("*.py"):
            written.unlink()
        text = refreshed(path)
        if text == path.read_text(encoding="utf-8"):
            continue
        drifted += 1
        sys.stdout.write(f"{path.name} has changed\n")
        if "--check" not in arguments:
            path.write_text(text, encoding="utf-8")
    return int("--check" in arguments and drifted > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
