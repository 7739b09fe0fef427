"""Every exception that Rosey raises, in one tree under `RoseyError`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self


class RoseyError(Exception):
    """Root of the tree: catch it to catch whatever Rosey raises on purpose."""

    def detached(self) -> Self:
        """The same error without the frames that led to it: keeping it keeps no plugin alive."""
        twin = type(self).__new__(type(self))
        twin.args = self.args
        vars(twin).update(vars(self))
        return twin


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigFault:
    """One thing wrong with a configuration.

    Attributes:
        path: Where it stands, with dots: `plugins.plugin_config.dice_roller.max_dice`.
        reason: What must be true instead, never the faulty value itself: it may be a secret.
    """

    path: str
    reason: str

    def __str__(self) -> str:
        return f"{self.path}: {self.reason}" if self.path else self.reason


class ConfigError(RoseyError):
    """Raised when a configuration is refused; nothing has changed then.

    Attributes:
        faults: Everything that is wrong, in the order of the file.
        origin: The file or plugin that the configuration belongs to.
    """

    def __init__(self, faults: Sequence[ConfigFault], *, origin: str = "config") -> None:
        self.faults = tuple(faults)
        self.origin = origin
        super().__init__(f"{origin}: " + "; ".join(map(str, self.faults)))


class PluginError(RoseyError):
    """Root of what concerns one plugin.

    Attributes:
        plugin: The plugin's name.
    """

    def __init__(self, plugin: str, message: str) -> None:
        self.plugin = plugin
        super().__init__(message)


class PluginLoadError(PluginError):
    """Raised when a plugin cannot be loaded or reloaded; what ran before still runs.

    Attributes:
        reason: What is wrong, in a sentence.
        path: The file in which it is wrong, where one is to blame.
        line: The line in that file, from 1.
        traceback: As Python prints it, from the plugin's own code on; empty where none is to blame.
        frame: The line among its neighbours, as they were read; empty where there is none.
    """

    def __init__(  # noqa: PLR0913  all facts by name
        self,
        plugin: str,
        reason: str,
        *,
        path: Path | None = None,
        line: int | None = None,
        traceback: str = "",
        frame: tuple[str, ...] = (),
    ) -> None:
        self.reason = reason
        self.path, self.line = path, line
        self.traceback, self.frame = traceback, frame
        where = "" if path is None else f" ({path})" if line is None else f" ({path}:{line})"
        super().__init__(plugin, f"{plugin}: {reason}{where}")


class DependencyError(PluginLoadError):
    """Raised when what a plugin depends on is missing, failed, too old or cyclic.

    Attributes:
        chain: The names from the plugin to the culprit; for a cycle the first name ends it too.
    """

    def __init__(self, plugin: str, reason: str, *, chain: Sequence[str]) -> None:
        self.chain = tuple(chain)
        super().__init__(plugin, reason)


class StateError(PluginLoadError):
    """Raised when a plugin's state cannot go to its next version; the old one keeps it."""


class OutdatedError(PluginLoadError):
    """Raised when a plugin was made ready with code of others that was replaced meanwhile."""

    def __init__(self, plugin: str) -> None:
        super().__init__(plugin, "what it imports was reloaded meanwhile: try again")


class DependentsChangedError(PluginLoadError):
    """Raised when others have come to need a plugin whose reload has begun without them."""

    def __init__(self, plugin: str, dependents: Sequence[str]) -> None:
        super().__init__(plugin, f"{', '.join(dependents)} came to need it meanwhile: try again")


class PluginNotFoundError(PluginError):
    """Raised when no plugin of that name is known or loaded.

    Attributes:
        nearest: A known name that looks alike, if there is one.
    """

    def __init__(self, plugin: str, *, what: str = "loaded", nearest: str | None = None) -> None:
        self.nearest = nearest
        hint = f"; did you mean {nearest}?" if nearest else ""
        super().__init__(plugin, f"no plugin named {plugin!r} is {what}{hint}")


class PluginInUseError(PluginError):
    """Raised when a plugin that others need would be unloaded without them.

    Attributes:
        dependents: Names of the loaded plugins that need it.
    """

    def __init__(self, plugin: str, dependents: Sequence[str]) -> None:
        self.dependents = tuple(dependents)
        needed_by = ", ".join(self.dependents)
        super().__init__(
            plugin,
            f"{plugin} is needed by {needed_by}: unload them first, or together with it",
        )


class PluginStateError(PluginError):
    """Raised when a step is not legal in the plugin's present state."""


class PluginLoopError(PluginError):
    """Raised when plugins that answer each other would go on for ever."""

    def __init__(self, plugin: str, reason: str) -> None:
        super().__init__(plugin, f"{reason}: do not answer an event that your own has led to")


class DeadlineExceededError(PluginError):
    """Raised when a call into a plugin has not finished in time.

    Attributes:
        deadline_s: Seconds that the call had.
    """

    def __init__(self, plugin: str, where: str, deadline_s: float) -> None:
        self.deadline_s = deadline_s
        super().__init__(plugin, f"{where} of {plugin} did not finish within {deadline_s:g} s")


