"""Makes vectors of words from text: skip-gram, CBOW or GloVe, for every kind of embedding.

    python -m experiments.pretrain configs/pretrain.py --corpus.path books.txt --workdir DIR

Writes DIR/vectors, which `experiments.evaluate`, `experiments.convert` and `experiments.classify --vectors`
read, and of a Subword embedding DIR/model.bin as well, a fastText model. Exit status as of
`experiments.classify`; the same command goes on from the last checkpoint, to the same bits.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from experiments.errors import Mistake
from experiments.paths import expanded
from experiments.process import stopping
from experiments.process.processes import Processes
from experiments.process.program import guarded
from experiments.settings.arguments import FLAGS, Arguments, parse

USAGE = """\
usage: python -m experiments.pretrain CONFIG.py --workdir DIR [--corpus.path FILE] [--field.name VALUE …]

  CONFIG.py      a Python file whose config() returns an experiments.pretraining.Pretraining
  --workdir DIR  where the run is written, or continued
  --resume X     newest: go on from the newest checkpoint, and end where it is damaged (as without this flag);
                 previous: where it is damaged, set it aside and go on from the one before it
  --tensorboard [DIR]
                 event files for TensorBoard as well, and words for its Projector, in DIR or the workdir
  --wandb MODE   offline or online: Weights & Biases as well (docs/tracking.md)
  --help         every field and its value, of CONFIG.py if it is given; overrides beside it are applied
"""
_FLAGS = tuple(flag for flag in FLAGS if flag in ("workdir", "resume", "tensorboard", "wandb", "help"))


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the program; returns the exit status."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    return guarded(
        lambda: _main(parse(words)),
        interrupted="interrupted; the same command continues from the last checkpoint",
        again="what was saved stays, and the same command goes on from there",
        smaller="Give a smaller embedding or train.batch, with another --workdir, or take a machine that has "
        "more",
    )


def _main(given: Arguments) -> int:
    if given.help:
        return _help(given)
    if not given.config:
        example = "python -m experiments.pretrain configs/pretrain.py --corpus.path books.txt --workdir DIR"
        raise Mistake(f"give a config first: {example}")
    if not given.workdir:
        raise Mistake("--workdir DIR is missing: say where the run is to be written")
    if given.processes != Processes():
        raise Mistake(
            "--processes, --process, --coordinator: pretraining runs in one process; leave them out"
        )
    from experiments.process.devices import import_jax, require_devices

    import_jax()  # it takes seconds: an interrupt is told all the same
    from experiments.pretraining import Pretraining
    from experiments.pretraining.run import run
    from experiments.reports.console import open_console
    from experiments.settings import config_file, overrides
    from experiments.tracking.choose import tracked

    stopping.imported()
    require_devices()
    applied = overrides.apply(config_file.load(given.config, Pretraining), given.overrides, _FLAGS)
    workdir, console = expanded(given.workdir), open_console()
    with tracked(given.tracking, workdir, console):
        run(applied.config, workdir, console, previous=given.previous)
    return 0


def _help(given: Arguments) -> int:
    from experiments.process.devices import import_jax

    import_jax()
    from embedlab import Dense
    from experiments.pretraining import Pretraining
    from experiments.settings import shown

    return shown.show(given, USAGE, Pretraining(Dense(vocabulary=50_000, dim=100)), _FLAGS)


if __name__ == "__main__":
    raise SystemExit(main())
