"""The area of the settings."""

from __future__ import annotations

from pathlib import Path

import pytest

from rosey.workbench.faces.markup import Element, to_tree
from rosey.workbench.panel.areas.config.area import AREA, COMMON, PLUGIN
from rosey.workbench.panel.areas.config.draft import bound
from rosey.workbench.panel.attempt import Standing, answer_to
from rosey.workbench.panel.sight import Sight
from tests.bots import write_plugin
from tests.workbench.panel.reading import button, found, press, send, text_of

CANARY = "canary-hunter2"

PRESSED = {"Check": send, "Apply": press}

DICE = """
class config_schema(ConfigSchema):
    sides = fields.Int(load_default=6, required=False, validate=validate.Range(2, 100),
        metadata={"description": "Of <b>each</b> die"})
    share = fields.Float(load_default=0.5, validate=validate.Range(0, 1))
    word = fields.Str(load_default="hi")
    poem = fields.Str(load_default="two\\nlines")
    colour = fields.Str(load_default="red", validate=validate.OneOf(["red", "blue"]))
    loud = fields.Bool(load_default=False)
    maybe = fields.Bool(load_default=None, allow_none=True)
    ways = fields.List(fields.Int(validate=validate.Range(0, 9)), load_default=list)
    key = SecretField(load_default=None, allow_none=True)
    inner = fields.Nested(ConfigSchema.from_dict({"deep": fields.Int(load_default=1)}),
        load_default=lambda: {"deep": 1}, metadata={"description": "More"})

@command("key")
async def tell(self, ctx):
    await ctx.reply(self.config["key"].reveal()[::-1])
"""

SLOW = """
asked = []

def wait(n):
    import os, time
    slow.asked.append(n)
    while not os.path.exists({go_on!r}):
        time.sleep(0.01)

class config_schema(ConfigSchema):
    n = fields.Int(load_default=1, validate=lambda n: n == 1 or slow.wait(n))

@command("asked")
async def tell(self, ctx):
    await ctx.reply(str(self.asked))
"""


@pytest.fixture
def plugins(plugins: Path) -> Path:
    """The same, with a plugin that has settings of all kinds."""
    write_plugin(plugins, "dice", DICE)
    return plugins


@pytest.fixture
def sight(sight: Sight) -> Sight:
    """The same, with that plugin chosen."""
    sight.view.change({PLUGIN: "dice"})
    return sight


def type_into(sight: Sight, **held: str | bool) -> Element:
    """Type into controls, and draw what comes of it."""
    sight.view.change({bound("dice", path.replace("__", ".")): text for path, text in held.items()})
    return AREA.draw(sight)


def control(drawn: Element, path: str) -> Element:
    """The control of a setting."""
    (label,) = [one for one in found(drawn, "label") if text_of(one) == path]
    (one,) = found(drawn, id_=label.attributes["for"])
    return one


def described(drawn: Element, path: str) -> str:
    """What is said about a control to those who do not see what stands beside it."""
    named = str(control(drawn, path).attributes["aria-describedby"]).split()
    return " | ".join(text_of(one) for name in named for one in found(drawn, id_=name))


def told(drawn: Element) -> list[str]:
    """What would change, as the area says it."""
    (box,) = found(drawn, class_="change")
    return [text_of(line) for line in found(box, "li")]


@pytest.mark.parametrize(
    ("path", "tag", "attributes", "value"),
    [
        ("sides", "input", {"type": "number", "min": 2, "max": 100, "step": 1}, "6"),
        ("share", "input", {"type": "number", "min": 0, "max": 1, "step": "any"}, "0.5"),
        ("word", "input", {"type": "text"}, "hi"),
        ("poem", "textarea", {"rows": 2}, "two\nlines"),
        ("colour", "select", {}, '"red"'),
        ("loud", "input", {"type": "checkbox"}, False),
        ("maybe", "select", {}, "null"),
        ("ways", "textarea", {}, "[]"),
        ("key", "input", {"type": "password", "placeholder": "not set"}, ""),
        ("deep", "input", {"type": "number"}, "1"),
    ],
)
def test_each_kind_of_setting_has_its_control(
    sight: Sight, path: str, tag: str, attributes: dict[str, object], value: object
) -> None:
    drawn = control(AREA.draw(sight), path)

    assert drawn.tag == tag
    assert attributes.items() <= dict(drawn.attributes).items()
    assert drawn.does["value"] == value


def test_what_a_setting_must_be_and_is_for_is_tied_to_its_control(sight: Sight) -> None:
    assert described(AREA.draw(sight), "sides") == "int, 2 to 100 · Of <b>each</b> die"


