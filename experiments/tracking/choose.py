"""Makes the trackers that are asked for, before anything else is done."""

from __future__ import annotations

import contextlib
import importlib
from collections.abc import Callable, Iterator
from pathlib import Path

from rich.console import Console

from experiments.errors import Mistake
from experiments.paths import expanded
from experiments.runs.observers import Observer, observed
from experiments.tracking.guarded import Guarded
from experiments.tracking.wanted import Wanted


@contextlib.contextmanager
def tracked(wanted: Wanted, workdir: Path, console: Console) -> Iterator[None]:
    """Within, trackers are told of all runs; see `trackers`.

    Args:
        wanted: which.
        workdir: of the runs.
        console: where it is told that one breaks.
    """

    def tell(text: str) -> None:
        console.print(text, markup=False, highlight=False, soft_wrap=True)

    with observed(*trackers(wanted, workdir, tell)):
        yield


def trackers(wanted: Wanted, workdir: Path, tell: Callable[[str], None]) -> tuple[Observer, ...]:
    """The trackers, each of which breaks without harm.

    Args:
        wanted: which.
        workdir: of the runs.
        tell: called with a paragraph where one breaks.

    Raises:
        Mistake: a library that one needs is not installed, or its folder is another program's.
    """
    found: list[Observer] = []
    if wanted.tensorboard is not None:
        _require("--tensorboard", "tensorboardX", "tensorboard")
        from experiments.tracking.tensorboard import TensorBoard

        given = wanted.tensorboard
        folder = expanded(given) if given else workdir / "tensorboard"
        there = next(each for each in (folder, *folder.absolute().parents) if each.exists())
        if not there.is_dir():
            what = "it is a file" if there == folder else f"{there} is a file"
            raise Mistake(f"--tensorboard {given}: {what}; give a folder, or none for {workdir}'s own")
        found.append(Guarded(TensorBoard(folder, workdir), "TensorBoard", tell))
    if wanted.wandb:
        _require("--wandb", "wandb", "wandb")
        from experiments.tracking.wandb import WeightsAndBiases

        found.append(Guarded(WeightsAndBiases(wanted.wandb, workdir), "Weights & Biases", tell))
    return tuple(found)


def _require(flag: str, module: str, extra: str) -> None:
    try:
        importlib.import_module(module)
    except ImportError as error:
        raise Mistake(
            f"{flag} needs {module}, which can't be imported ({error}): pip install 'embedlab[{extra}]', or "
            f"leave {flag} out: metrics.jsonl has it all"
        ) from None
