"""What differs between versions of a plugin's text: decided here, without any file."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """A plugin's text in one of the places where it can be.

    Attributes:
        label: Which one, for people.
        texts: By module, relative to the plugin.
        places: By module, where each text stands.
    """

    label: str
    texts: Mapping[str, str]
    places: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One module that differs in two versions.

    Attributes:
        module: Its name relative to the plugin; empty for the plugin itself.
        before: The label of the one version.
        after: The label of the other.
        lines: A unified diff from the one to the other.
    """

    module: str
    before: str
    after: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Differences:
    """A plugin's versions, held against the first of them.

    Attributes:
        plugin: Its name.
        versions: The labels of those that there are.
        found: What differs.
    """

    plugin: str
    versions: tuple[str, ...]
    found: tuple[Difference, ...]

    @property
    def lines(self) -> tuple[str, ...]:
        """The same for people."""
        if not self.versions:
            return (f"{self.plugin}: there is nothing to compare",)
        if len(self.versions) == 1:
            return (f"{self.plugin}: there is the {self.versions[0]} text alone",)
        diffs = [line for difference in self.found for line in difference.lines]
        same = [v for v in self.versions[1:] if v not in {d.after for d in self.found}]
        told = [f"nothing differs between {self.versions[0]} and {v}" for v in same]
        return (*diffs, *told)


def differences(plugin: str, versions: Sequence[Version]) -> Differences:
    """Hold versions of a plugin against the first one."""
    return Differences(
        plugin=plugin,
        versions=tuple(version.label for version in versions),
        found=tuple(d for version in versions[1:] for d in _compared(versions[0], version)),
    )


def _compared(before: Version, after: Version) -> Iterator[Difference]:
    for module in dict.fromkeys([*before.texts, *after.texts]):
        lines = difflib.unified_diff(
            before.texts.get(module, "").splitlines(),
            after.texts.get(module, "").splitlines(),
            f"{before.label}: {before.places.get(module, 'nothing')}",
            f"{after.label}: {after.places.get(module, 'nothing')}",
            lineterm="",
        )
        if diff := tuple(lines):
            yield Difference(module=module, before=before.label, after=after.label, lines=diff)
