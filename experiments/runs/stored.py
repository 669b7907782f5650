"""What a finished run left of its model: which run it is, and the arrays that did best on validation."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import jax

import embedlab
from embedlab.text import Vocabulary
from experiments.errors import Mistake, mistakes
from experiments.runs.checkpoints import Checkpoints
from experiments.runs.facts import digest
from experiments.runs.run import RunDirectory


def best_run(directory: RunDirectory) -> RunDirectory:
    """The run itself; of a comparison, the one that its summary names, which did best on validation.

    Raises:
        Mistake: it is not finished, or its summary names none.
        RunFailure: a file of it is damaged.
    """
    summary = directory.summary
    if summary is None:
        raise Mistake(f"{directory.path}: no finished run here; give the --workdir of one")
    best = summary.get("best", "")
    if not isinstance(best, str):
        raise Mistake(
            f"{directory.path / 'summary.json'}: its best is {best!r}, expected the folder of a run, such as "
            "'dense/seed-0'. Remove this file alone and run again: what is trained stays."
        )
    if best:
        directory.verify(whole=False)
    return RunDirectory(directory.path / best)


def trained(directory: RunDirectory, init: Callable[[], Any], vocabulary: Vocabulary) -> dict[str, Any]:
    """The arrays of the best validation loss, out of the last checkpoint.

    Args:
        directory: of the run.
        init: what makes arrays of the same shapes; it is not run, but traced.
        vocabulary: the run's.

    Raises:
        Mistake: there is no checkpoint.
        RunFailure: it is damaged.
    """
    folder = directory.path / "checkpoints"
    with mistakes(str(directory.path)):  # float64 takes a setting of JAX
        like = jax.eval_shape(init)
    found = None
    if folder.is_dir():
        with Checkpoints(folder, create=False, facts={"vocabulary": digest(vocabulary)}) as checkpoints:
            found = checkpoints.restore({"best": like})
    if found is None:
        raise Mistake(f"{folder}: no checkpoint here; train again")
    best: dict[str, Any] = found.state["best"]
    return best


def drawn(spec: Any) -> Any:
    """The spec without files to start from: they shaped the training, and need not be there any more."""
    fields = [field.name for field in dataclasses.fields(spec)]
    read = [name for name in fields if isinstance(getattr(spec, name), embedlab.FromArray)]
    return dataclasses.replace(spec, **dict.fromkeys(read, embedlab.Constant()))