class LimitExceededError(PluginError):
    """Raised when a plugin takes more than it may of what all plugins share.

    Attributes:
        limit: The setting that says how much that is: `live_tasks`.
    """

    def __init__(self, plugin: str, limit: str, reason: str) -> None:
        self.limit = limit
        super().__init__(plugin, f"{plugin} {reason} (limit {limit})")


class PermissionDeniedError(PluginError):
    """Raised when a plugin asks of the bot what it has not declared.

    Attributes:
        permission: What it would have to declare.
    """

    def __init__(self, plugin: str, permission: str) -> None:
        self.permission = permission
        super().__init__(
            plugin, f"{plugin} has not declared '{permission}': add it to its permissions"
        )


class EventDroppedError(RoseyError):
    """Raised to whoever waits until there is less to do, as too many wait for it."""


class BlockingError(PluginError):
    """Never raised: the fault of a plugin whose code held the bot's loop.

    Attributes:
        held_s: Seconds for which nothing else could run.
    """

    def __init__(self, plugin: str, held_s: float) -> None:
        self.held_s = held_s
        super().__init__(plugin, f"held the loop for {held_s:.1f} s: await, or use a thread")


class SharedLoopError(PluginError):
    """Raised in a plugin that would stop the bot's loop, or change how it works.

    Attributes:
        method: The loop's method that it has called.
    """

    def __init__(self, plugin: str, method: str) -> None:
        self.method = method
        super().__init__(plugin, f"{plugin} must not call {method}: the loop is everybody's")


class GateOverflowError(PluginError):
    """Raised when more events wait for a plugin than may while it changes; none of them is lost.

    Attributes:
        most_waiting: How many may wait.
    """

    def __init__(self, plugin: str, plugins: str, most_waiting: int) -> None:
        self.most_waiting = most_waiting
        super().__init__(
            plugin,
            f"more than {most_waiting:,} events came while {plugins} was to change: try again",
        )


class ServiceAlreadyRegistered(RoseyError):  # noqa: N818  the PRD's name, part of the promise
    """Raised when a second provider offers a service of the same name.

    Attributes:
        service: The service's name.
        provider: Who provides it already.
    """

    def __init__(self, service: str, provider: str) -> None:
        self.service = service
        self.provider = provider
        super().__init__(
            f"service {service!r} is already provided by {provider}: rename one of the two"
        )


class ServiceNotFoundError(RoseyError):
    """Raised when a service handle is used while nobody provides the service."""

    def __init__(self, service: str) -> None:
        self.service = service
        super().__init__(f"service {service!r} is not provided by any plugin at the moment")


class CommandAlreadyRegistered(RoseyError):  # noqa: N818  named like ServiceAlreadyRegistered
    """Raised when two plugins want the same chat command.

    Attributes:
        command: The word in dispute, without its prefix.
        owner: The plugin that has it.
        claimant: The plugin that wants it too.
    """

    def __init__(self, command: str, *, owner: str, claimant: str) -> None:
        self.command = command
        self.owner, self.claimant = owner, claimant
        super().__init__(
            f"command {command!r} of {claimant} is taken by {owner}: rename one of the two"
        )


class UsageError(RoseyError):
    """Raised when somebody uses a command wrongly; its text is shown to them as it is."""


class StatePathError(RoseyError, AttributeError, LookupError):
    """Raised when a path into a plugin's state leads nowhere, or to what cannot be changed."""


class UnreadFileError(RoseyError):
    """Raised when a file would be written over that has what nobody here has read; it is kept."""


class StorageError(RoseyError):
    """Raised when storage cannot do what was asked; what was committed before is intact."""


class StorageLockedError(StorageError):
    """Raised when another process holds the database for longer than the busy timeout."""


class StorageFullError(StorageError):
    """Raised when the disk or the database is full."""


class StorageQuotaError(StorageFullError):
    """Raised when a plugin's database would outgrow what the plugin may keep.

    Attributes:
        plugin: The plugin's name.
        quota_bytes: How large its database may be.
    """

    def __init__(self, plugin: str, quota_bytes: int) -> None:
        self.plugin = plugin
        self.quota_bytes = quota_bytes
        super().__init__(
            f"{plugin} may keep {quota_bytes:,} bytes, and this would be more, so it was not kept: "
            "delete something, or raise the plugin's storage quota"
        )


class StorageCorruptError(StorageError):
    """Raised when the file is not a sound database; it is left untouched."""


class StorageTooNewError(StorageError):
    """Raised when the database was written by newer code than this; it is left untouched."""


class ConnectionLostError(RoseyError):
    """Raised when a connection broke, or something is sent while it is not up."""


class RehearsalError(RoseyError):
    """Raised when a throw-away copy of the bot hung or crashed; the bot itself is as it was.

    Attributes:
        printed: The end of what was printed in its process, tracebacks included.
    """

    def __init__(self, message: str, *, printed: str = "") -> None:
        self.printed = printed
        super().__init__(message)


class RecordingError(RoseyError):
    """Raised when a recording cannot be written, or is none that can be read."""
