"""The bot's configuration as frozen values, from a file or a mapping."""

from __future__ import annotations

import copy
import dataclasses
import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rosey.chat.escaping import for_log
from rosey.chat.model import Rank
from rosey.chat.rules import FloodLimits
from rosey.config.environment import Filling, Redaction
from rosey.config.flood import FloodSchema, flood_limits
from rosey.config.reading import read, refused
from rosey.config.shapes import in_one_shape
from rosey.errors import ConfigError, ConfigFault
from rosey.plugins.loading.limits_reading import BlockingSchema, LimitsSchema, narrowed
from rosey.plugins.loading.schema import ConfigSchema, fields, validate, validated
from rosey.plugins.supervision.limits import BlockingLimits, Limits

CONNECTIONS = ("local", "console")


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigFile:
    """The file that a configuration was read from, and how.

    Attributes:
        path: Where it stands; absolute, links not followed.
        environ: Where `${NAME}` is looked up; None for the environment.
        connection: Where people talk to the bot, whatever the file says; None for what it says.
        digest: Tells whether it says something else now; the environment is part of that.
    """

    path: Path
    environ: Mapping[str, str] | None = field(repr=False)
    connection: str | None
    digest: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PluginsConfig:
    """Which plugins run, and with which settings.

    Attributes:
        enabled: Names of what is loaded; None for everything that is found.
        disabled: Names of what is not loaded, unless another plugin needs it.
        hot_reload: Whether changed files are followed.
        plugin_dirs: Searched for plugins, in this order.
        plugin_config: Settings by plugin name, with environment variables filled in.
        shown_config: The same settings as they stand in the file. They too may hold secrets:
            `rosey.diagnostics.snapshot` is what people are shown.
        limits: How much a plugin may take, where its own settings do not say.
        blocking: How long the code of any plugin may hold the loop.
    """

    enabled: tuple[str, ...] | None = None
    disabled: tuple[str, ...] = ()
    hot_reload: bool = True
    plugin_dirs: tuple[Path, ...] = ()
    plugin_config: Mapping[str, Mapping[str, Any]] = field(default_factory=dict, repr=False)
    shown_config: Mapping[str, Mapping[str, Any]] = field(default_factory=dict, repr=False)
    limits: Limits = field(default_factory=Limits)
    blocking: BlockingLimits = field(default_factory=BlockingLimits)

    def wants(self, plugin: str) -> bool:
        """Whether a plugin of that name is to be loaded where there is one."""
        is_enabled = self.enabled is None or plugin in self.enabled
        return is_enabled and plugin not in self.disabled


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """Everything that a bot needs to know before it starts.

    Attributes:
        origin: Where it comes from, for people.
        command_prefix: What a chat command begins with.
        connection: Where people talk to the bot: `local`, or `console`, which `rosey run` opens.
        storage: The folder for what plugins persist; None keeps it in memory.
        accounts: Rank by account, for accounts that a network vouches for.
        flood: How much may come in on a connection.
        plugins: Which plugins run, and with which settings.
        redact: Takes the values that came from the environment out of a text.
        file: Where it was read; None where it was in no file.
    """

    origin: str = "defaults"
    command_prefix: str = "!"
    connection: str = "local"
    storage: Path | None = None
    accounts: Mapping[str, Rank] = field(default_factory=dict)
    flood: FloodLimits = field(default_factory=FloodLimits)
    plugins: PluginsConfig = field(default_factory=PluginsConfig)
    redact: Redaction = field(default_factory=Redaction, repr=False, compare=False)
    file: ConfigFile | None = field(default=None, repr=False, compare=False)

    @classmethod
    def load(
        cls,
        path: str | Path,
        *,
        environ: Mapping[str, str] | None = None,
        connection: str | None = None,
    ) -> Config:
        """Read a configuration file, JSON or YAML. This blocks.

        Relative paths in it count from its folder.

        Args:
            path: The file; `.yaml` and `.yml` are YAML, everything else is JSON.
            environ: Where `${NAME}` is looked up; by default the environment.
            connection: Where people talk to the bot, whatever the file says.

        Raises:
            ConfigError: With every fault, on one line.
        """
        file = ConfigFile(path=Path(path).absolute(), environ=environ, connection=connection)
        return cls._read(file, str(path))

    def again(self) -> Config:
        """Read the same file again, in the same way. This blocks.

        Raises:
            ConfigError: With every fault, on one line; also where it was in no file.
        """
        if self.file is None:
            raise refused(self.origin, "it was in no file that could be read again")
        return self._read(self.file, self.origin)

    @classmethod
    def _read(cls, file: ConfigFile, origin: str) -> Config:
        base = file.path.resolve().parent
        values = read(file.path, origin)
        config = cls.from_mapping(values, origin=origin, base=base, environ=file.environ)
        connection = config.connection if file.connection is None else file.connection
        file = dataclasses.replace(file, digest=_digest(values, file.environ))
        return dataclasses.replace(config, file=file, connection=connection)

    @classmethod
    def from_mapping(
        cls,
        values: Mapping[str, Any],
        *,
        origin: str = "config",
        base: Path | None = None,
        environ: Mapping[str, str] | None = None,
    ) -> Config:
        """Check a configuration that is at hand as plain values.

        Args:
            values: As a file would have them.
            origin: Where they come from, for messages.
            base: Where relative paths count from; by default the working directory.
            environ: Where `${NAME}` is looked up; by default the environment.

        Raises:
            ConfigError: With every fault, on one line.
        """
        filling = Filling(os.environ if environ is None else environ)
        try:
            filled = filling.fill(values)
            shown = in_one_shape(copy.deepcopy(dict(values)), _SETTINGS).values
        except RecursionError:
            raise refused(origin, "it is nested too deeply") from None
        checked, disabled = _checked(filled, filling, origin)
        return cls(
            origin=origin,
            command_prefix=checked["command_prefix"],
            connection=checked["connection"],
            storage=_at(base, checked["storage"]) if checked["storage"] is not None else None,
            accounts={a: Rank.parse(rank) for a, rank in checked["accounts"].items()},
            flood=flood_limits(checked["flood"]),
            plugins=_plugins(checked["plugins"], disabled, shown["plugins"]["plugin_config"], base),
            redact=Redaction(filling.values),
        )


