"""Whatever is said, it comes out of each escaping function harmless."""

from __future__ import annotations

import html
import unicodedata
from html.parser import HTMLParser

from rosey.chat.escaping import for_chat, for_html, for_log, for_terminal
from tests.hostile.corpus import HOSTILE, name

HIDDEN = {"Cc", "Cs", "Zl", "Zp"}
REORDERING = {"RLO", "LRO", "RLE", "LRE", "PDF", "RLI", "LRI", "FSI", "PDI"}


class Reader(HTMLParser):
    """Reads HTML as a browser does, and notes what is more than text."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.text = ""
        self.markup: list[tuple[str, tuple[str, ...]]] = []
        self.feed(page)
        self.close()

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.markup.append((tag, tuple(key for key, _ in attrs)))

    def handle_endtag(self, tag: str) -> None:
        self.markup.append((f"/{tag}", ()))

    def handle_comment(self, data: str) -> None:
        self.markup.append(("comment", (data,)))

    def handle_decl(self, decl: str) -> None:
        self.markup.append(("declaration", (decl,)))

    def unknown_decl(self, data: str) -> None:
        self.markup.append(("declaration", (data,)))

    def handle_pi(self, data: str) -> None:
        self.markup.append(("instruction", (data,)))


def is_visible(text: str) -> bool:
    return not any(
        unicodedata.category(c) in HIDDEN or unicodedata.bidirectional(c) in REORDERING
        for c in set(text)
    )


def is_one_line(text: str) -> bool:
    return f"{text}.".splitlines() == [f"{text}."]


def is_text_only(page: str) -> bool:
    seen = Reader(page)
    return seen.markup == [] and seen.text == html.unescape(page)


def is_one_attribute(value: str) -> bool:
    seen = [Reader(f"<p title={quote}{value}{quote}>x</p>") for quote in "\"'"]
    return all((s.markup, s.text) == ([("p", ("title",)), ("/p", ())], "x") for s in seen)


def test_html_content_is_text_only() -> None:
    assert [name(text) for text in HOSTILE if not is_text_only(for_html(text))] == []


def test_html_attribute_stays_one_attribute() -> None:
    assert [name(text) for text in HOSTILE if not is_one_attribute(for_html(text))] == []


def test_terminal_gets_printable_text_only() -> None:
    shown = {text: for_terminal(text).replace("\n", "").replace("\t", "") for text in HOSTILE}

    assert [name(text) for text in HOSTILE if not is_visible(shown[text])] == []


def test_log_gets_one_record_of_printable_text() -> None:
    lines = {text: for_log(text) for text in HOSTILE}

    assert [name(t) for t, line in lines.items() if not is_one_line(line)] == []
    assert [name(t) for t, line in lines.items() if not is_visible(line)] == []


def test_every_sink_can_be_written_as_utf_8() -> None:
    for function in (for_html, for_terminal, for_log):
        for text in HOSTILE:
            assert function(text).encode("utf-8").decode("utf-8") == function(text), name(text)


def test_nothing_is_a_command_in_the_chat() -> None:
    said = [for_chat(f"{prefix}{text}", prefix) for text in HOSTILE for prefix in ("!", "?x")]

    assert [text for text in said if text.startswith(("!", "?x"))] == []
