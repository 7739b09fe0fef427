"""What looks like a secret, or tells who somebody is, is masked; everything else stays."""

from __future__ import annotations

from pathlib import Path

import pytest

from rosey.diagnostics.report.masking import RULES, Masking

HEX = "0123456789abcdef" * 2
MIXED = "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7bC0eF"

# Broken by a bar, so that nobody takes them for real ones.
WRITTEN = [
    ("private key", "-----BEGIN RSA PRI|VATE KEY-----\nMIIEow\n-----END RSA PRIVATE KEY-----", ""),
    ("private key", "-----BEGIN PRI|VATE KEY-----\nMIIEow and no end", ""),
    ("password in an address", "redis://me:hunter2@db/0", "redis://<secret>@db/0"),
    ("authorization", "Bearer abcdefgh12345", "Bearer <secret>"),
    ("authorization", "basic YWxhZGRpbjpvcGVu==", "basic <secret>"),
    ("cookie", "Cookie: session=1; theme=dark", "Cookie: <secret>"),
    ("named secret", "password=hunter2, next=1", "password=<secret>, next=1"),
    ("named secret", '{"api_key": "a b", "n": 1}', '{"api_key": <secret>, "n": 1}'),
    ("named secret", "{'access_token': 'x', 'n': 1}", "{'access_token': <secret>, 'n': 1}"),
    ("named secret", "MY_SECRET: hush", "MY_SECRET: <secret>"),
    ("named secret", "headers['Authorization'] = 'k1'", "headers['Authorization'] = <secret>"),
    ("token", "gh|p_0123456789abcdefghij", ""),
    ("token", "github|_pat_0123456789abcdefghij", ""),
    ("token", "gl|pat-0123456789abcdefghij", ""),
    ("token", "xo|xb-1234567890-abcdef", ""),
    ("token", "s|k-0123456789abcdefghij", ""),
    ("token", "py|pi-0123456789abcdefghij", ""),
    ("token", "AK|IA0123456789ABCDEF", ""),
    ("token", "AI|za0123456789abcdefghijABCDEFGHIJ", ""),
    ("token", "ey|JhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl", ""),
    ("token", "M" * 24 + ".Gabcde." + "x" * 27, ""),
    ("token", "123456789:" + "A" * 35, ""),
    ("random text", HEX, ""),
    ("random text", HEX.upper(), ""),
    ("random text", MIXED, ""),
    ("e-mail", "write to ada.l+x@mail.example.org!", "write to <e-mail>!"),
    ("home folder", "/home/|ada/bot/plugins/quiz.py", "~/bot/plugins/quiz.py"),
    ("home folder", "/Users/|ada/bot", "~/bot"),
    ("home folder", r"C:\|Users\ada\bot", r"~\bot"),
    ("home folder", r"'C:\\|Users\\ada\\bot'", r"'~\\bot'"),
    ("home folder", "/root|/bot", "~/bot"),
]
SECRETS = [(kind, text.replace("|", ""), left or "<secret>") for kind, text, left in WRITTEN]

HARMLESS = [
    "!roll 2d6",
    "ValueError: the quiz has no questions",
    'File "/srv/bot/plugins/quiz.py", line 12, in test_passed_questions_are_not_asked_again_2',
    "a passing test, the compass: north",
    "rosey.plugins.life.steps",
    "https://example.org:8080/path",
    "2026-01-02 03:04:05",
    "scores['alice'] = 12345678",
    "the token is missing",
    "~/bot",
]


@pytest.mark.parametrize(("kind", "text", "masked"), SECRETS)
def test_what_a_rule_describes_is_masked_and_counted(kind: str, text: str, masked: str) -> None:
    masking = Masking(lambda text: text)

    assert masking.text(text) == masked
    assert masking.counts == {kind: 1}


def test_each_rule_has_an_example() -> None:
    assert {kind for kind, _, _ in SECRETS} == {rule.kind for rule in RULES}


@pytest.mark.parametrize("text", HARMLESS)
def test_what_is_harmless_stays(text: str) -> None:
    assert Masking(lambda text: text).text(text) == text


@pytest.mark.parametrize(("kind", "text", "masked"), SECRETS)
def test_what_was_masked_is_not_masked_again(kind: str, text: str, masked: str) -> None:
    del kind, text

    assert Masking(lambda text: text).text(masked) == masked


def test_secrets_of_the_configuration_are_masked_first() -> None:
    masking = Masking(lambda text: text.replace("swordfish", "<secret>"))

    assert masking.text("say swordfish") == "say <secret>"
    assert masking.counts == {"secret of the configuration": 1}


def test_the_home_folder_may_stand_anywhere() -> None:
    masking = Masking(lambda text: text, Path("/srv/people/ada"))

    assert masking.text("/srv/people/ada/bot") == "~/bot"
    assert Masking(lambda text: text, Path("/")).text("/srv/bot") == "/srv/bot"


def test_what_is_named_like_a_secret_is_masked_as_a_whole() -> None:
    masking = Masking(lambda text: text)
    values = {"password": "'x y'", "seen['token']": ["a"], "passed": "yes", "tokens": ""}

    assert masking.plain(values) == {
        "password": "<secret>",
        "seen['token']": ["<secret>"],
        "passed": "yes",
        "tokens": "",
    }


def test_keys_are_masked_and_hashes_and_numbers_are_not() -> None:
    masking = Masking(lambda text: text)

    masked = masking.plain({"a@example.org": 1, "digests": {"": HEX}, "n": [None, True, 1.5]})

    assert masked == {"<e-mail>": 1, "digests": {"": HEX}, "n": [None, True, 1.5]}


def test_names_of_packages_name_no_secrets() -> None:
    masking = Masking(str)
    versions = {"libraries": {"asttokens": "3.0.1"}, "asttokens": "3.0.1"}

    assert masking.plain(versions) == {**versions, "asttokens": "<secret>"}
