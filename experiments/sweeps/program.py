"""The command: its words, and how it ends."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from experiments.errors import Mistake
from experiments.process import stopping
from experiments.process.program import guarded


def main(arguments: Sequence[str] | None = None, described: str = "") -> int:
    """Runs a sweep; returns the exit status.

    Args:
        arguments: the words; by default those of the command line.
        described: what `--help` says first.
    """
    parser = argparse.ArgumentParser(
        description=described, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("sweep", help="a Python file whose sweep() returns an experiments.sweeps.Sweep")
    parser.add_argument("--workdir", required=True, type=Path, help="where all is written, or continued")
    parser.add_argument("--workers", type=int, default=0, help="processes (default: one for each core)")
    parser.add_argument(
        "--storage", default="", metavar="URL", help="postgresql://USER@HOST/DATABASE, for several machines"
    )
    given = parser.parse_args(sys.argv[1:] if arguments is None else arguments)
    return guarded(
        lambda: _main(given),
        interrupted="interrupted; the same command goes on from there",
        again="what was recorded stays, and the same command goes on from there",
    )


def _main(given: argparse.Namespace) -> int:
    if given.workers < 0:
        raise Mistake(f"--workers {given.workers}: expected a number of processes, 1 or more")
    from experiments.process.devices import import_jax
    from experiments.sweeps import store

    store.optuna()
    import_jax()
    from experiments.reports.console import open_console
    from experiments.sweeps import drive, plan
    from experiments.sweeps.pool import Pool

    stopping.imported()
    workdir = given.workdir.expanduser()
    workers = given.workers or len(os.sched_getaffinity(0))
    return drive.run(
        plan.load(given.sweep), workdir, open_console(), Pool(workers, workdir), storage=given.storage
    )
