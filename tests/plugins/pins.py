"""Code of plugins that pins their generation, unless something is done about it."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pin:
    """One mechanism.

    Attributes:
        source: What the plugin does; PIPE is a file descriptor.
        told: What its author is told; empty for what is no fault of theirs.
    """

    source: str
    told: str = ""

    @property
    def code(self) -> str:
        return textwrap.dedent(self.source)


PINS = {
    "Optional": Pin(
        """
        import typing
        class K: ...
        typing.Optional[K]
        """,
    ),
    "generic class": Pin(
        """
        import typing
        T = typing.TypeVar('T')
        class G(typing.Generic[T]): ...
        G[int]
        """,
    ),
    "type hints": Pin(
        """
        import typing
        class K:
            a: 'typing.Optional[K]'
        typing.get_type_hints(K)
        """,
    ),
    "overload": Pin(
        """
        import typing
        @typing.overload
        def f(x: int) -> int: ...
        def f(x): return x
        """,
    ),
    "ctypes pointer": Pin(
        """
        import ctypes
        class K(ctypes.Structure): ...
        ctypes.POINTER(K)
        """,
    ),
    "ctypes function type": Pin(
        """
        import ctypes
        class K(ctypes.Structure): ...
        ctypes.CFUNCTYPE(None, ctypes.POINTER(K))
        """,
    ),
    "exception seen last": Pin(
        """
        import sys
        try:
            1 / 0
        except Exception as error:
            sys.last_exc = error
        """,
    ),
    "class of the exception seen last": Pin(
        """
        import sys
        class Bad(Exception): ...
        sys.last_value = Bad()
        """,
    ),
    "traceback seen last": Pin(
        """
        import sys
        try:
            1 / 0
        except Exception as error:
            sys.last_traceback = error.__traceback__
        """,
    ),
    "cause of the exception seen last": Pin(
        """
        import sys
        try:
            1 / 0
        except Exception as error:
            sys.last_exc = sys.last_value = ValueError()
            sys.last_exc.__cause__ = sys.last_exc.__context__ = error
        """,
    ),
    "group of the exception seen last": Pin(
        """
        import sys
        try:
            1 / 0
        except Exception as error:
            sys.last_exc = ExceptionGroup('all', [error])
        """,
    ),
    "signal.signal": Pin(
        """
        import signal
        def stop(*_): ...
        signal.signal(signal.SIGUSR1, stop)
        """,
        "taken back: signal handler stop of SIGUSR1",
    ),
    "atexit function": Pin(
        """
        import atexit
        def save(): ...
        atexit.register(save)
        """,
        "taken back: atexit function save, which will not run",
    ),
    "atexit method": Pin(
        """
        import atexit
        class Log:
            def save(self): ...
        atexit.register(Log().save)
        """,
        "taken back: atexit function Log.save, which will not run",
    ),
    "atexit lambda": Pin(
        """
        import atexit
        class K: ...
        atexit.register(lambda: None)
        """,
        "taken back: atexit function <lambda>, which will not run",
    ),
    "atexit partial": Pin(
        """
        import atexit, functools
        class K: ...
        atexit.register(functools.partial(repr, K()))
        """,
        "taken back: atexit function repr, which will not run",
    ),
    "new name in builtins": Pin(
        """
        import sys
        def shout(text): ...
        sys.modules['builtins'].shout = shout
        """,
        "taken back: builtins.shout",
    ),
    "function of builtins": Pin(
        """
        import sys
        def copyright(): ...
        sys.modules['builtins'].copyright = copyright
        """,
        "taken back: builtins.copyright",
    ),
    "sys.excepthook": Pin(
        """
        import sys
        def hook(*_): ...
        sys.excepthook = hook
        """,
        "taken back: sys.excepthook hook",
    ),
    "threading.excepthook": Pin(
        """
        import threading
        def hook(_): ...
        threading.excepthook = hook
        """,
        "taken back: threading.excepthook hook",
    ),
    "sys.breakpointhook": Pin(
        """
        import sys
        def hook(): ...
        sys.breakpointhook = hook
        """,
        "taken back: sys.breakpointhook hook",
    ),
    "profile function": Pin(
        """
        import sys
        def profile(*_): ...
        sys.setprofile(profile)
        """,
        "taken back: profile function profile",
    ),
    "profile function of threads": Pin(
        """
        import threading
        def profile(*_): ...
        threading.setprofile(profile)
        """,
        "taken back: profile function of threads profile",
    ),
    "finalizer of another's object": Pin(
        """
        import logging, weakref
        def clean(): ...
        weakref.finalize(logging.root, clean)
        """,
    ),
    "finalizer that leads to its own object": Pin(
        """
        import weakref
        class Pool:
            def clean(self): ...
        pool = Pool()
        weakref.finalize(pool, Pool().clean)
        """,
    ),
    "sys.meta_path": Pin(
        """
        import sys
        class Finder:
            def find_spec(self, *_): ...
            def __eq__(self, other): raise ZeroDivisionError
            __hash__ = None
        sys.meta_path.append(Finder())
        """,
        "taken back: Finder in sys.meta_path",
    ),
    "sys.path_hooks": Pin(
        """
        import sys
        def hook(path): raise ImportError
        sys.path_hooks.append(hook)
        """,
        "taken back: hook in sys.path_hooks",
    ),
    "path importer": Pin(
        """
        import sys
        class Finder: ...
        sys.path_importer_cache['nowhere'] = Finder()
        """,
    ),
    "gc.callbacks": Pin(
        """
        import gc
        def count(*_): ...
        gc.callbacks.append(count)
        """,
        "taken back: count in gc.callbacks",
    ),
    "copyreg class": Pin(
        """
        import copyreg
        class K: ...
        copyreg.pickle(K, repr)
        """,
        "taken back: copyreg reducer of K",
    ),
    "copyreg reducer": Pin(
        """
        import copyreg
        def reduce(x): ...
        copyreg.pickle(complex, reduce)
        """,
        "taken back: copyreg reducer of complex",
    ),
    "warnings filter": Pin(
        """
        import warnings
        class Old(UserWarning): ...
        warnings.simplefilter('ignore', Old)
        """,
        "taken back: warnings filter for Old",
    ),
    "logging handler": Pin(
        """
        import logging
        class Lines(logging.Handler): ...
        logging.getLogger('some.library').addHandler(Lines())
        """,
        "taken back: logging handler Lines on some.library",
    ),
    "logging handler on the root": Pin(
        """
        import logging
        class Lines(logging.Handler): ...
        logging.root.addHandler(Lines())
        """,
        "taken back: logging handler Lines on root",
    ),
    "target of a logging handler": Pin(
        """
        import logging.handlers
        class Lines(logging.Handler): ...
        logging.root.addHandler(logging.handlers.MemoryHandler(10, target=Lines()))
        """,
        "taken back: logging handler MemoryHandler on root",
    ),
    "logger class": Pin(
        """
        import logging
        class Loud(logging.Logger): ...
        logging.setLoggerClass(Loud)
        """,
        "taken back: logger class Loud",
    ),
    "log record factory": Pin(
        """
        import logging
        def record(*args, **named): return logging.LogRecord(*args, **named)
        logging.setLogRecordFactory(record)
        """,
        "taken back: log record factory record",
    ),
    "stream of a logging handler": Pin(
        """
        import logging
        class Stream:
            def write(self, text): ...
        logging.root.addHandler(logging.StreamHandler(Stream()))
        """,
        "taken back: logging handler StreamHandler on root",
    ),
    "formatter of a logging handler": Pin(
        """
        import logging
        class Form(logging.Formatter): ...
        logging.root.handlers[0].setFormatter(Form())
        """,
        "taken back: formatter Form of logging handler _LiveLoggingNullHandler",
    ),
    "filter of a logging handler": Pin(
        """
        import logging
        def loud(record): ...
        logging.root.handlers[0].addFilter(loud)
        """,
        "taken back: logging filter loud on _LiveLoggingNullHandler",
    ),
    "logging filter": Pin(
        """
        import logging
        class Loud(logging.Filter): ...
        logging.getLogger('some.library').addFilter(Loud())
        """,
        "taken back: logging filter Loud on some.library",
    ),
    "marshmallow": Pin(
        """
        import marshmallow
        class Cfg(marshmallow.Schema): ...
        """,
    ),
    "sqlite3 adapter": Pin(
        """
        import sqlite3
        class K: ...
        sqlite3.register_adapter(K, repr)
        """,
        "taken back: sqlite3 adapter of K",
    ),
    "sqlite3 adapter of another's class": Pin(
        """
        import sqlite3
        def adapt(x): ...
        sqlite3.register_adapter(complex, adapt)
        """,
        "taken back: sqlite3 adapter of complex",
    ),
    "sqlite3 converter": Pin(
        """
        import sqlite3
        def convert(x): ...
        sqlite3.register_converter('FACE', convert)
        """,
        "taken back: sqlite3 converter of FACE",
    ),
    "call_later": Pin(
        """
        import asyncio
        def tick(): ...
        asyncio.get_running_loop().call_later(3600, tick)
        """,
        "taken back: timer of tick",
    ),
    "argument of call_later": Pin(
        """
        import asyncio
        class K: ...
        asyncio.get_running_loop().call_later(3600, print, K())
        """,
        "taken back: timer of print",
    ),
    "variables of call_later": Pin(
        """
        import asyncio, contextvars
        class K: ...
        def tick(): ...
        def start():
            contextvars.ContextVar('current').set(K())
            asyncio.get_running_loop().call_later(3600, tick)
        contextvars.copy_context().run(start)
        """,
        "taken back: timer of tick",
    ),
    "reader": Pin(
        """
        import asyncio
        def read(): ...
        asyncio.get_running_loop().add_reader(PIPE, read)
        """,
        "taken back: reader of file descriptor PIPE",
    ),
    "writer": Pin(
        """
        import asyncio
        def write(): ...
        asyncio.get_running_loop().add_writer(PIPE, write)
        """,
        "taken back: writer of file descriptor PIPE",
    ),
    "loop's signal handler": Pin(
        """
        import asyncio, signal
        def stop(): ...
        asyncio.get_running_loop().add_signal_handler(signal.SIGUSR2, stop)
        """,
        "taken back: the loop's handler of SIGUSR2",
    ),
    "loop's exception handler": Pin(
        """
        import asyncio
        def report(loop, context): ...
        asyncio.BaseEventLoop.set_exception_handler(asyncio.get_running_loop(), report)
        """,
        "taken back: the loop's exception handler report",
    ),
    "function that another's decorator wraps": Pin(
        """
        import atexit, contextlib
        @contextlib.contextmanager
        def section(): yield
        atexit.register(section)
        """,
        "taken back: atexit function section, which will not run",
    ),
    "cached function": Pin(
        """
        import atexit, functools
        class K: ...
        @functools.lru_cache
        def load(): ...
        atexit.register(load)
        """,
        "taken back: atexit function load, which will not run",
    ),
    "module": Pin(
        """
        import sys
        sys.path_importer_cache['nowhere'] = sys.modules[__name__]
        """,
    ),
}
