"""Trains a text classifier from a config, beside its rivals and the baselines, and writes a table.

    python -m experiments.classify configs/quickstart.py --workdir DIR [--train.steps 300 …]

Exit status: 0 done, 1 a failure that is no mistake of the user's, 2 a mistake, 130 interrupted (SIGINT), 143
after SIGTERM, 141 where the reader of its output went away. Either signal has a training save a checkpoint
and end. What would take longer than 8 seconds is broken off then, but for a checkpoint that is being written,
which is finished however long it takes; a second SIGINT ends it at once. As after any other stop, SIGKILL or
a crash of the machine, the same command goes on from the last checkpoint, to the same bits.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from experiments.errors import Mistake
from experiments.paths import expanded
from experiments.process import stopping
from experiments.process.processes import failing_alone, joined, leave
from experiments.process.program import guarded
from experiments.settings.arguments import FLAGS, Arguments, parse

USAGE = """\
usage: python -m experiments.classify CONFIG.py --workdir DIR [--field.name VALUE …]

  CONFIG.py      a Python file whose config() returns an experiments.config.Config
  --workdir DIR  where the run is written, or continued
  --data T:PATH  another data set: csv:reviews.csv, jsonl:x.jsonl, tfds:imdb_reviews (docs/data.md)
  --vectors FILE pretrained vectors to begin with, a run's folder, or glove-6b-50d (docs/classify-vectors.md)
  --resume X     newest: go on from the newest checkpoint, and end where it is damaged (as without this flag);
                 previous: where it is damaged, set it aside and go on from the one before it
  --tensorboard [DIR]
                 event files for TensorBoard as well, and words for its Projector, in DIR or the workdir
  --wandb MODE   offline or online: Weights & Biases as well (docs/tracking.md)
  --coordinator HOST:PORT --processes N --process I
                 one of N processes that train together over a mesh (docs/classify-mesh.md); I is its number
  --help         every field and its value, of CONFIG.py if it is given; overrides beside it are applied
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the program; returns the exit status."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    with failing_alone():
        status = guarded(
            lambda: _main(parse(words)),
            interrupted="interrupted; the same command continues from the last checkpoint",
            again="what was saved stays, and the same command goes on from there",
            smaller="Give a smaller train.batch, text.max_length, quality.rows or embedding, with another "
            "--workdir, or take a machine that has more",
        )
    return leave(status)


# The next two import the rest of the program themselves, which takes seconds: by then `guarded` is there to
# tell of an interrupt in one line.


def _main(given: Arguments) -> int:
    if given.help:
        return _help(given)
    if not given.config:
        example = "python -m experiments.classify configs/quickstart.py --workdir DIR"
        raise Mistake(f"give a config first: {example}")
    if not given.workdir:
        raise Mistake("--workdir DIR is missing: say where the run is to be written")
    from experiments.process.devices import import_jax, require_devices

    import_jax()
    from experiments.comparisons import comparison, follower
    from experiments.process import peers
    from experiments.reports.console import open_console
    from experiments.settings import config_file, overrides
    from experiments.tracking.choose import tracked

    stopping.imported()
    with joined(given.processes):
        require_devices()
        applied = overrides.apply(config_file.load(given.config), given.overrides, FLAGS)
        if peers.follows():
            follower.follow(applied.config)
            return 0
        console = open_console()
        if applied.dropped_rivals:
            left_out = ", ".join(applied.dropped_rivals)
            console.print(
                f"The embedding was overridden: it runs alone, without {left_out}.", highlight=False
            )
        if applied.started_from:
            console.print(f"Its settings start from those of {applied.started_from}.", highlight=False)
        workdir = expanded(given.workdir)
        with tracked(given.tracking, workdir, console):
            comparison.run(
                applied.config,
                workdir,
                console,
                previous=given.previous,
                fixed="embedding.dim" in applied.given,
            )
    return 0


def _help(given: Arguments) -> int:
    from experiments.process.devices import import_jax

    import_jax()
    from embedlab import Dense
    from experiments.config import Config
    from experiments.settings import shown

    return shown.show(given, USAGE, Config(Dense(vocabulary=16384, dim=64)), FLAGS)


if __name__ == "__main__":
    raise SystemExit(main())
