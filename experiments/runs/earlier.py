"""What an unfinished workdir holds from earlier: whether it can be gone on with, and making it ready."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.console import Console

from experiments.config import Train
from experiments.errors import Mistake
from experiments.runs import extension
from experiments.runs.checkpoints import Checkpoints
from experiments.runs.facts import x64
from experiments.runs.run import RunDirectory

_BESIDE = re.compile(r"\..+\.\d+")  # as embedlab.files names them


def require_same_numbers(runs: Sequence[RunDirectory]) -> None:
    """Refuses to go on where JAX counted with another number of bits: the numbers would be of two kinds.

    Raises:
        Mistake: it did.
    """
    for directory in runs:
        summary = directory.summary or {}
        before = summary.get("x64", x64())
        if before != x64():
            raise Mistake(
                f"{directory.path}: this run was counted with {_bits(before)}, and what is to come would be "
                f"with {_bits(x64())}. Set JAX_ENABLE_X64={int(before)} as it was, or give another --workdir."
            )
        Checkpoints(_folder(directory), create=False, facts={"x64": x64()}).require_same_facts()


def require_whole(runs: Sequence[RunDirectory], settings: Train) -> None:
    """Refuses to go on from what is damaged, before anything is written or taken away.

    Args:
        runs: where they lie.
        settings: of their training.

    Raises:
        RunFailure: the newest checkpoint of a run that is to go on is damaged, or its metrics are.
    """
    for directory in runs:
        if directory.finished(settings.steps) is None:
            also = (directory.path / "metrics.jsonl",)
            Checkpoints(_folder(directory), create=False, also=also).verify()


def tell_of_changes(
    directory: RunDirectory, settings: Train, config: dict[str, Any], console: Console
) -> None:
    """Says it where a run is to have more steps than before, or baselines no more, and what that means.

    Args:
        directory: of the whole.
        settings: of the training.
        config: all settings, as JSON.
        console: where it is said.
    """
    before = directory.read("config.json")
    if before is not None and (news := extension.told(before, config, settings.tied_to_steps)):
        console.print(news, highlight=False)


def _bits(wide: bool) -> str:
    return f"{64 if wide else 32} bits at most"


def make_ready(
    directory: RunDirectory,
    runs: Sequence[RunDirectory],
    settings: Train,
    previous: bool,
    console: Console,
) -> None:
    """Takes away what says that the whole is finished, and what is left of files that were never whole.

    Args:
        directory: of the whole.
        runs: where its runs lie.
        settings: of their training.
        previous: whether damaged checkpoints are set aside.
        console: where it is said.

    Raises:
        RunFailure: with `previous`, where there is no whole checkpoint before a damaged one.
    """
    for run in runs if previous else ():
        if run.finished(settings.steps) is None:
            step = Checkpoints(_folder(run), create=False).drop_damaged()
            if step is not None:
                what = f"{_folder(run) / str(step)} is damaged and set aside: it goes on from the one before."
                console.print(what, highlight=False, soft_wrap=True)
    if (directory.path / "config.json").exists():  # so it is a run's folder
        _clear(directory.path)
    (directory.path / "table.md").unlink(missing_ok=True)
    if directory.path not in [run.path for run in runs]:
        directory.reopen()  # a run reopens itself


def _clear(folder: Path) -> None:
    """Removes files that a process left beside their places, which was killed while it wrote them."""
    for path in folder.rglob(".*"):
        if _BESIDE.fullmatch(path.name) and path.is_file():
            path.unlink(missing_ok=True)


def _folder(directory: RunDirectory) -> Path:
    return directory.path / "checkpoints"