# Of a lone half of a surrogate pair no path can be made.
_FOLDER = validate.Regexp(r"[^\0\ud800-\udfff]+\Z", error="must name a folder")


class _PluginsSchema(ConfigSchema):
    enabled = fields.List(fields.Str(), load_default=None, allow_none=True)
    disabled = fields.List(fields.Str(), load_default=list)
    hot_reload = fields.Bool(load_default=True)
    plugin_dirs = fields.List(fields.Str(validate=_FOLDER), load_default=lambda: ["plugins"])
    plugin_config = fields.Dict(
        keys=fields.Str(), values=fields.Dict(keys=fields.Str()), load_default=dict
    )
    limits = fields.Nested(LimitsSchema, load_default=dict)
    blocking = fields.Nested(BlockingSchema, load_default=dict)


_SETTINGS = frozenset(_PluginsSchema().fields)
_RANKS = [str(rank) for rank in Rank]
_PREFIX = validate.Regexp(r"\S{1,5}\Z", error="must be 1 to 5 characters, none of them a space")


class _ConfigSchema(ConfigSchema):
    command_prefix = fields.Str(load_default="!", validate=_PREFIX)
    connection = fields.Str(load_default="local", validate=validate.OneOf(CONNECTIONS))
    storage = fields.Str(load_default=None, allow_none=True, validate=_FOLDER)
    accounts = fields.Dict(
        keys=fields.Str(), values=fields.Str(validate=validate.OneOf(_RANKS)), load_default=dict
    )
    flood = fields.Nested(FloodSchema, load_default=lambda: FloodSchema().load({}))
    plugins = fields.Nested(_PluginsSchema, load_default=lambda: _PluginsSchema().load({}))


def _digest(values: Mapping[str, Any], environ: Mapping[str, str] | None) -> str:
    filled = Filling(os.environ if environ is None else environ).fill(values)
    content = json.dumps([values, filled], sort_keys=True)
    return hashlib.blake2b(content.encode(), digest_size=16).hexdigest()


def _checked(
    filled: Mapping[str, Any], filling: Filling, origin: str
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The settings with their types, and the plugins whose own settings disable them."""
    shape = in_one_shape(filled, _SETTINGS)
    faults = [*filling.faults, *shape.faults]
    checked: dict[str, Any] = {}
    try:
        checked = validated(_ConfigSchema, shape.values, origin=origin)
    except ConfigError as error:
        unset = {fault.path for fault in filling.faults}
        faults += [fault for fault in error.faults if fault.path not in unset]
    if faults:
        last = len(filling.places)
        faults.sort(key=lambda fault: filling.places.get(fault.path, last))
        clean = [ConfigFault(path=for_log(f.path), reason=for_log(f.reason)) for f in faults]
        raise ConfigError(clean, origin=for_log(origin))
    return checked, shape.disabled


def _plugins(
    checked: Mapping[str, Any],
    disabled: Sequence[str],
    shown: Mapping[str, Any],
    base: Path | None,
) -> PluginsConfig:
    enabled: Sequence[str] | None = checked["enabled"]
    return PluginsConfig(
        enabled=None if enabled is None else tuple(enabled),
        disabled=(*checked["disabled"], *disabled),
        hot_reload=checked["hot_reload"],
        plugin_dirs=tuple(_at(base, d) for d in checked["plugin_dirs"]),
        plugin_config=checked["plugin_config"],
        shown_config=shown,
        limits=narrowed(Limits(), checked["limits"]),
        blocking=BlockingLimits(**checked["blocking"]),
    )


def _at(base: Path | None, path: str) -> Path:
    """Where a path leads now, wherever the process goes later; links are not followed."""
    return ((base or Path()) / path).absolute()
