"""What this process runs on, without the names of the machine, its user and its folders."""

from __future__ import annotations

import platform
import re
import sys
from typing import TYPE_CHECKING

from rosey.diagnostics.report.model import Versions

if TYPE_CHECKING:
    from importlib.metadata import Distribution

_ROSEY = "rosey"


def versions_here() -> Versions:
    """The versions of Python, of Rosey and of what was imported. This blocks for a moment."""
    # A tenth of the time that `import rosey` takes, for what few need.
    from importlib import metadata  # noqa: PLC0415  see above

    imported = {name.partition(".")[0] for name in [*sys.modules]}
    found = [d for d in metadata.distributions() if not imported.isdisjoint(_modules(d))]
    libraries = {distribution.name: distribution.version for distribution in found}
    libraries.pop(_ROSEY, None)
    return Versions(
        rosey=metadata.version(_ROSEY),
        python=platform.python_version(),
        platform=f"{platform.system()} {platform.machine()}",
        libraries=dict(sorted(libraries.items(), key=lambda item: item[0].lower())),
    )


def _modules(distribution: Distribution) -> set[str]:
    """What a package's files are imported by; `packages_distributions` takes ten times as long."""
    listed = distribution.read_text("top_level.txt")
    if listed is not None:
        return {*listed.split()}
    files = (distribution.read_text("RECORD") or "").splitlines()
    return {re.split(r"[/.,]", file, maxsplit=1)[0] for file in files}


def differences(there: Versions, here: Versions) -> tuple[str, ...]:
    """What a report ran on that is another version here, a line each."""
    pairs = {
        "rosey": (there.rosey, here.rosey),
        "python": (there.python, here.python),
        "platform": (there.platform, here.platform),
        **{
            name: (version, here.libraries.get(name, "not imported"))
            for name, version in there.libraries.items()
        },
    }
    return tuple(f"{name} {old}, here {new}" for name, (old, new) in pairs.items() if old != new)
