"""An answer and its two faces."""

from __future__ import annotations

from rosey.workbench.faces.answer import MOST_CHARS, Answer, Lines, Table
from rosey.workbench.faces.markup import to_html
from tests.hostile.test_escaping import Reader

TABLE = Table(title="Found", heads=("name", "what"), rows=(("a", "one\ntwo"), ("long", "")))


def test_columns_are_as_wide_as_their_widest_cell() -> None:
    assert TABLE.text.splitlines() == [
        "Found",
        "name  what",
        "a     one",
        "      two",
        "long",
    ]


def test_columns_stand_where_a_terminal_shows_wide_and_combining_characters() -> None:
    rows = (("\u732b\u732b", "x"), ("e\u0301", "x"), ("abcd", "x"))

    assert Table(title="", heads=(), rows=rows).text.splitlines() == [
        "\u732b\u732b  x",
        "e\u0301     x",
        "abcd  x",
    ]


def test_a_table_is_a_table_to_those_who_cannot_see_it() -> None:
    headed = Reader(to_html(TABLE.element)).markup
    plain = Reader(to_html(Table(title="", heads=(), rows=(("name", "value"),)).element)).markup

    assert ("caption", ("style",)) in headed
    assert headed.count(("th", ("scope", "style"))) == 2
    assert headed.count(("td", ("style",))) == 4
    assert plain.count(("th", ("scope", "style"))) == 1
    assert ("thead", ()) not in plain


def test_faces_take_colours_and_fonts_from_the_theme() -> None:
    html = Answer(None, TABLE, Lines(lines=("text",))).html

    assert "color" not in html
    assert "font" not in html


def test_parts_stand_below_each_other() -> None:
    answer = Answer(7, Lines(lines=("first",)), TABLE)

    assert answer.text.startswith("first\nFound\n")
    assert answer.html.partition(">")[2].startswith("<pre ")
    assert answer.html.endswith("</table></div>")
    assert repr(answer) == answer.text


def test_secrets_are_taken_out_before_anything_is_escaped_or_cut() -> None:
    secret = "<&'\x1b" + "s" * 20
    padded = "x" * (MOST_CHARS - 10) + secret
    answer = Answer(
        secret,
        Lines(lines=(secret, padded)),
        Table(title=secret, heads=(), rows=(("name", secret),)),
    )

    masked = answer.redacted(lambda text: text.replace(secret, "***"))

    assert "sss" not in masked.text + masked.html
    assert "***" in masked.text
    assert "***" in masked.html


def test_a_long_text_is_cut_in_the_faces_and_whole_in_the_value() -> None:
    text = "x" * 10_000_000

    answer = Answer.of_lines(text, [text])

    assert len(answer.text) < MOST_CHARS + 100
    assert len(answer.html) < MOST_CHARS + 200
    assert "more characters" in answer.text
    assert answer.value == text