def test_choices_are_those_of_the_schema(sight: Sight) -> None:
    options = [text_of(option) for option in found(control(AREA.draw(sight), "colour"), "option")]
    maybe = [text_of(option) for option in found(control(AREA.draw(sight), "maybe"), "option")]

    assert options == ['"red"', '"blue"']
    assert maybe == ["true", "false", "null"]


def test_change_is_told_with_its_line_before_it_is_applied(sight: Sight) -> None:
    assert told(AREA.draw(sight)) == [
        "nothing is changed yet; what a secret that you type does is told by Check"
    ]

    drawn = type_into(sight, sides="20", loud=True, inner__deep="3")

    assert told(drawn) == [
        "inner.deep: 1 -> 3",
        "loud: false -> true",
        "sides: 6 -> 20",
        "dice would be reloaded",
    ]
    line = "%rosey config dice sides=20 loud=true inner.deep=3"
    assert button(drawn, "Apply").attributes["title"] == line
    assert text_of(drawn).count("changed") == 3


def test_applying_does_what_its_line_does_and_empties_the_form(sight: Sight) -> None:
    attempt = press(sight, type_into(sight, sides="20", word="it's"), "Apply")

    assert attempt is not None
    assert attempt.line == "%rosey config dice sides=20 'word=it'\"'\"'s'"
    assert attempt.answer is not None
    lines = attempt.answer.text.splitlines()
    assert lines[:3] == [
        "dice is reloaded with other settings",
        "sides: 6 -> 20",
        'word: "hi" -> "it\'s"',
    ]
    drawn = AREA.draw(sight)
    assert control(drawn, "sides").does["value"] == "20"
    assert button(drawn, "Undo all").attributes["disabled"] is True
    assert text_of(drawn).count("not the default") == 2
    assert "6" in answer_to(sight.session, attempt.line.replace("=20", "=6")).text


def test_what_is_wrong_stands_beside_the_field_while_it_is_typed(sight: Sight) -> None:
    drawn = type_into(sight, sides="1", ways="[5, 17]", share="", inner__deep="x", poem="ok")

    for path in ("sides", "ways", "share", "deep"):
        assert control(drawn, path).attributes["aria-invalid"] == "true"
    assert control(drawn, "poem").attributes["aria-invalid"] is None
    assert "must be greater than or equal to 2" in described(drawn, "sides")
    assert "1: must be" in described(drawn, "ways")
    assert described(drawn, "deep").endswith("not a valid integer")
    assert len(told(drawn)) == 4
    assert button(drawn, "Apply").attributes["disabled"] is True


def test_schema_is_asked_once_for_all_drawings_of_the_same_edits(
    sight: Sight, plugins: Path
) -> None:
    body = """
    asked = []
    class config_schema(ConfigSchema):
        n = fields.Int(load_default=1, validate=lambda n: counted.asked.append(n))
    @command("asked")
    async def tell(self, ctx):
        await ctx.reply(str(self.asked))
    """
    write_plugin(plugins, "counted", body)
    sight.bot.load("counted").result()
    sight.view.change({PLUGIN: "counted", bound("counted", "n"): "5"})

    for _ in range(3):
        AREA.draw(sight)
    sight.view.change({bound("counted", "n"): "6"})
    AREA.draw(sight)

    assert sight.bot.say("!asked").result() == ["[5, 6]"]


def test_validator_that_blocks_is_not_asked_again_by_drawings_but_by_check(
    sight: Sight, plugins: Path
) -> None:
    write_plugin(plugins, "slow", SLOW.format(go_on=str(plugins / "go_on")))
    sight.bot.load("slow").result()
    sight.view.change({PLUGIN: "slow", bound("slow", "n"): "5"})

    drawn = AREA.draw(sight)
    (plugins / "go_on").touch()
    sight.bot.snapshot()

    assert "the bot has not answered for 1 s: a plugin blocks it" in told(drawn)[0]
    assert told(AREA.draw(sight)) == told(drawn)
    assert sight.bot.say("!asked").result() == ["[5]"]
    send(sight, drawn, "Check")
    assert told(AREA.draw(sight))[0] == "n: 1 -> 5"


def test_what_is_no_json_is_told_and_not_sent(sight: Sight) -> None:
    drawn = type_into(sight, ways="[1,")

    assert "it is not JSON" in described(drawn, "ways")
    with pytest.raises(Exception, match="ways: it is not JSON"):
        send(sight, drawn, "Check")


def test_form_without_a_change_is_not_sent(sight: Sight) -> None:
    with pytest.raises(Exception, match="nothing is changed"):
        press(sight, AREA.draw(sight), "Apply")


