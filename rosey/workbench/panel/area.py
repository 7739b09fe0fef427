"""What an area of the panel is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from rosey.workbench.faces.answer import Answer
from rosey.workbench.faces.markup import Element
from rosey.workbench.panel.attempt import Attempt, answer_to
from rosey.workbench.panel.sight import Sight

Arguments = Mapping[str, Any]
"""What a button or a form says, by name: texts, and a bool for a box that is ticked."""

Do = Callable[[Sight, Arguments], Attempt | None]
"""Does what a button or a form asks for; None where only the view changes.

Raises:
    RoseyError: What was typed does not do.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """One area of the panel.

    Attributes:
        name: How `%rosey panel NAME` calls it.
        title: What stands on its tab.
        draw: Draws it, anew each time. It may take a look at the bot, which raises RoseyError where
            the bot does not answer.
        line: The line of `%rosey` that shows the same without a panel.
        answer: What that line answers, where carrying it out would count as asking.
        actions: What its buttons and forms do, by the names that elements give them, here and in
            other areas: `plugins.reload`.
        view: The names of what is chosen and typed in it, with what they are at first.
    """

    name: str
    title: str
    draw: Callable[[Sight], Element]
    line: Callable[[Sight], str]
    answer: Callable[[Sight], Answer] | None = None
    actions: Mapping[str, Do] = field(default_factory=dict)
    view: Mapping[str, Any] = field(default_factory=dict)

    def answer_in(self, sight: Sight) -> Answer:
        """The same as its line answers, without secrets.

        Raises:
            RoseyError: What the line would say.
        """
        if self.answer is None:
            return answer_to(sight.session, self.line(sight))
        return self.answer(sight).redacted(sight.session.redact)
