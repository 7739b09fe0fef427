"""What an extension can leave behind in the process of a kernel; executed inside of it."""

from __future__ import annotations

import gc
import logging
import signal
import sys
import threading
from typing import Any

KEPT = {
    "rosey.bot.Bot",
    "rosey.plugins.manager.PluginManager",
    "rosey.workbench.extension.Extension",
    "rosey.workbench.facade.bot.BotFacade",
    "rosey.workbench.crossing.loop.LoopThread",
    "rosey.workbench.magics.RoseyMagics",
    "rosey.workbench.session.Session",
}


def leftovers() -> dict[str, Any]:
    """Everything that may differ before and after an extension, as plain values."""
    from IPython import get_ipython  # noqa: PLC0415  there is one in a kernel only

    shell: Any = get_ipython()
    formatters = shell.display_formatter.formatters
    loggers = [logging.getLogger(name) for name in ("", "rosey", "plugin", "asyncio")]
    return {
        "threads": sorted(t.name for t in threading.enumerate() if "rosey" in t.name),
        "magics": sorted(shell.magics_manager.magics["line"]),
        "cell magics": sorted(shell.magics_manager.magics["cell"]),
        "registry": sorted(shell.magics_manager.registry),
        "configurables": [type(c).__name__ for c in shell.configurables],
        "matchers": len(shell.Completer.custom_matchers),
        "faces": [len(formatters[name].type_printers) for name in ("text/plain", "text/html")],
        "names": "bot" in shell.user_ns,
        "attributes": sorted(vars(shell).keys() & {"_rosey_extension"}),
        # What atexit keeps cannot be listed, but it would keep these alive.
        "alive": _alive(shell),
        "logging": [(len(logger.handlers), logger.level) for logger in loggers],
        "finders": [getattr(f, "__name__", type(f).__name__) for f in sys.meta_path],
        "modules": sorted(name for name in sys.modules if name.startswith("rosey_plugins")),
        "signals": [str(signal.getsignal(s)) for s in (signal.SIGINT, signal.SIGTERM)],
    }


def _alive(shell: Any) -> list[str]:  # noqa: ANN401  IPython's own type
    # IPython keeps the last error, and with it the frames that it went through.
    for name in ("last_exc", "last_type", "last_value", "last_traceback"):
        setattr(sys, name, None)
    shell.InteractiveTB.tb = None
    gc.collect()
    kinds = [type(thing) for thing in gc.get_objects()]
    return sorted({f"{kind.__module__}.{kind.__qualname__}" for kind in kinds} & KEPT)
