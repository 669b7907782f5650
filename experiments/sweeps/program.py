"""The command: its words, and how it ends."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from experiments.errors import Mistake
from experiments.paths import expanded
from experiments.process import stopping
from experiments.process.parser import Parser
from experiments.process.program import guarded

if TYPE_CHECKING:
    from experiments.sweeps.executor import Executor


def main(arguments: Sequence[str] | None = None, described: str = "") -> int:
    """Runs a sweep; returns the exit status.

    Args:
        arguments: the words; by default those of the command line.
        described: what `--help` says first.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    return guarded(
        lambda: _main(_parser(described).parse_args(words)),
        interrupted="interrupted; the same command goes on from there",
        again="what was recorded stays, and the same command goes on from there",
    )


def _parser(described: str) -> Parser:
    parser = Parser("python scripts/sweep.py", described)
    parser.add_argument("sweep", help="a Python file whose sweep() returns an experiments.sweeps.Sweep")
    parser.add_argument("--workdir", required=True, type=Path, help="where all is written, or continued")
    parser.add_argument("--workers", type=int, help="how many (default: one for each core)")
    parser.add_argument(
        "--storage", default="", metavar="URL", help="postgresql://USER@HOST/DATABASE, for several machines"
    )
    parser.add_argument(
        "--executor",
        choices=("processes", "ray"),
        default="processes",
        help="what workers are: processes of this machine (default), or actors on a Ray cluster",
    )
    parser.add_argument(
        "--ray",
        metavar="HOST:PORT",
        help="of a Ray cluster (default: RAY_ADDRESS; else a Ray is started here)",
    )
    return parser


def _main(given: Any) -> int:
    if given.workers is not None and given.workers < 1:
        raise Mistake(f"--workers {given.workers}: expected a number of workers, 1 or more")
    if given.ray is not None and given.executor != "ray":
        raise Mistake(f"--ray {given.ray}: this is for --executor ray; give both, or neither")
    from experiments.process.devices import import_jax
    from experiments.sweeps import store

    store.optuna()
    import_jax()
    from experiments.reports.console import open_console
    from experiments.sweeps import drive, plan

    stopping.imported()
    workdir = expanded(given.workdir)
    return drive.run(
        plan.load(given.sweep), workdir, open_console(), _executor(given, workdir), storage=given.storage
    )


def _executor(given: Any, workdir: Path) -> Executor:
    """What runs the trials."""
    if given.executor == "ray":
        from experiments.sweeps.cluster import Cluster

        return Cluster(given.workers or 0, workdir, given.ray or os.environ.get("RAY_ADDRESS", ""))
    from experiments.sweeps.executor import cores
    from experiments.sweeps.pool import Pool

    return Pool(given.workers or cores(), workdir)
