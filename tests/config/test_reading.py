"""A file is plain data or one clear line that says where it is wrong, and never what it says."""

from __future__ import annotations

import codecs
import time
import traceback
from pathlib import Path

import pytest

from rosey.config.reading import read
from rosey.errors import ConfigError
from rosey.plugins.loading.json_reading import MOST_BYTES


def refusal(file: Path) -> str:
    """Why a file is refused, without its name."""
    with pytest.raises(ConfigError) as caught:
        read(file)
    where, _, reason = str(caught.value).partition(f"{file}: ")
    assert where == ""
    return reason


def written(tmp_path: Path, suffix: str, content: str | bytes) -> Path:
    file = tmp_path / f"config{suffix}"
    file.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    return file


@pytest.mark.parametrize("suffix", [".json", "", ".conf"])
def test_json_is_read_whatever_the_file_is_called(tmp_path: Path, suffix: str) -> None:
    assert read(written(tmp_path, suffix, '{"a": [1, 2.5, null, true, "x"]}')) == {
        "a": [1, 2.5, None, True, "x"]
    }


@pytest.mark.parametrize("suffix", [".yaml", ".yml", ".YAML"])
def test_yaml_is_read_by_its_suffix_in_any_case(tmp_path: Path, suffix: str) -> None:
    text = "a:\n  - 1\n  - 2.5\n  - null\n  - true\n  - x: {y: z}\n"

    assert read(written(tmp_path, suffix, text)) == {"a": [1, 2.5, None, True, {"x": {"y": "z"}}]}


@pytest.mark.parametrize("text", ["", "# nothing\n", "---\n", "null"])
def test_empty_yaml_is_an_empty_configuration(tmp_path: Path, text: str) -> None:
    assert read(written(tmp_path, ".yaml", text)) == {}


@pytest.mark.parametrize("suffix", [".json", ".yaml"])
def test_byte_order_mark_is_no_part_of_the_text(tmp_path: Path, suffix: str) -> None:
    assert read(written(tmp_path, suffix, codecs.BOM_UTF8 + b'{"a": 1}')) == {"a": 1}


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("", "line 1, column 1: expecting value"),
        ('{"a": 1,\n "b" 2}', "line 2, column 6: expecting ':' delimiter"),
        ('{"a": 1} x', "line 1, column 10: extra data"),
        ('{"a": 1, "a": 2}', "the key 'a' stands twice in one object"),
        ('{"a": {"b": 1, "b": 2}}', "the key 'b' stands twice in one object"),
        ('{"\u3164": 1, "\u3164": 2}', "the key '\\u3164' stands twice in one object"),
        ('{"a": NaN}', "NaN is no number in JSON"),
        ('{"a": -Infinity}', "-Infinity is no number in JSON"),
        ('{"a": -1e999}', "a number is too large"),
        ("[]", "it must hold one object, such as {}"),
        ('"text"', "it must hold one object, such as {}"),
        ("[" * 100_000, "it is nested too deeply"),
        (b'{"a": "\xff"}', "byte 8 is not UTF-8: save the file as UTF-8"),
        ('{"a": 1}'.encode("utf-16"), "byte 1 is not UTF-8: save the file as UTF-8"),
    ],
)
def test_json_that_is_wrong_is_refused_with_its_place(
    tmp_path: Path, content: str | bytes, reason: str
) -> None:
    assert refusal(written(tmp_path, ".json", content)) == reason


def test_number_that_is_too_long_is_refused(tmp_path: Path) -> None:
    reason = refusal(written(tmp_path, ".json", '{"a": ' + "9" * 5000 + "}"))

    assert reason.startswith("Exceeds the limit")


