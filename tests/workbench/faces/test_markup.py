"""Elements become HTML or a tree, and text stays text."""

from __future__ import annotations

import json

from rosey.workbench.faces.markup import el, to_html, to_tree
from tests.hostile.corpus import HOSTILE, name
from tests.hostile.test_escaping import Reader, is_visible


def test_an_element_is_html_and_a_tree_of_the_same_facts() -> None:
    row = el("tr", {"class": "new"}, el("td", {"colspan": 2, "title": ""}, "a & b"), "tail")

    assert to_html(row) == '<tr class="new"><td colspan="2" title="">a &amp; b</td>tail</tr>'
    assert to_tree(row) == [
        *("tr", {"class": "new"}, {}),
        ["td", {"colspan": 2, "title": ""}, {}, "a & b"],
        "tail",
    ]


def test_an_attribute_that_is_off_is_left_out_and_zero_is_not() -> None:
    box = el("input", {"checked": True, "disabled": False, "title": None, "min": 0})

    assert to_html(box) == '<input checked min="0">'
    assert to_tree(box) == ["input", {"checked": True, "min": 0}, {}]


def test_what_the_panel_does_with_an_element_is_no_html() -> None:
    button = el("button", {}, "Reload", does={"do": ["reload", {"plugin": "trivia"}]})

    assert to_html(button) == "<button>Reload</button>"
    assert to_tree(button)[2] == {"do": ["reload", {"plugin": "trivia"}]}


def test_half_a_character_is_not_sent_to_the_panel() -> None:
    half = "\ud83d"
    does = {"value": half, "set": {f"edit:{half}": True}, "do": ["say", {"text": half}]}

    tree = to_tree(el("input", {"title": half}, does=does))

    assert "\ud83d" not in repr(tree).encode("unicode_escape").decode()
    assert json.dumps(tree, ensure_ascii=False).encode()


def test_hostile_text_is_neither_markup_nor_hidden() -> None:
    bad = [
        name(text)
        for text in HOSTILE
        if Reader(to_html(el("p", {"title": text}, text))).markup != [("p", ("title",)), ("/p", ())]
        or not is_visible(
            to_tree(el("p", {"title": text}, text))[3].replace("\n", "").replace("\t", "")
        )
    ]

    assert bad == []


def test_whatever_the_panel_does_can_be_sent() -> None:
    does = {"set": {"\ud800a": "\ud800b", "n": 1}, "history": ["ä", "\udfff"]}

    assert to_tree(el("p", {}, does=does))[2] == {
        "set": {"?a": "?b", "n": 1},
        "history": ["ä", "?"],
    }


def test_no_secret_is_copied_brought_back_or_told_from_its_neighbours_by() -> None:
    does = {"copy": "say 1234", "history": ["1234"], "key": "said 1234", "value": "1234"}

    tree = to_tree(el("input", {}, does=does), lambda text: text.replace("1234", "<secret>"))

    # What somebody types is theirs, and stays as they typed it.
    hidden = {"copy": "say <secret>", "history": ["<secret>"], "key": "said <secret>"}
    assert tree[2] == {**hidden, "value": "1234"}
