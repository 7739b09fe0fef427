"""Environment variables in a configuration: `${NAME}` where a text stands."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from rosey.errors import ConfigFault
from rosey.plugins.loading.schema import MASK, Secret

VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")

_SHORTEST_SECRET = 4


class Filling:
    """Fills in `${NAME}`, and remembers what was filled in and what was missing.

    Args:
        environ: Where names are looked up.

    Attributes:
        faults: A fault for each variable that is not set.
        values: What was filled in: it is to be seen nowhere.
        places: Every path in the configuration, numbered in the order in which they stand.
    """

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self.faults: list[ConfigFault] = []
        self.values: set[str] = set()
        self.places: dict[str, int] = {}

    def fill(self, value: Any, path: str = "") -> Any:  # noqa: ANN401  plain data of any shape
        """A copy of plain data with all variables filled in.

        Raises:
            RecursionError: It is nested too deeply, or in itself.
        """
        self.places.setdefault(path, len(self.places))
        if isinstance(value, Mapping):
            return {key: self.fill(inner, _below(path, key)) for key, inner in value.items()}
        if isinstance(value, list | tuple):
            return [self.fill(inner, _below(path, i)) for i, inner in enumerate(value)]
        if isinstance(value, str):
            return VARIABLE.sub(lambda match: self._look_up(match[1], path), value)
        return value

    def _look_up(self, name: str, path: str) -> str:
        if name not in self._environ:
            reason = f"the environment variable {name} is not set"
            self.faults.append(ConfigFault(path=path, reason=reason))
            return ""
        self.values.add(self._environ[name])
        return self._environ[name]


class Redaction:
    """Takes secrets out of texts.

    Args:
        secrets: What must not be seen. Those of fewer than four characters are left out: masking
            every `1` would make texts unreadable, and tell where it stood.
    """

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._secrets = {s for s in secrets if len(s) >= _SHORTEST_SECRET}
        forms = {form for secret in self._secrets for form in _forms(secret)}
        # The longest first, as one may be the beginning of another.
        self._forms = sorted(forms, key=len, reverse=True)

    def __call__(self, text: str) -> str:
        """The text, with a mask for each secret in it."""
        for form in self._forms:
            text = text.replace(form, MASK)
        return text

    def __or__(self, other: Redaction) -> Redaction:
        return Redaction([*self._secrets, *other._secrets])

    def __repr__(self) -> str:
        return f"<Redaction of {len(self._forms)} texts>"


def as_written(value: object, written: object) -> Any:  # noqa: ANN401  a setting of any shape
    """A setting, with the names of environment variables instead of what is in them.

    Args:
        value: What the plugin got.
        written: What the configuration says.
    """
    is_filled = isinstance(written, str) and VARIABLE.search(written) is not None
    if isinstance(value, Secret):
        return written if is_filled and VARIABLE.fullmatch(str(written)) else value
    if is_filled:
        return written
    if isinstance(value, Mapping):
        by_key = written if isinstance(written, Mapping) else {}
        return {key: as_written(inner, by_key.get(key)) for key, inner in value.items()}
    if isinstance(value, list):
        entries = written[: len(value)] if isinstance(written, list) else []
        return [as_written(*pair) for pair in itertools.zip_longest(value, entries)]
    return value


def _forms(secret: str) -> tuple[str, ...]:
    """A secret as it is, as `repr` writes it, and as JSON does, in ASCII or not."""
    in_json = (json.dumps(secret, ensure_ascii=is_ascii) for is_ascii in (True, False))
    return secret, *(quoted[1:-1] for quoted in (repr(secret), *in_json))


def _below(path: str, key: object) -> str:
    return f"{path}.{key}" if path else str(key)
