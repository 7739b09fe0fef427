"""A plugin that leaks in every way it can: one module for each, and a class that takes much."""

from __future__ import annotations

import textwrap
from pathlib import Path

from tests.plugins.pins import PINS

NAME = "leaky"

# Each of these alone pins every generation, or the newest, unless it is taken back.
PINNING = (
    "Optional",
    "generic class",
    "type hints",
    "overload",
    "ctypes pointer",
    "ctypes function type",
    "cause of the exception seen last",
    "signal.signal",
    "atexit function",
    "atexit method",
    "atexit partial",
    "sys.excepthook",
    "sys.breakpointhook",
    "threading.excepthook",
    "finalizer of another's object",
    "finalizer that leads to its own object",
    "sys.meta_path",
    "sys.path_hooks",
    "path importer",
    "gc.callbacks",
    "copyreg class",
    "copyreg reducer",
    "warnings filter",
    "logging handler",
    "target of a logging handler",
    "logging filter",
    "log record factory",
    "marshmallow",
    "sqlite3 adapter",
    "sqlite3 converter",
    "call_later",
    "argument of call_later",
    "variables of call_later",
    "loop's signal handler",
    "loop's exception handler",
)

MODULES = {
    "codec": """
        import codecs
        def search(name): ...
        codecs.register(search)
    """,
    "nested": """
        from marshmallow import Schema, fields
        class Whole(Schema):
            part = fields.Nested("Part")
        class Part(Schema):
            size = fields.Integer()
        whole = Whole()
        whole.load({"part": {"size": 1}})
    """,
    "tables": """
        from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
        class Base(DeclarativeBase): ...
        class Score(Base):
            __tablename__ = "scores"
            id: Mapped[int] = mapped_column(primary_key=True)
        Score(id=1)
    """,
    "language": """
        import abc, contextvars, dataclasses, enum, functools, inspect, logging
        import pickle, re, warnings
        logging.getLogger(__name__)
        variable = contextvars.ContextVar("variable")
        class Kind(abc.ABC): ...
        class Face(enum.Enum):
            ONE = 1
        @dataclasses.dataclass(slots=True)
        class Roll:
            number: int
            def __del__(self): ...
        @functools.lru_cache
        def cached(number): return Roll(number)
        @functools.singledispatch
        def shown(thing): return str(thing)
        shown.register(Roll, repr)
        Kind.register(Roll)
        isinstance(cached(1), Kind)
        pickle.loads(pickle.dumps((Face.ONE, cached(1))))
        inspect.signature(cached), inspect.getsource(Roll), re.sub("a", lambda m: "b", "a")
        class Old(UserWarning): ...
        def warn(event, data): warnings.warn("old", Old, stacklevel=2)
    """,
}

# Takes what there is to take through Rosey, and ends in `teardown` what nothing else can end.
MAIN = """
import asyncio, sqlite3, threading, unittest.mock
from rosey import ConfigSchema, Plugin, command, every, fields, on
from . import edit, {modules}

class Settings(ConfigSchema):
    sides = fields.Integer(load_default=6)

class Leaky(Plugin):
    name = "leaky"
    config_schema = Settings

    async def setup(self):
        self.seen = []
        self.on_event("soak.plain", self.plain)
        self.on_event("soak.*", lambda event, data: self.plain(event, data))
        self.on_event("soak.plain", language.warn)
        self.register_command("plain", lambda event, data: "plain")
        self.provide_service("rolls", self)
        self.create_task(asyncio.Event().wait())
        asyncio.create_task(asyncio.Event().wait())
        self.bot.bus.add_filter("score", self.score)
        self.on_close(self.closed)
        self.end = threading.Event()
        self.thread = threading.Thread(target=self.end.wait, args=(60,))
        self.thread.start()
        self.db = sqlite3.connect(":memory:")
        self.db.create_function("roll", 0, self.roll)

    async def teardown(self):
        self.end.set()
        self.thread.join()
        self.db.close()

    @command("edit")
    async def say_edit(self, ctx):
        with unittest.mock.patch("colorsys.rgb_to_hsv", self.roll):
            await ctx.reply(str(edit.NUMBER))

    @on("soak.plain")
    async def suspended(self, event, data):
        language.variable.set(self)
        await asyncio.sleep(0)
        try:
            raise ValueError(self)
        except ValueError as error:
            self.seen.append(error)

    @every(60)
    def tick(self): ...
    def plain(self, event, data): language.variable.set(self)
    def score(self, value): return value + 1
    def roll(self): return 4
    def closed(self): ...
"""


def write(folder: Path) -> Path:
    """Write the plugin into a plugin directory.

    Returns:
        The module of it to be edited; see `edit`.
    """
    sources = {f"pin_{number}": PINS[pin].code for number, pin in enumerate(PINNING)}
    sources |= {name: textwrap.dedent(code) for name, code in MODULES.items()}
    sources["__init__"] = MAIN.format(modules=", ".join(sources))
    package = folder / NAME
    package.mkdir()
    for name, code in sources.items():
        (package / f"{name}.py").write_text(code, encoding="utf-8")
    return edit(package / "edit.py", 0)


def edit(module: Path, number: int) -> Path:
    """Change the one module that differs in each generation; `!edit` says the number."""
    module.write_text(f"NUMBER = {number}\n", encoding="utf-8")
    return module
