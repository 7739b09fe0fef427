"""Which classes the source shows to be plugin classes; what it does not show is no fault."""

from __future__ import annotations

from pathlib import Path

import pytest

from rosey.cli.class_faults import class_faults
from rosey.plugins.loading.sources import PluginSource, Snapshot, SourceKind


def reasons(folder: Path, **modules: str) -> list[str]:
    """What is wrong with a package `quiz` of some modules; `main` is its `__init__`."""
    package = folder / "quiz"
    package.mkdir()
    for module, code in modules.items():
        name = "__init__" if module == "main" else module
        (package / f"{name}.py").write_text(code, encoding="utf-8")
    source = PluginSource(name="quiz", path=package, kind=SourceKind.PACKAGE, import_name="quiz")
    return [error.reason for error in class_faults(source, Snapshot.read(package))]


def quiz(base: str) -> str:
    """A class that is named as the plugin is."""
    return f"class Quiz({base}): name = 'quiz'\n"


@pytest.mark.parametrize(
    "code",
    [
        "from rosey import Plugin\n" + quiz("Plugin"),
        "from rosey.plugins import Plugin as Base\n" + quiz("Base"),
        "from rosey import *\n" + quiz("Plugin"),
        "import rosey\n" + quiz("rosey.Plugin"),
        "from rosey import Plugin\nclass Base(Plugin):\n    pass\n" + quiz("Base"),
        "from rosey import Plugin\nclass Quiz(Plugin):\n    name: str = 'quiz'\n",
        "from rosey import Plugin\nclass Quiz(Plugin):\n    name = 'qu' + 'iz'\n",
        "from rosey import Plugin\nif 1:\n    class Quiz(Plugin):\n        name = 'quiz'\n",
        "from rosey import Plugin\ntry: import x\nexcept ImportError:\n " + quiz("Plugin"),
        "from rosey import Plugin\nclass Helper:\n    name = 'helper'\n" + quiz("Plugin"),
        "from elsewhere import QuizBase\n" + quiz("QuizBase"),
    ],
)
def test_one_plugin_class_is_no_fault(code: str, tmp_path: Path) -> None:
    assert reasons(tmp_path, main=code) == []


@pytest.mark.parametrize(
    "importing",
    ["from .core import Quiz", "from . core import *", "from quiz.core import Quiz as Q"],
)
def test_class_in_another_module_of_the_package_counts(importing: str, tmp_path: Path) -> None:
    core = "from rosey import Plugin\n" + quiz("Plugin")

    assert reasons(tmp_path, main=importing, core=core) == []


def test_modules_that_import_each_other_are_no_endless_loop(tmp_path: Path) -> None:
    core = "from . import helper\nfrom .other import *\nfrom rosey import Plugin\n" + quiz("Plugin")
    other = "from .core import Quiz\n"

    assert reasons(tmp_path, main="from .core import Quiz", core=core, other=other) == []


@pytest.mark.parametrize(
    "code",
    [
        "",
        "class Quiz:\n    name = 'quiz'\n",
        "from rosey import Plugin\nclass Quiz(Plugin):\n    title = 'quiz'\n",
        "from rosey import Plugin\nclass Quiz(Plugin):\n    name: str\n",
        "from rosey import Plugin\n",
    ],
)
def test_no_plugin_class_is_a_fault(code: str, tmp_path: Path) -> None:
    assert reasons(tmp_path, main=code) == ["it defines no subclass of Plugin with a name"]


def test_subclass_that_inherits_a_name_is_a_second_plugin_class(tmp_path: Path) -> None:
    code = "from rosey import Plugin\n" + quiz("Plugin") + "class More(Quiz):\n    pass\n"

    assert reasons(tmp_path, main=code) == [
        "it defines 2 plugin classes (More, Quiz): keep one in a file"
    ]
