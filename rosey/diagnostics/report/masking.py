"""Takes out of a report what looks like a secret, or tells who somebody is."""

from __future__ import annotations

import collections
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from rosey.plugins.loading.schema import MASK

UNTOUCHED: Final = frozenset({"digests"})
"""Names of what is made of hashes alone, which look like secrets and are none."""

_OF_PACKAGES: Final = "libraries"
"""What stands there stands under names of packages, which name no secrets: asttokens."""

_NAMES = (
    r"pass(?:word|wd|phrase)|pwd|secret|token|api[_-]?key|access[_-]?key|private[_-]?key"
    r"|credentials?|authorization|cookie|session[_-]?id"
)
_SECRET_NAME = re.compile(rf"(?:{_NAMES})s?(?![a-z])", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One kind of thing that is masked.

    Attributes:
        kind: What it is, for people.
        pattern: What it looks like.
        mask: What takes its place; it may refer to the pattern's groups.
    """

    kind: str
    pattern: re.Pattern[str]
    mask: str


RULES: Final = (
    Rule(
        kind="private key",
        pattern=re.compile(
            r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)",
            re.DOTALL,
        ),
        mask=MASK,
    ),
    Rule(
        kind="password in an address",
        pattern=re.compile(r"(?<=://)[^\s/@:]*:[^\s/@]+(?=@)"),
        mask=MASK,
    ),
    Rule(
        kind="authorization",
        pattern=re.compile(r"\b(bearer|basic) [A-Za-z0-9._~+/=-]{8,}", re.IGNORECASE),
        mask=rf"\1 {MASK}",
    ),
    Rule(
        kind="cookie",
        pattern=re.compile(r"\b((?:set-)?cookie[\"']?:\s*[\"']?)[^\n\"']+", re.IGNORECASE),
        mask=rf"\1{MASK}",
    ),
    Rule(
        kind="named secret",
        # What stands after the name: in quotes, or up to the next space or separator.
        pattern=re.compile(
            rf"((?:{_NAMES})s?[\"']?\]?\s*(?:[=:]|=>)\s*)(?!<secret>)"
            r"(\"(?:\\.|[^\"\\])+\"?|'(?:\\.|[^'\\])+'?|[^\s,;&)}\]\"']+)",
            re.IGNORECASE,
        ),
        mask=rf"\1{MASK}",
    ),
    Rule(
        kind="token",
        pattern=re.compile(
            r"\b(?:gh[pousr]_\w{16,}|github_pat_\w{16,}|glpat-[\w-]{16,}|xox[a-z]-[\w-]{10,}"
            r"|sk-[\w-]{16,}|pypi-[\w-]{16,}|AKIA[0-9A-Z]{16}|AIza[\w-]{30,}"
            r"|eyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]+)?"  # JSON web tokens
            r"|[\w-]{23,28}\.[\w-]{6,7}\.[\w-]{27,}"  # Discord's
            r"|\d{8,10}:[\w-]{35})"  # Telegram's
        ),
        mask=MASK,
    ),
    Rule(
        kind="random text",
        pattern=re.compile(
            r"(?<![\w+/-])(?:(?=[a-f]*[0-9])[0-9a-f]{32,}|(?=[A-F]*[0-9])[0-9A-F]{32,}"
            r"|(?=[\w+-]*[a-z])(?=[\w+-]*[A-Z])(?=[\w+-]*[0-9])[A-Za-z0-9_+-]{32,})(?![\w+/-])"
        ),
        mask=MASK,
    ),
    Rule(
        kind="e-mail",
        pattern=re.compile(r"\b[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)*\.[A-Za-z]{2,}\b"),
        mask="<e-mail>",
    ),
    Rule(
        kind="home folder",
        pattern=re.compile(
            r"(?:(?<![\w.~])/(?:home|Users)/[^/\\\s\"':]+|(?<![\w.~])/root\b"
            r"|\b[A-Za-z]:\\{1,2}Users\\{1,2}[^/\\\s\"':]+)"
        ),
        mask="~",
    ),
)
"""In this order."""


class Masking:
    """Masks texts, and counts what was masked.

    Args:
        redact: Takes the secrets of the configuration out of a text.
        home: A home folder, wherever it stands; None where there is none.

    Attributes:
        counts: How often something was masked, by kind.
    """

    def __init__(self, redact: Callable[[str], str], home: Path | None = None) -> None:
        self._redact = redact
        self._home = str(home) if home is not None and len(home.parts) > 1 else None
        self.counts: collections.Counter[str] = collections.Counter()

    def text(self, text: str) -> str:
        """A text without what the configuration or a rule says is to be masked."""
        masked = self._redact(text)
        if masked != text:
            self.counts["secret of the configuration"] += 1
        if self._home is not None and self._home in masked:
            self.counts["home folder"] += masked.count(self._home)
            masked = masked.replace(self._home, "~")
        for rule in RULES:
            masked, count = rule.pattern.subn(rule.mask, masked)
            if count:
                self.counts[rule.kind] += count
        return masked

    def plain(self, value: Any, name: str = "") -> Any:  # noqa: ANN401  plain values of any shape
        """Plain values with all texts masked, keys too.

        Args:
            value: The values.
            name: Under which they stand: what is named like a secret is masked as a whole.
        """
        if name in UNTOUCHED:
            return value
        if isinstance(value, str):
            if value and value != MASK and _is_secret_name(name):
                self.counts["named secret"] += 1
                return MASK
            return self.text(value)
        if isinstance(value, Mapping):
            named = name != _OF_PACKAGES
            return {
                self.text(key): self.plain(inner, key if named else "")
                for key, inner in value.items()
            }
        if isinstance(value, list | tuple):
            return [self.plain(inner, name) for inner in value]
        return value


def _is_secret_name(name: str) -> bool:
    return _SECRET_NAME.search(name) is not None
