"""What a checkpoint is refused for, in words that say how to go on."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from experiments.errors import Mistake, RunFailure
from experiments.runs import arrays, manifest


def require_same(place: Path, old: Mapping[str, Any], new: Mapping[str, Any], *, whole: bool = False) -> None:
    """Refuses facts or arrays that differ.

    Args:
        place: of the checkpoint.
        old: by name, as when it was saved.
        new: by name, as now; what it lacks is no matter, unless it is to be whole.
        whole: whether it is.

    Raises:
        Mistake: one differs.
    """
    names = dict.fromkeys([*new, *(old if whole else ())])
    different = [
        f"{name}: {old.get(name)} then, {new.get(name)} now"
        for name in names
        if old.get(name) != new.get(name)
    ]
    if not different:
        return
    shown = "; ".join(different[:3]) + ("; …" if len(different) > 3 else "")
    advice = "Give another --workdir."
    if "x64" in names and old.get("x64") != new.get("x64"):
        advice = f"Set JAX_ENABLE_X64={int(bool(old.get('x64')))} as it was, or give another --workdir."
    raise Mistake(
        f"{place}: the run was begun with something else than it would go on with ({shown}). {advice}"
    )


def require_begun(place: Path, also: Iterable[Path], known: Mapping[str, Any]) -> None:
    """Refuses further files that do not begin as they were when the state was saved.

    Args:
        place: of the checkpoint.
        also: the files.
        known: what they were, by name, as `manifest.describe_bytes` has it.

    Raises:
        RunFailure: one does not, or is gone.
    """
    for path in (path for path in also if path.name in known):
        size = known[path.name]["bytes"]
        try:
            with path.open("rb") as file:
                same = manifest.describe_bytes(file.read(size)) == known[path.name]
        except OSError:
            same = False
        if size and not same:
            raise RunFailure(
                f"{path}: its first {size:,} bytes are not those that were written before the checkpoint "
                f"of step {place.name}. Put it back as it was; or remove the folder {place.parent}, and the "
                "command that trained it begins anew."
            )


def damaged(place: Path, older: Sequence[int], named: str, error: Exception | str) -> RunFailure:
    """What is raised where a checkpoint can't be restored.

    Args:
        place: of the checkpoint.
        older: the steps of those before it.
        named: the file that is damaged, unless the error names another.
        error: what is wrong with it.
    """
    found = re.search(r'local file "([^"]+)"', str(error))
    how = (
        f"add --resume previous to the command that trained it, which then goes on from step {max(older)}"
        if older
        else f"remove the folder {place}, and the command that trained it begins anew"
    )
    return RunFailure(
        f"{found[1] if found else named}: the checkpoint of step {place.name} can't be restored "
        f"({arrays.first_line(error)}). Put it back as it was; or {how}. (Of a finished run, "
        "remove summary.json too.)"
    )
