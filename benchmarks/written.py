"""The code of the plugins that are measured.

Each edit differs from the one before, so that nothing compiled earlier can serve.
"""

from __future__ import annotations

from collections.abc import Mapping

PARTS = 10
"""Subscriptions and commands that an edited plugin has of each."""

HEAD = '''"""A plugin of 150 lines, edited {edit} times."""

from __future__ import annotations

{imports}from rosey import CommandContext, Event, Plugin, command, on

EDIT = {edit}


class Edited(Plugin):
    name = "{name}"
    version = "1.0.0"
    description = "Counts what it sees"

    async def setup(self) -> None:
        self.counts: dict[str, int] = {{}}

    def export_state(self) -> dict[str, int]:
        return self.counts

    def import_state(self, state: dict[str, int], version: int) -> None:
        self.counts = state

    @command("{name}", help="Say how often it was edited.")
    async def tell(self, ctx: CommandContext) -> None:
        await ctx.reply(f"{{EDIT}}")
'''

PART = """
    @on("{name}.event_{number}")
    async def on_event_{number}(self, event: Event, data: object) -> None:
        self.counts[event.name] = self.counts.get(event.name, 0) + 1

    @command("{name}_{number}", help="Say how many events of kind {number} came.")
    async def count_{number}(self, ctx: CommandContext, *, words: str = "") -> None:
        count = self.counts.get("{name}.event_{number}", 0)
        if words:
            await ctx.reply(f"{{words}}: {{count}}")
        else:
            await ctx.reply(f"{{count}}")
"""

MODULE = '''"""A module of a package, edited {edit} times."""

from __future__ import annotations

from collections.abc import Mapping

LEAST = {edit}
'''

FUNCTION = """

def total_{number}(counts: Mapping[str, int], *, least: int = LEAST) -> int:
    found = {number}
    for name, count in counts.items():
        if count >= least and not name.startswith("_"):
            found += count
    return found
"""

NUMBERED = '''"""One of many plugins."""

from __future__ import annotations

from rosey import CommandContext, Event, Plugin, command, on


class Numbered(Plugin):
    name = "{name}"
    version = "1.0.0"
    description = "Counts what it sees"

    async def setup(self) -> None:
        self.count = 0

    @on("{name}.*")
    async def see(self, event: Event, data: object) -> None:
        self.count += 1

    @command("{name}", help="Say how many events came.")
    async def tell(self, ctx: CommandContext, *, words: str = "") -> None:
        await ctx.reply(f"{{words}}: {{self.count}}")
'''


def edited(edit: int, *, name: str = "edited", imports: str = "") -> str:
    """Write a plugin of 150 lines that has state to hand over."""
    head = HEAD.format(edit=edit, name=name, imports=imports)
    return head + "".join(PART.format(name=name, number=number) for number in range(PARTS))


def package(edit: int) -> Mapping[str, str]:
    """Write a plugin of five files, by their names; `__init__.py` is the last."""
    names = [f"part_{number}" for number in range(4)]
    module = MODULE.format(edit=edit) + "".join(FUNCTION.format(number=n) for n in range(PARTS))
    imports = "".join(f"from .{name} import LEAST as {name.upper()}\n" for name in names)
    main = edited(edit, name="parcel", imports=f"{imports}\n")
    return {**{f"{name}.py": module for name in names}, "__init__.py": main}


def numbered(name: str) -> str:
    """Write a small plugin: a subscription, a command."""
    return NUMBERED.format(name=name)