ALIAS = "a value that begins with & or * must be in quotes"
TAG = "a date, or a value that begins with !, must be in quotes"
KEY = "a key must be text: put it in quotes"
TWICE = "this key stands twice in one object"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("a: [1\nb: 2", "line 2, column 2: expected ',' or ']', but got ':'"),
        ("a: 1\n b: 2", "line 2, column 3: mapping values are not allowed here"),
        ("a: @x", "line 1, column 4: found character '@' that cannot start any token"),
        ("a: 1\na: 2", f"line 2, column 1: {TWICE}"),
        ("a:\n  b: 1\n  'b': 2", f"line 3, column 3: {TWICE}"),
        ("a: &x 1\nb: *x", f"line 1, column 4: {ALIAS}"),
        ("a: *x", f"line 1, column 4: {ALIAS}"),
        ("&x a: 1", f"line 1, column 1: {ALIAS}"),
        ("a: !!python/object/apply:os.system [id]", f"line 1, column 4: {TAG}"),
        ("a: !secret x", f"line 1, column 4: {TAG}"),
        ("a: !!binary aGk=", f"line 1, column 4: {TAG}"),
        ("a: !!set {x}", f"line 1, column 4: {TAG}"),
        ("a: 2024-01-31", f"line 1, column 4: {TAG}"),
        ("a: 2024-13-45", f"line 1, column 4: {TAG}"),
        ("a: !!int x", "line 1, column 4: this is no value of its type"),
        ("on: 1", f"line 1, column 1: {KEY}"),
        ("no: 1", f"line 1, column 1: {KEY}"),
        ("1: 1", f"line 1, column 1: {KEY}"),
        ("null: 1", f"line 1, column 1: {KEY}"),
        ("a: {<<: {b: 1}}", f"line 1, column 5: {KEY}"),
        ("? [a]\n: 1", f"line 1, column 3: {KEY}"),
        ("? {a: 1}\n: 1", f"line 1, column 3: {KEY}"),
        ("a: 1\n---\nb: 2", "line 2, column 1: but found another document"),
        ("- 1", "it must hold one object, such as {}"),
        ("just text", "it must hold one object, such as {}"),
        ("a: \x00", "character 4 is not allowed in YAML"),
        ("[" * 100_000, "it is nested too deeply"),
        (b"a: \xff", "byte 4 is not UTF-8: save the file as UTF-8"),
    ],
)
def test_yaml_that_is_wrong_is_refused_with_its_place(
    tmp_path: Path, content: str | bytes, reason: str
) -> None:
    assert refusal(written(tmp_path, ".yaml", content)) == reason


CANARY = "hunter2canary"


@pytest.mark.parametrize(
    "line",
    [
        'password: "CANARY\n',
        "password: 'CANARY\n",
        "password: !CANARY\n",
        "password: !CANARY!x y\n",
        "password: !<CANARY> y\n",
        "password: !!CANARY y\n",
        "password: !!int CANARY\n",
        "password: &CANARY x\n",
        "password: *CANARY\n",
        "password: @CANARY\n",
        "password: %CANARY\n",
        "password: `CANARY\n",
        "password: CANARY: x\n",
        "password: [CANARY\n",
        "password: {CANARY\n",
        "password: |x CANARY\n",
        'password: "\\CANARY"\n',
        "%CANARY x\n---\na: [1\n",
        "%YAML CANARY\n---\na: 1\n",
        "%TAG CANARY\n---\na: 1\n",
        "password CANARY\n",
        "a: 1\n CANARY: 2\n",
        '{"password": "CANARY}',
        '{"password": CANARY',
        '{"password": "CANARY" "x"}',
        '{"password": "CANARY\n" x}',
        '{"password": "\\CANARY"}',
        '["CANARY"]',
    ],
)
@pytest.mark.parametrize("suffix", [".json", ".yaml"])
def test_no_error_quotes_the_file(tmp_path: Path, suffix: str, line: str) -> None:
    file = written(tmp_path, suffix, line.replace("CANARY", CANARY))

    with pytest.raises(ConfigError) as caught:
        read(file)

    assert CANARY not in "".join(traceback.format_exception(caught.value))


def test_bomb_of_aliases_is_refused_at_its_first_anchor(tmp_path: Path) -> None:
    levels = [
        f"{b}: &{b} [{', '.join([f'*{a}'] * 9)}]"
        for a, b in zip("abcdefgh", "bcdefghi", strict=True)
    ]
    text = "\n".join(["a: &a [x]", *levels])

    assert refusal(written(tmp_path, ".yaml", text)) == f"line 1, column 4: {ALIAS}"


@pytest.mark.parametrize("suffix", [".json", ".yaml"])
def test_file_that_is_too_large_is_refused_unread(tmp_path: Path, suffix: str) -> None:
    file = written(tmp_path, suffix, b"[" * (MOST_BYTES + 1))
    began = time.perf_counter()

    assert refusal(file) == "it is larger than 1000000 bytes"
    assert time.perf_counter() - began < 1


def test_file_without_an_end_is_refused() -> None:
    assert refusal(Path("/dev/zero")) == "it is larger than 1000000 bytes"


def test_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path / "none.json") == "it cannot be read: No such file or directory"


def test_folder_is_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path) == "it cannot be read: Is a directory"


def test_name_that_no_file_can_have_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"^a\\x00b: it cannot be read: embedded null byte$"):
        read(Path("a\0b"))
