"""Values under keys: what comes back, what is refused, and when it is gone."""

from __future__ import annotations

import asyncio
import enum
import math
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from rosey.errors import StorageError
from rosey.storage import PluginStorage, Storage
from tests.clock import Clock

HOSTILE_TEXTS = [
    "'; DROP TABLE rosey_keyvalue; --",
    "100%_[a-z]*?",
    "nul \0 inside",
    "line\r\nbreak\u2028\x1b[31m",
    "\u202egnp.exe \U0001f339 \U0010ffff",
    "e\u0301 is not \u00e9",
    ":key {key} %(key)s $key",
    " ",
]


class Rank(enum.IntEnum):
    OWNER = 5


@pytest.mark.parametrize(
    "value", [None, True, 0, -1.5, 10**30, "", [], {}, {"a": [1, {"b": None}]}]
)
async def test_value_comes_back_as_it_was_set(quotes: PluginStorage, value: object) -> None:
    await quotes.set("key", value)

    assert await quotes.get("key", "default") == value


@pytest.mark.parametrize("text", HOSTILE_TEXTS)
async def test_hostile_text_is_kept_as_key_and_as_value(quotes: PluginStorage, text: str) -> None:
    await quotes.set(text, text)

    assert await quotes.get(text) == text
    assert await quotes.keys(text) == [text]


async def test_value_of_a_megabyte_is_kept(quotes: PluginStorage) -> None:
    await quotes.set("large", "\u00e9" * 1_000_000)

    assert await quotes.get("large") == "\u00e9" * 1_000_000


async def test_missing_key_gives_the_default(quotes: PluginStorage) -> None:
    assert await quotes.get("nothing") is None
    assert await quotes.get("nothing", 7) == 7


async def test_each_get_gives_a_copy_of_its_own(quotes: PluginStorage) -> None:
    await quotes.set("list", [1])
    (await quotes.get("list")).append(2)

    assert await quotes.get("list") == [1]


async def test_set_replaces_what_was_there(quotes: PluginStorage) -> None:
    await quotes.set("key", 1)
    await quotes.set("key", 2)

    assert await quotes.get("key") == 2
    assert await quotes.keys() == ["key"]


@pytest.mark.parametrize(
    "value",
    [
        {1, 2},
        b"bytes",
        object(),
        math.nan,
        math.inf,
        (1, 2),
        {1: "a"},
        {"a": {None: 1}},
        "\ud800",
        10**5000,
    ],
    ids=["set", "bytes", "object", "nan", "inf", "tuple", "number", "null", "surrogate", "huge"],
)
async def test_value_that_json_would_lose_or_change_is_refused(
    quotes: PluginStorage, value: object
) -> None:
    await quotes.set("key", "before")

    with pytest.raises(StorageError, match="the value for 'key'"):
        await quotes.set("key", value)

    assert await quotes.get("key") == "before"


async def test_value_that_contains_itself_is_refused(quotes: PluginStorage) -> None:
    endless: list[object] = []
    endless.append(endless)

    with pytest.raises(StorageError, match="cannot be kept as JSON"):
        await quotes.set("key", endless)


async def test_value_nested_too_deep_is_refused(quotes: PluginStorage) -> None:
    deep: list[object] = []
    for _ in range(100_000):
        deep = [deep]

    with pytest.raises(StorageError, match="cannot be kept as JSON"):
        await quotes.set("key", deep)


async def test_object_is_never_pickled(quotes: PluginStorage) -> None:
    class Trap:
        def __reduce__(self) -> str:
            pytest.fail("pickled")

    with pytest.raises(StorageError, match="not JSON serializable"):
        await quotes.set("key", [Trap()])


async def test_number_of_an_enum_comes_back_as_number(quotes: PluginStorage) -> None:
    await quotes.set("rank", Rank.OWNER)

    assert await quotes.get("rank") == 5


