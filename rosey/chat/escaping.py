"""Text from strangers, made harmless: one function for each kind of place where it can end up."""

from __future__ import annotations

import html
import re

MAX_LINE_CHARS = 10_000
"""Longer text is cut in logs and on terminals; one message cannot fill the screen."""

# Controls (Cc), surrogates (Cs), what reorders its neighbours, and letters that nobody sees: bidi
# marks, zero width characters, Hangul fillers, line separators. Emoji sequences need U+200D, which
# joins and hides nothing.
_HARMFUL = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u115f\u1160\u180e\u200b\u200c\u200e\u200f\u2028-\u202e"
    "\u2060-\u2069\u3164\ufeff\uffa0\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]"
)

_NO_COMMAND = "\N{MIDDLE DOT} "


def _shown(match: re.Match[str]) -> str:
    code = ord(match[0])
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"  # noqa: PLR2004  one byte


def for_terminal(text: str) -> str:
    """Text that can be printed: no escape sequence, no reordering; line feeds and tabs stay."""
    return _HARMFUL.sub(_shown, _cut(text))


def for_log(text: str) -> str:
    """Text for one log record: it cannot begin a second one."""
    return for_terminal(text).replace("\n", "\\n").replace("\t", "\\t")


def for_chat(text: str, prefix: str) -> str:
    """Text that the bot says: no line of it is a command to another bot with the same prefix.

    What a bot says has come from others in part, and a channel may obey it more than them.
    """
    if prefix not in text:
        return text
    return "".join(
        f"{_NO_COMMAND}{line}" if line.lstrip().startswith(prefix) else line
        for line in text.splitlines(keepends=True)
    )


def for_html(text: str) -> str:
    """Text for element content and quoted attributes: it is never markup."""
    return html.escape(for_dom(text), quote=True)


def for_dom(text: str) -> str:
    """Text for the text nodes and attributes of a page, put there by its script: nothing hides."""
    return _HARMFUL.sub(_shown, text)


def _cut(text: str) -> str:
    if len(text) <= MAX_LINE_CHARS:
        return text
    return f"{text[:MAX_LINE_CHARS]}… ({len(text) - MAX_LINE_CHARS} more characters)"
