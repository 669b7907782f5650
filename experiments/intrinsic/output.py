"""The folder that an evaluation writes: `config.json`, `table.md` and `summary.json`, as other runs have."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from experiments.intrinsic.beside import Beside
from experiments.intrinsic.grid import Grid
from experiments.intrinsic.measure import Measured, Options
from experiments.intrinsic.sets import Sets
from experiments.intrinsic.summary import comparison, summary
from experiments.paths import expanded
from experiments.runs.run import RunDirectory, commit, versions


def claim(workdir: str, given: Mapping[str, Any], options: Options, sets: Sets) -> RunDirectory:
    """Makes the folder this evaluation's, before anything slow is done.

    Args:
        workdir: the folder.
        given: what argparse found.
        options: how it is asked.
        sets: what is asked.

    Raises:
        Mistake: it can't be written, or holds something else.
    """
    directory = RunDirectory(expanded(workdir))
    kept = {key: value for key, value in given.items() if key != "workdir"}
    asked = {"evaluation": {**kept, **dataclasses.asdict(options)}, "files": sets.files}
    directory.claim(asked)
    return directory


def write(
    directory: RunDirectory,
    heads: Sequence[str],
    paths: Sequence[str],
    measured: Sequence[Measured],
    compared: Beside | None,
    grids: Sequence[Grid],
    seconds: Mapping[str, float],
) -> None:
    """Writes what came of it; the summary last, which says that it is whole.

    Args:
        directory: claimed.
        heads: what the sets of vectors are, a line each.
        paths: of the sets of vectors.
        measured: what came of each.
        compared: of two.
        grids: the tables.
        seconds: what it took, by phase.
    """
    directory.write_text("table.md", "\n\n".join([*heads, *(grid.markdown() for grid in grids)]) + "\n")
    found: dict[str, Any] = {
        "vectors": [{"path": path, **summary(each)} for path, each in zip(paths, measured, strict=True)],
        "comparison": None if compared is None else comparison(compared),
        "seconds": dict(seconds),
        "versions": versions(),
        "commit": commit(),
    }
    directory.finish(found, "table.md")
