"""Saves by real editors reach the watcher as settled sets of changed paths."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from rosey.plugins.watching import watcher
from tests.plugins.listening import Listener, listening
from tests.plugins.saves import SAVES


@pytest.mark.parametrize("save", SAVES)
async def test_save_is_told_once(
    save: Callable[[Path], None], listener: Listener, folder: Path, dice: Path
) -> None:
    await listener.watcher.start([folder])

    await asyncio.to_thread(save, dice)

    assert await listener.told() == {dice: "new"}
    await listener.told_nothing_but(folder / "marker")


@pytest.mark.parametrize("save", SAVES)
async def test_save_behind_a_link_is_told_by_the_name_of_the_link(
    save: Callable[[Path], None], listener: Listener, folder: Path, tmp_path: Path
) -> None:
    target = tmp_path / "src" / "dice.py"
    target.parent.mkdir()
    target.write_text("old")
    (folder / "dice.py").symlink_to(target)
    await listener.watcher.start([folder])

    await asyncio.to_thread(save, target)

    assert await listener.told() == {folder / "dice.py": "new"}
    await listener.told_nothing_but(folder / "marker")


@pytest.mark.parametrize("save", SAVES)
async def test_save_of_a_watched_file_is_told_once(
    save: Callable[[Path], None], listener: Listener, dice: Path
) -> None:
    await listener.watcher.start([dice])

    await asyncio.to_thread(save, dice)

    assert await listener.told() == {dice: "new"}
    await listener.told_nothing_but(dice)


async def test_file_that_is_truncated_first_is_told_with_its_content(dice: Path) -> None:
    async with listening(quiet_s=0.02, ceiling_s=2.0) as listener:
        await listener.watcher.start([dice.parent])

        dice.write_text("")
        asyncio.get_running_loop().call_later(0.1, dice.write_text, "new")

        assert await listener.told() == {dice: "new"}
        await listener.told_nothing_but(dice.with_name("marker"))


async def test_file_that_is_still_open_is_waited_for(dice: Path) -> None:
    other = dice.with_name("other.py")
    async with listening(quiet_s=0.02, ceiling_s=2.0) as listener:
        await listener.watcher.start([dice.parent])

        file = dice.open("w")
        file.write("half")
        file.flush()
        other.write_text("other")
        asyncio.get_running_loop().call_later(0.1, file.close)
        file.write(" whole")

        assert await listener.told() == {dice: "half whole", other: "other"}


async def test_unchanged_save_is_told(listener: Listener, dice: Path) -> None:
    await listener.watcher.start([dice.parent])

    dice.write_text("old")

    assert await listener.told() == {dice: "old"}


async def test_new_deleted_and_renamed_files_are_told(listener: Listener, folder: Path) -> None:
    old, renamed, new = (folder / f"{name}.py" for name in ("old", "renamed", "new"))
    await listener.watcher.start([folder])

    old.write_text("text")
    assert await listener.told() == {old: "text"}
    old.rename(renamed)
    assert await listener.told() == {old: None, renamed: "text"}
    renamed.unlink()
    new.write_text("text")
    assert await listener.told() == {renamed: None, new: "text"}


async def test_file_that_is_moved_out_is_told(
    listener: Listener, dice: Path, tmp_path: Path
) -> None:
    await listener.watcher.start([dice.parent])

    dice.rename(tmp_path / "dice.py")

    assert await listener.told() == {dice: None}


async def test_new_folder_is_told_and_watched(listener: Listener, folder: Path) -> None:
    trivia = folder / "trivia"
    await listener.watcher.start([folder])

    trivia.mkdir()
    (trivia / "__init__.py").write_text("init")
    assert await listener.told() == {trivia: None}

    (trivia / "score.py").write_text("score")
    assert await listener.told() == {trivia / "score.py": "score"}


async def test_folder_that_is_replaced_is_told_and_watched(
    listener: Listener, folder: Path
) -> None:
    trivia, old, new = (folder / name for name in ("trivia", "trivia.old", "trivia.new"))
    for version in (trivia, new):
        version.mkdir()
        (version / "score.py").write_text(version.name)
    await listener.watcher.start([folder])

    trivia.rename(old)
    new.rename(trivia)
    shutil.rmtree(old)
    assert trivia in await listener.told()

    (trivia / "score.py").write_text("newest")
    assert await listener.told() == {trivia / "score.py": "newest"}


async def test_watched_folder_that_is_replaced_is_told_and_watched(
    listener: Listener, folder: Path, dice: Path
) -> None:
    shutil.copytree(folder, folder.with_name("new"))
    await listener.watcher.start([folder])

    folder.rename(folder.with_name("old"))
    folder.with_name("new").rename(folder)
    assert await listener.told() == {folder: None}

    dice.write_text("newest")
    assert await listener.told() == {dice: "newest"}


async def test_watched_folder_that_is_deleted_and_made_again_is_watched(
    listener: Listener, folder: Path, dice: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watcher, "CHECK_S", 0.05)
    await listener.watcher.start([folder])

    shutil.rmtree(folder)
    assert folder in await listener.told()
    folder.mkdir()
    assert await listener.told() == {folder: None}

    dice.write_text("new")
    assert await listener.told() == {dice: "new"}


async def test_folder_that_appears_later_is_told_and_watched(
    listener: Listener, tmp_path: Path
) -> None:
    folder = tmp_path / "a" / "b" / "plugins"
    await listener.watcher.start([folder])

    folder.mkdir(parents=True)
    (folder / "dice.py").write_text("new")
    assert await listener.told() == {folder: None}

    (folder / "dice.py").write_text("newer")
    assert await listener.told() == {folder / "dice.py": "newer"}


async def test_file_that_appears_later_is_told(listener: Listener, tmp_path: Path) -> None:
    config = tmp_path / "etc" / "config.json"
    await listener.watcher.start([config])

    config.parent.mkdir()
    config.write_text("{}")

    assert await listener.told() == {config: "{}"}


async def test_link_to_another_target_is_followed(
    listener: Listener, folder: Path, tmp_path: Path
) -> None:
    one, two, link = tmp_path / "one", tmp_path / "two", folder / "trivia"
    for target in (one, two):
        target.mkdir()
    link.symlink_to(one)
    await listener.watcher.start([folder])

    link.unlink()
    link.symlink_to(two)
    assert await listener.told() == {link: None}

    (one / "score.py").write_text("one")
    (two / "score.py").write_text("two")
    assert await listener.told() == {link / "score.py": "two"}


async def test_checkout_of_100_files_is_one_set(listener: Listener, folder: Path) -> None:
    def git(*arguments: str) -> None:
        identity = ("-c", "user.name=test", "-c", "user.email=test@example.org")
        subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True)

    files = [folder / f"plugin_{number}.py" for number in range(100)]
    git("init", "--initial-branch=old")
    for branch in ("old", "new"):
        git("checkout", "-B", branch)
        for file in files:
            file.write_text(branch)
        git("add", ".")
        git("commit", "--message", branch)
    git("checkout", "old")
    await listener.watcher.start([folder])

    await asyncio.to_thread(git, "checkout", "new")

    assert await listener.told() == dict.fromkeys(files, "new")
    await listener.told_nothing_but(folder / "marker")


async def test_1000_changes_are_told_in_few_sets(listener: Listener, folder: Path) -> None:
    files = [folder / f"{number}.json" for number in range(100)]
    await listener.watcher.start([folder])

    def flood() -> None:
        for number in range(10):
            for file in files:
                file.write_text(str(number))

    await asyncio.to_thread(flood)
    told: dict[Path, str | None] = {}
    sets = 0
    while told != dict.fromkeys(files, "9"):
        told |= await listener.told()
        sets += 1

    assert sets <= 10
    await listener.told_nothing_but(folder / "marker")


async def test_what_never_rests_is_told_at_the_ceiling(dice: Path) -> None:
    async with listening(quiet_s=60.0, ceiling_s=0.1) as listener:
        await listener.watcher.start([dice.parent])

        dice.write_text("new")

        assert await listener.told() == {dice: "new"}


async def test_reading_and_attributes_are_no_change(listener: Listener, dice: Path) -> None:
    await listener.watcher.start([dice.parent])

    compile(dice.read_bytes(), dice, "exec")
    os.utime(dice)
    dice.chmod(0o600)
    list(dice.parent.iterdir())

    await listener.told_nothing_but(dice.with_name("marker"))


async def test_leftovers_of_editors_are_no_change(listener: Listener, folder: Path) -> None:
    await listener.watcher.start([folder])

    for name in ("__pycache__/dice.pyc", ".git/index", ".dice.py.swp", "4913", "dice.py~"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text("noise")

    await listener.told_nothing_but(folder / "marker")


async def test_traffic_beside_a_watched_file_is_no_change(
    listener: Listener, tmp_path: Path
) -> None:
    config = tmp_path / "config.json"
    await listener.watcher.start([config])

    for number in range(100):
        (tmp_path / f"{number}.log").write_text("noise")

    await listener.told_nothing_but(config)


async def test_watched_paths_can_be_replaced(
    listener: Listener, folder: Path, dice: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    await listener.watcher.start([folder])

    await listener.watcher.watch([other])
    dice.write_text("new")

    await listener.told_nothing_but(other / "marker")
