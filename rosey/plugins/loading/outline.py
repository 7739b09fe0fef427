"""What a plugin's decorators declare, read without executing it: its commands and handlers."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from rosey.plugins.loading.sources import PluginSource, Snapshot
from rosey.plugins.loading.syntax import class_named, literal, text, texts


@dataclass(frozen=True, slots=True, kw_only=True)
class ParameterOutline:
    """One parameter of a command's method.

    Attributes:
        name: Its name.
        is_required: It has no default.
        is_rest: It is keyword-only.
        is_many: It is `*words`.
    """

    name: str
    is_required: bool
    is_rest: bool = False
    is_many: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandOutline:
    """A command as far as its decorator and its method tell it in literals.

    Attributes:
        name: The word after the prefix.
        aliases: Other words for it.
        help: What it does.
        rank: The name of the rank that it needs, as in `Rank.ADMIN`; empty where it is not known.
        parameters: What it takes; None where it is not known.
    """

    name: str
    aliases: tuple[str, ...] = ()
    help: str = ""
    rank: str = ""
    parameters: tuple[ParameterOutline, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HandlerOutline:
    """A handler as far as its decorator tells it in literals.

    Attributes:
        event: An event's name or a pattern.
        priority: High comes first; 0 where it is not known.
    """

    event: str
    priority: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """What a plugin declares by `@command` and `@on`.

    Attributes:
        commands: Its commands, in the order of its class.
        handlers: Its handlers, in the order of its class.
    """

    commands: tuple[CommandOutline, ...] = ()
    handlers: tuple[HandlerOutline, ...] = ()


def read_outline(source: PluginSource, snapshot: Snapshot) -> Outline:
    """Read what a plugin declares; nothing where its class is not found or does not parse."""
    unit = snapshot.units.get(source.main)
    node = class_named(source.name, unit.code, unit) if unit is not None else None
    if node is None:
        return Outline()
    methods = [m for m in node.body if isinstance(m, ast.FunctionDef | ast.AsyncFunctionDef)]
    return Outline(
        commands=tuple(_command(m, call) for m in methods for call in _calls(m, "command")),
        handlers=tuple(_handler(call) for m in methods for call in _calls(m, "on")),
    )


_Method = ast.FunctionDef | ast.AsyncFunctionDef


def _calls(method: _Method, decorator: str) -> Iterator[ast.Call]:
    """The decorators of that name whose first argument is a text; the inner ones first."""
    for node in reversed(method.decorator_list):
        match node:
            case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name), args=[first, *_]):
                if name == decorator and text(first):
                    yield node


def _command(method: _Method, call: ast.Call) -> CommandOutline:
    options = {keyword.arg: keyword.value for keyword in call.keywords}
    described = (ast.get_docstring(method) or "").partition("\n")[0]
    rank = options.get("rank")
    return CommandOutline(
        name=text(call.args[0]),
        aliases=texts(options.get("aliases")),
        help=text(options.get("help")) or described,
        rank=rank.attr if isinstance(rank, ast.Attribute) else "",
        parameters=tuple(_parameters(method.args)),
    )


def _handler(call: ast.Call) -> HandlerOutline:
    options = {keyword.arg: keyword.value for keyword in call.keywords}
    priority = literal(options.get("priority"))
    return HandlerOutline(
        event=text(call.args[0]), priority=priority if isinstance(priority, int) else 0
    )


def _parameters(arguments: ast.arguments) -> Iterator[ParameterOutline]:
    """The parameters after those for the plugin and the command's context."""
    positional = [*arguments.posonlyargs, *arguments.args]
    first_default = len(positional) - len(arguments.defaults)
    for place, parameter in [*enumerate(positional)][2:]:
        yield ParameterOutline(name=parameter.arg, is_required=place < first_default)
    if arguments.vararg is not None:
        yield ParameterOutline(name=arguments.vararg.arg, is_required=False, is_many=True)
    for parameter, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        yield ParameterOutline(name=parameter.arg, is_required=default is None, is_rest=True)