@pytest.mark.parametrize("key", ["", "k" * 513, "\udfff", None, 7, b"key"])
@pytest.mark.parametrize(
    "use",
    [
        lambda quotes, key: quotes.set(key, 1),
        lambda quotes, key: quotes.get(key),
        lambda quotes, key: quotes.delete(key),
    ],
    ids=["set", "get", "delete"],
)
async def test_what_cannot_be_a_key_is_refused(
    quotes: PluginStorage, use: Callable[[PluginStorage, object], Awaitable[object]], key: object
) -> None:
    with pytest.raises(StorageError, match="key"):
        await use(quotes, key)


async def test_longest_key_is_kept(quotes: PluginStorage) -> None:
    await quotes.set("\U0010ffff" * 512, 1)

    assert await quotes.keys("\U0010ffff") == ["\U0010ffff" * 512]


async def test_delete_tells_whether_there_was_anything(quotes: PluginStorage) -> None:
    await quotes.set("key", 1)

    assert await quotes.delete("key")
    assert not await quotes.delete("key")
    assert await quotes.get("key") is None


async def test_keys_are_sorted_and_the_prefix_is_literal(quotes: PluginStorage) -> None:
    for key in ["score:b", "score:a", "score", "Score:a", "s%", "s_", "t\0a", "t"]:
        await quotes.set(key, 1)

    assert await quotes.keys("score:") == ["score:a", "score:b"]
    assert await quotes.keys("s%") == ["s%"]
    assert await quotes.keys("s_") == ["s_"]
    assert await quotes.keys("t\0") == ["t\0a"]
    assert await quotes.keys() == [
        "Score:a", "s%", "s_", "score", "score:a", "score:b", "t", "t\0a",
    ]  # fmt: skip


async def test_prefix_that_no_key_can_have_is_refused(quotes: PluginStorage) -> None:
    with pytest.raises(StorageError, match="surrogates"):
        await quotes.keys("\ud800")


async def test_value_is_gone_when_its_time_is_over(directory: Path) -> None:
    clock = Clock()
    storage = Storage(directory, now=clock)
    await storage.open()
    quotes = storage.namespace("quotes")
    await quotes.set("short", 1, ttl_s=10)
    await quotes.set("long", 2, ttl_s=20)

    clock.now_s += 10

    assert await quotes.get("short", "gone") == "gone"
    assert await quotes.keys() == ["long"]
    assert not await quotes.delete("short")
    await storage.close()


async def test_expired_values_take_no_room_after_the_next_set(directory: Path) -> None:
    clock = Clock()
    storage = Storage(directory, now=clock)
    await storage.open()
    quotes = storage.namespace("quotes")
    await quotes.set("short", 1, ttl_s=10)
    clock.now_s += 10
    await quotes.set("other", 1)

    async with quotes.transaction() as sql:
        rows = await sql.execute("SELECT key FROM rosey_keyvalue")

    assert rows.scalars().all() == ["other"]
    await storage.close()


async def test_set_without_a_time_keeps_for_good(directory: Path) -> None:
    clock = Clock()
    storage = Storage(directory, now=clock)
    await storage.open()
    quotes = storage.namespace("quotes")
    await quotes.set("key", 1, ttl_s=10)
    await quotes.set("key", 2)
    clock.now_s += 1e9

    assert await quotes.get("key") == 2
    await storage.close()


@pytest.mark.parametrize("ttl_s", [0, -1, math.nan, math.inf])
async def test_time_that_is_no_time_is_refused(quotes: PluginStorage, ttl_s: float) -> None:
    with pytest.raises(StorageError, match="ttl_s"):
        await quotes.set("key", 1, ttl_s=ttl_s)

    assert await quotes.keys() == []


async def test_value_that_set_did_not_write_is_an_error(quotes: PluginStorage) -> None:
    async with quotes.transaction() as sql:
        await sql.execute("INSERT INTO rosey_keyvalue VALUES ('key', 'no json', NULL)")

    with pytest.raises(StorageError, match="not written by set"):
        await quotes.get("key")


@pytest.mark.no_loop_debug(reason="thirty writes queue for half a second at most")
async def test_many_tasks_use_one_namespace_at_once(quotes: PluginStorage) -> None:
    await asyncio.gather(*(quotes.set(f"key {n:02}", n) for n in range(30)))

    assert await asyncio.gather(*(quotes.get(f"key {n:02}") for n in range(30))) == list(range(30))
