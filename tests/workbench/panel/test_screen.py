"""The whole panel as trees."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import pytest

from rosey.errors import RoseyError
from rosey.plugins.loading.schema import MASK
from rosey.workbench.faces.answer import MOST_CHARS as CUT_ELSEWHERE
from rosey.workbench.faces.answer import Answer
from rosey.workbench.faces.markup import Element, el
from rosey.workbench.panel.area import Area
from rosey.workbench.panel.screen import MOST_CHARS, regions
from rosey.workbench.panel.sight import Sight


def area_of(shown: Element | Exception) -> Mapping[str, Area]:
    def draw(_sight: Sight) -> Element:
        if isinstance(shown, Exception):
            raise shown
        return shown

    area = Area(name="plugins", title="Plugins", draw=draw, line=lambda _sight: "%rosey list")
    return MappingProxyType({"plugins": area})


def body(sight: Sight, shown: Element | Exception) -> str:
    return json.dumps(regions(area_of(shown), sight)["body"], ensure_ascii=False)


def attributes(tree: Any, tag: str) -> list[dict[str, Any]]:  # noqa: ANN401  any JSON
    if isinstance(tree, str):
        return []
    own = [tree[1]] if tree[0] == tag else []
    return own + [found for child in tree[3:] for found in attributes(child, tag)]


def test_an_area_stands_below_its_tab_and_beside_the_line_that_shows_the_same(sight: Sight) -> None:
    drawn = regions(area_of(el("p", {}, "hello")), sight)

    (tab,) = attributes(drawn["tabs"][0], "button")
    assert tab["aria-selected"] == "true"
    assert drawn["body"][0][1]["aria-labelledby"] == tab["id"]
    assert "%rosey list" in json.dumps(drawn["body"])


def test_what_an_area_cannot_show_it_says(sight: Sight) -> None:
    assert "the bot does not answer" in body(sight, RoseyError("the bot does not answer"))


def test_a_fault_of_one_area_is_logged_and_leaves_the_others(
    sight: Sight, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        assert "Plugins cannot be drawn" in body(sight, ZeroDivisionError("x"))

    assert "the panel's area plugins cannot be drawn" in caplog.text


def test_a_fault_that_stays_is_logged_once(sight: Sight, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        for _ in range(3):
            body(sight, ZeroDivisionError("x"))

    assert len(caplog.records) == 1


def test_without_a_bot_it_says_how_to_start_one(sight: Sight) -> None:
    sight.session.stop()

    assert "%rosey start" in body(sight, el("p", {}, "hello"))


def test_a_long_text_is_cut_and_a_secret_is_not_shown(secret: str, sight: Sight) -> None:
    shown = body(sight, el("p", {"title": secret}, secret, "x" * (MOST_CHARS + 7)))

    assert secret not in shown
    assert "… (7 more characters)" in shown


def test_a_secret_is_hidden_before_an_answer_in_an_area_is_cut(secret: str, sight: Sight) -> None:
    answer = Answer.of_lines(None, [f"{'x' * (CUT_ELSEWHERE - 3)}{secret}"])

    shown = body(sight, el("div", {}, *answer.elements))

    assert MASK in shown
    assert secret[:3] not in shown
