"""Where running bots are published."""

from __future__ import annotations

import os
import socket
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from rosey.errors import RoseyError
from rosey.workbench.serving.places import (
    bots_folder,
    clean_name,
    place_of,
    publish,
    refuse_taken,
    running_bots,
)

Connection = dict[str, object]


@pytest.fixture
def connection(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Connection]:
    """How a kernel is reached at which somebody listens."""
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path / "runtime"))
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        yield {"transport": "tcp", "ip": "127.0.0.1", "shell_port": port, "key": "secret"}


def test_a_published_bot_is_listed_until_it_is_taken_away(connection: Connection) -> None:
    publish(place_of("pet"), connection, "config.json")

    (bot,) = running_bots()
    assert (bot.name, bot.pid, bot.config) == ("pet", os.getpid(), "config.json")
    assert [path.name for path in bots_folder().iterdir()] == ["pet.json"]

    bot.file.unlink()
    assert running_bots() == []


def test_nobody_else_can_read_it(connection: Connection) -> None:
    bots_folder().chmod(0o755)

    publish(place_of("pet"), connection, "config.json")

    assert stat.S_IMODE(bots_folder().stat().st_mode) == 0o700
    assert stat.S_IMODE(place_of("pet").stat().st_mode) == 0o600


def test_a_name_is_given_once(connection: Connection) -> None:
    publish(place_of("pet"), connection, "config.json")

    with pytest.raises(RoseyError, match="named 'pet' runs already"):
        refuse_taken("pet")
    with pytest.raises(RoseyError, match="named 'pet' runs already"):
        publish(place_of("pet"), connection, "other.json")
    assert running_bots()[0].config == "config.json"


def test_what_a_dead_bot_has_left_is_removed(connection: Connection, tmp_path: Path) -> None:
    sockets = tmp_path / "rosey-bot-dead"
    sockets.mkdir()
    dead = {**connection, "transport": "ipc", "ip": str(sockets / "k")}
    publish(place_of("pet"), dead, "config.json")

    assert running_bots() == []
    assert not place_of("pet").exists()
    assert not sockets.exists()
    publish(place_of("pet"), connection, "config.json")


def test_a_folder_that_is_no_bots_is_left_alone(connection: Connection, tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    mine.mkdir()
    publish(place_of("pet"), {**connection, "transport": "ipc", "ip": str(mine / "k")}, "")

    assert running_bots() == []
    assert mine.is_dir()


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"rosey": 3}', '{"rosey": {"pid": 1}}'])
def test_a_file_that_says_nothing_is_no_bot(content: str, connection: Connection) -> None:
    assert connection
    place_of("pet").write_text(content)

    assert running_bots() == []


@pytest.mark.parametrize(
    ("text", "name"),
    [("my bot", "my-bot"), ("../etc", "etc"), ("bot_2-a", "bot_2-a"), ("é", "bot"), ("", "bot")],
)
def test_a_name_is_letters_digits_and_two_more(text: str, name: str) -> None:
    assert clean_name(text) == name
