"""Compares kinds of embeddings at the same trainable bytes, each with a rate of its own, on data sets.

    python -m experiments.compare configs/compare/quickstart.py --workdir DIR

Every training is a run directory of its own, as `experiments.classify` makes them. Stopped however it is, the
same command goes on with what is missing. Exit status as of `experiments.classify`.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from experiments.errors import Mistake
from experiments.paths import expanded
from experiments.process import stopping
from experiments.process.processes import Processes
from experiments.process.program import guarded
from experiments.settings.arguments import Arguments, parse
from experiments.tracking import Wanted

USAGE = """\
usage: python -m experiments.compare COMPARISON.py --workdir DIR

  COMPARISON.py  a Python file whose comparison() returns an experiments.matched.Comparison (docs/compare.md)
  --workdir DIR  where all runs and the tables are written, or continued
  --plan         show the sizes found and how many trainings there would be; nothing is run or written
  --help         this text
"""
_EXAMPLE = "python -m experiments.compare configs/compare/quickstart.py --workdir DIR"


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the program; returns the exit status."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    return guarded(
        lambda: _main(words),
        interrupted="interrupted; the same command continues from the last checkpoint",
        again="what was saved stays, and the same command goes on from there",
        smaller="Give smaller embeddings, train.batch or text.max_length, with another --workdir, or take a "
        "machine that has more",
    )


def _main(words: list[str]) -> int:
    plan = "--plan" in words
    given = parse([word for word in words if word != "--plan"])
    if given.help:
        print(USAGE)
        return 0
    _require(given, plan)
    from experiments.process.devices import import_jax, require_devices

    import_jax()  # it takes seconds: an interrupt is told all the same
    from experiments.matched import Comparison
    from experiments.matched.run import run
    from experiments.reports.console import open_console
    from experiments.settings import config_file

    stopping.imported()
    require_devices()
    comparison = config_file.load(given.config, Comparison, "comparison")
    run(comparison, expanded(given.workdir), open_console(), plan=plan)
    return 0


def _require(given: Arguments, plan: bool) -> None:
    """Refuses words that mean nothing here, before anything slow is imported."""
    if not given.config:
        raise Mistake(f"give a comparison first: {_EXAMPLE}")
    if given.overrides:
        raise Mistake(
            f"{given.overrides[0]}: a comparison is changed in its file; the flags are --workdir, "
            "--plan and --help"
        )
    if given.previous or given.processes != Processes():
        raise Mistake(
            "--resume, --processes, --process, --coordinator: a comparison runs in one process, and goes on "
            "from its newest checkpoints; leave them out"
        )
    if given.tracking != Wanted():
        raise Mistake(
            "--tensorboard, --wandb: a comparison has no trackers; leave them out, as each run's "
            "metrics.jsonl has it all"
        )
    if not given.workdir and not plan:
        raise Mistake("--workdir DIR is missing: say where the runs are to be written")


if __name__ == "__main__":
    raise SystemExit(main())