def test_check_says_what_its_line_says(sight: Sight) -> None:
    attempt = send(sight, type_into(sight, sides="20"), "Check")

    assert attempt is not None
    assert attempt.answer is not None
    assert attempt.answer.text == answer_to(sight.session, attempt.line).text
    assert attempt.answer.text == "sides: 6 -> 20\ndice would be reloaded"


def test_failed_change_says_what_still_runs_and_keeps_what_was_typed(
    sight: Sight, plugins: Path
) -> None:
    drawn = type_into(sight, sides="20")
    (plugins / "dice.py").write_text("class Broken(")
    attempt = press(sight, drawn, "Apply")

    assert attempt is not None
    assert attempt.standing is Standing.FAILED
    assert attempt.answer is not None
    assert attempt.answer.text.endswith("version 0.1.0 serves on")
    assert control(AREA.draw(sight), "sides").does["value"] == "20"


def test_setting_goes_back_to_its_default_or_to_what_runs(sight: Sight) -> None:
    press(sight, type_into(sight, sides="20"), "Apply")
    drawn = type_into(sight, sides="30")

    press(sight, drawn, "Default sides: 6")
    assert told(AREA.draw(sight))[0] == "sides: 20 -> 6"

    press(sight, drawn, "Undo sides, to what runs")
    assert control(AREA.draw(sight), "sides").does["value"] == "20"


def test_secret_is_written_and_never_shown(sight: Sight) -> None:
    drawn = AREA.draw(sight)
    checked = send(sight, drawn, "Check", key=CANARY)
    applied = press(sight, drawn, "Apply", key=CANARY)

    assert checked is not None
    assert applied is not None
    assert applied.line == "%rosey config dice key=..."
    assert checked.answer is not None
    assert checked.answer.text.startswith("key: null -> <another secret>")
    assert sight.bot.say("!key").result() == [CANARY[::-1]]
    after = AREA.draw(sight)
    assert control(after, "key").attributes["placeholder"] == "<secret>"
    for shown in (to_tree(after), applied.answer and applied.answer.html, checked.answer.html):
        assert CANARY not in repr(shown)
    assert CANARY not in repr(sight.view.values)


@pytest.mark.parametrize("label", ["Check", "Apply"])
def test_what_was_done_keeps_no_secret(sight: Sight, label: str) -> None:
    attempt = PRESSED[label](sight, AREA.draw(sight), label, key=CANARY)

    kept = vars(attempt)["_run"].__closure__
    assert CANARY not in repr([cell.cell_contents for cell in kept])


def test_control_of_a_secret_is_another_one_after_a_reload(sight: Sight) -> None:
    before = control(AREA.draw(sight), "key").does["key"]
    sight.bot.reload("dice").result()

    assert control(AREA.draw(sight), "key").does["key"] != before


def test_common_settings_are_there_for_who_opens_them(sight: Sight) -> None:
    assert "queued_events" not in text_of(AREA.draw(sight))

    press(sight, AREA.draw(sight), "▸ What every plugin has")
    drawn = type_into(sight, limits__queued_events="9")

    assert sight.view.is_on(COMMON)
    assert told(drawn)[0] == "limits.queued_events = 9 (new)"


def test_each_plugin_keeps_what_was_typed_for_it(sight: Sight) -> None:
    type_into(sight, sides="20")
    sight.view.change({PLUGIN: "greeter"})
    assert told(AREA.draw(sight)) == ["nothing is changed yet"]

    sight.view.change({PLUGIN: "dice"})
    assert told(AREA.draw(sight))[0] == "sides: 6 -> 20"


def test_plugin_without_settings_and_one_that_is_not_loaded_say_so(
    sight: Sight, plugins: Path
) -> None:
    write_plugin(plugins, "bare")
    sight.bot.load("bare").result()
    sight.view.change({PLUGIN: "bare"})
    assert "bare has no settings of its own" in text_of(AREA.draw(sight))

    press(sight, AREA.draw(sight), "Undo all")
    sight.bot.unload("bare").result()
    assert "bare is not loaded: load it to see what it has" in text_of(AREA.draw(sight))
    press(sight, AREA.draw(sight), "Load bare")
    assert "no settings" in text_of(AREA.draw(sight))


def test_first_loaded_plugin_is_chosen_where_nobody_chose(sight: Sight) -> None:
    sight.view.change({PLUGIN: ""})
    assert AREA.line(sight) == "%rosey config dice --check"

    sight.bot.unload("dice").result()
    assert AREA.line(sight) == "%rosey config greeter --check"


def test_line_of_the_area_shows_its_settings(sight: Sight) -> None:
    shown = answer_to(sight.session, AREA.line(sight)).text

    assert "int, 2 to 100" in shown
