"""Whether a page obeyed what strangers wrote."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Self

from playwright.sync_api import Dialog, Locator, Page, Request

_OWN_SCHEMES = ("data:", "blob:")

# What can run or load something: no part of Rosey is made of it.
_ALIVE = """part => [part, ...part.querySelectorAll('*')].flatMap(element => {
    const tag = element.localName;
    const isActive = /^(a|animate|audio|base|embed|foreignobject|i?frame|img|link|math|meta)$/
        .test(tag) || /^(object|script|set|source|style|template|video)$/.test(tag);
    const attributes = [...element.attributes].filter(({ name, value }) =>
        /^(on|src|href|xlink|action|formaction|data-commandlinker)/.test(name)
            || /url\\(|javascript:/i.test(name === 'style' ? value : ''));
    return [...(isActive ? [tag] : []), ...attributes.map(({ name }) => `${tag} ${name}`)];
})"""


# No slots: Playwright keeps what it wraps a bound method in beside that.
@dataclass
class Watch:
    """What a page did since it is watched, and never does by itself.

    Attributes:
        server: The address whose pages it may call.
        dialogs: What it asked or told the user in a window of the browser's.
        requests: Other addresses that it called.
    """

    server: str
    dialogs: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    @classmethod
    def over(cls, page: Page, server: str) -> Self:
        """Watch a page from now on."""
        watch = cls(server)
        page.on("dialog", watch._note_dialog)
        page.on("request", watch._note_request)
        return watch

    def _note_dialog(self, dialog: Dialog) -> None:
        # JupyterLab's own, where a notebook has changed since it was saved.
        if dialog.type != "beforeunload":
            self.dialogs.append(dialog.message)
        dialog.accept()

    def _note_request(self, request: Request) -> None:
        if not request.url.startswith((self.server, *_OWN_SCHEMES)):
            self.requests.append(request.url)


def alive(part: Locator) -> list[str]:
    """Elements and attributes within a part of a page that could run or load something."""
    found: list[str] = part.evaluate(_ALIVE)
    return found
