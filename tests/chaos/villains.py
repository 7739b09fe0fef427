"""Plugins that do their worst: what each does, and how it is told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Villain:
    """A plugin that does harm.

    Attributes:
        body: What its class holds. `rage` is emitted once, `message` comes a thousand times.
        named: A pattern of what the log says of it, and its snapshot.
        is_its_fault: Whether anybody can know that it was the plugin; else only the log has it.
        is_named_late: It is named only when it is unloaded.
        limits: What its section of the configuration allows it.
    """

    body: str
    named: str
    is_its_fault: bool = True
    is_named_late: bool = False
    limits: Mapping[str, Any] = field(default_factory=dict)


VILLAINS = {
    "raises": Villain(
        body="""
            @on("message")
            def rage(self, event, data): raise ValueError("rage")
            """,
        named="rage at message: ValueError: rage",
    ),
    "raises what cannot be told": Villain(
        body="""
            @on("message")
            def rage(self, event, data):
                class Untold(Exception):
                    def __str__(self): raise ValueError
                raise Untold
            """,
        named="rage at message: .*Untold",
    ),
    "raises a novel": Villain(
        body="""
            @on("message")
            def rage(self, event, data): raise ValueError("rage" * 10_000_000)
            """,
        named="rage at message: ValueError: ragerage",
    ),
    "raises for its own generator": Villain(
        body="""
            @on("message")
            async def rage(self, event, data):
                await asyncio.sleep(0)
                raise GeneratorExit
            """,
        named="rage at message: GeneratorExit",
    ),
    "hangs": Villain(
        body="""
            @on("message")
            async def rage(self, event, data): await asyncio.Event().wait()
            """,
        named="rage at message",
        limits={"deadline_s": 0.05},
    ),
    "hangs before all others": Villain(
        body="""
            @on("message", priority=10)
            async def rage(self, event, data): await asyncio.Event().wait()
            """,
        named="rage at message",
        limits={"deadline_s": 0.05},
    ),
    "swallows cancellations": Villain(
        body="""
            @on("message")
            async def rage(self, event, data):
                while not self.bot.chaos.is_over:
                    try: await self.bot.chaos.over.wait()
                    except asyncio.CancelledError: pass
            """,
        named="rage at message: TimeoutError: it did not end",
        limits={"deadline_s": 0.05},
    ),
    "blocks": Villain(
        body="""
            seen = 0
            @on("message")
            def rage(self, event, data):
                self.seen += 1
                if self.seen % 200 == 1: time.sleep(1.1 if self.seen == 1 else 0.2)
            """,
        named="BlockingError: held the loop",
    ),
    "exits": Villain(
        body="""
            @on("message")
            async def rage(self, event, data):
                await asyncio.sleep(0)
                sys.exit("rage")
            """,
        named="rage at message: SystemExit: rage",
    ),
    "interrupts": Villain(
        body="""
            @on("message")
            async def rage(self, event, data): raise KeyboardInterrupt
            """,
        named="rage at message: KeyboardInterrupt",
    ),
    "exits in tasks": Villain(
        body="""
            @on("message")
            def rage(self, event, data): asyncio.create_task(self.leave())
            async def leave(self): raise SystemExit("rage")
            """,
        named="SystemExit: rage",
    ),
    "recurses to death": Villain(
        body="""
            @on("message")
            def rage(self, event, data): self.rage(event, data)
            """,
        named="rage at message: RecursionError",
    ),
    "allocates wildly": Villain(
        body="""
            @on("message")
            def rage(self, event, data): self.hoard = [bytearray(1 << 20), bytearray(1 << 60)]
            """,
        named="rage at message: MemoryError",
    ),
    "floods events": Villain(
        body="""
            @on("message")
            def rage(self, event, data):
                for _ in range(50): self.emit_event("flood")
            @on("flood")
            def more(self, event, data):
                for _ in range(3): self.emit_event("flood")
            """,
        named="LimitExceededError|PluginLoopError",
    ),
    "floods replies": Villain(
        body="""
            @on("message")
            async def rage(self, event, data):
                for number in range(100):
                    if self.bot.chaos.is_over: return
                    await self.bot.send_message(f"spam {number}")
            """,
        named="LimitExceededError.*repl",
    ),
    "spawns tasks": Villain(
        body="""
            @on("message")
            def rage(self, event, data):
                for _ in range(50): asyncio.create_task(asyncio.Event().wait())
            """,
        named="LimitExceededError.*tasks",
    ),
    "spawns threads": Villain(
        body="""
            @on("rage")
            def rage(self, event, data):
                for number in range(100):
                    threading.Thread(target=self.idle, name=f"rage {number}", daemon=True).start()
            def idle(self): self.bot.chaos.end.wait()
            """,
        named="thread 'rage 99' still runs",
        is_named_late=True,
    ),
    "changes its settings": Villain(
        body="""
            @on("message")
            def rage(self, event, data):
                self.config["limits"] = self.config["limits"]["deadline_s"] = self.config
                self.config.clear()
                raise ValueError(self.config)
            """,
        named="rage at message: (KeyError|ValueError)",
    ),
    "writes rubbish into the configuration": Villain(
        body="""
            @on("rage")
            def rage(self, event, data):
                self.bot.chaos.config.write_text("{", encoding="utf-8")
            """,
        named="config.json",
        is_its_fault=False,
    ),
    "replaces builtins": Villain(
        body="""
            @on("message")
            def rage(self, event, data):
                import builtins
                builtins.len = builtins.str = builtins.isinstance = None
                len(data)
            """,
        named="rage at message: TypeError: 'NoneType' object is not callable",
    ),
    "ends the loop's executor": Villain(
        body="""
            @on("message")
            async def rage(self, event, data):
                await asyncio.get_running_loop().shutdown_default_executor()
            """,
        named="rage at message: .*shutdown_default_executor",
    ),
    "stops the loop": Villain(
        body="""
            @on("message")
            def rage(self, event, data): asyncio.get_running_loop().stop()
            """,
        named="rage at message: .*stop",
    ),
    "changes the surroundings": Villain(
        body="""
            os.environ["RAGE"] = "1"
            os.chdir("/")
            sys.setrecursionlimit(500)
            """,
        named="taken back: the working directory",
        is_named_late=True,
    ),
    "reloads itself": Villain(
        body="""
            @on("message")
            async def rage(self, event, data): await self.bot.reload("villain")
            """,
        named="villain .* is reloaded",
        is_its_fault=False,
    ),
    "answers each answer": Villain(
        body="""
            @on("reply")
            async def rage(self, event, data): await self.bot.send_message("and so on")
            """,
        named="PluginLoopError: reply is event 18 of a chain",
    ),
    "floods events from a thread": Villain(
        body="""
            @on("rage")
            def rage(self, event, data):
                threading.Thread(target=self.flood, name="rage", daemon=True).start()
            def flood(self):
                while not self.bot.chaos.end.is_set():
                    self.bot.bus.emit_threadsafe("flood")
            """,
        named="thread 'rage' still runs",
        is_named_late=True,
    ),
}
