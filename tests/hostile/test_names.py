"""Whatever is taken for a name, it is refused or stays a name."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from rosey.chat.commands import check_word
from rosey.errors import PluginLoadError, PluginNotFoundError, StorageError
from rosey.plugins.bus import PluginEventBus
from rosey.plugins.loading.discovery import check_name
from rosey.storage import Storage
from tests.bots import bot_of
from tests.hostile.corpus import HOSTILE, SMALL, name


@pytest.fixture
async def bus() -> AsyncIterator[PluginEventBus]:
    bus = PluginEventBus()
    yield bus
    await bus.drain()
    await bus.close()


def test_plugin_name_is_refused_in_a_few_printable_words() -> None:
    for text in HOSTILE:
        with pytest.raises(PluginLoadError) as caught:
            check_name(text)
        assert str(caught.value).isprintable(), name(text)
        assert len(str(caught.value)) < 300, name(text)


def test_command_word_is_refused_or_one_printable_word() -> None:
    for text in HOSTILE:
        try:
            word = check_word(text)
        except ValueError:
            continue
        assert word.split() == [word], name(text)
        assert not {"\x1b", "\x00", "\u202e", "\u200b"} & set(word), name(text)


async def test_event_goes_to_its_own_name_only(bus: PluginEventBus) -> None:
    heard: list[str] = []
    for pattern in ("other", "message", "zz*zz", "plugin.*"):
        bus.subscribe(pattern, lambda _event, _data: heard.append("another"))
    bus.subscribe("*", lambda event, _data: heard.append(event.name))

    for text in HOSTILE:
        await bus.emit(text)

    assert heard == list(HOSTILE)


async def test_pattern_means_its_own_characters_and_stars(bus: PluginEventBus) -> None:
    for text in HOSTILE:
        heard: list[str] = []
        subscription = bus.subscribe(
            text, lambda event, _data, heard=heard: heard.append(event.name)
        )
        await bus.emit(text)
        await bus.emit("message")
        subscription.cancel()
        assert heard == [text], name(text)


async def test_key_and_value_come_back_or_are_refused() -> None:
    storage = Storage()
    await storage.open()
    kept = storage.namespace("quotes")
    for text in HOSTILE:
        with contextlib.suppress(StorageError):
            await kept.set(text, {text: [text]})
            assert await kept.get(text) == {text: [text]}, name(text)
            assert text in await kept.keys(text), name(text)
    assert len(await kept.keys()) > len(SMALL) - 10
    await storage.close()


async def test_database_stays_in_its_folder(tmp_path: Path) -> None:
    storage = Storage(tmp_path / "data")
    await storage.open()
    for text in HOSTILE:
        with contextlib.suppress(StorageError):
            await storage.namespace(text).set("key", 1)
    await storage.close()

    assert [path.name for path in tmp_path.iterdir()] == ["data"]
    assert {path.suffix for path in (tmp_path / "data").iterdir()} == {".lock", ".sqlite"}


async def test_no_plugin_goes_by_a_hostile_name(tmp_path: Path) -> None:
    async with bot_of(tmp_path) as bot:
        for text in HOSTILE:
            assert bot.plugin_manager.get_plugin(text) is None
            with pytest.raises(PluginNotFoundError):
                await bot.plugin_manager.unload_plugin(text)


def is_file_name(text: str) -> bool:
    """Whether Linux takes it for one file's name."""
    return not set("/\0") & set(text) and len(text.encode("utf-8", "surrogatepass")) < 200


async def test_file_of_a_hostile_name_is_not_executed(tmp_path: Path) -> None:
    plugins = tmp_path / "plugins"
    plugins.mkdir()
    names = [text for text in SMALL if is_file_name(text)]
    for text in names:
        file = plugins / f"{text.encode('utf-8', 'replace').decode('utf-8')}.py"
        file.write_text(f"open({str(tmp_path / 'proof')!r}, 'w').close()\n", encoding="utf-8")

    async with bot_of(plugins) as bot:
        assert bot.plugin_manager.list_plugins() == []
        assert all(plugin.isprintable() for plugin in bot.failures)

    assert len(names) > len(SMALL) / 2
    assert not (tmp_path / "proof").exists()
