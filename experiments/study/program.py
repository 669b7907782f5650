"""What `python -m experiments.NAME` does, of every application alike."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from experiments.errors import Mistake
from experiments.paths import expanded
from experiments.process import stopping
from experiments.process.processes import Processes
from experiments.process.program import guarded
from experiments.settings.arguments import FLAGS, Arguments, parse

_USAGE = """\
usage: python -m {module} [CONFIG.py] --workdir DIR [--field.name VALUE …]

  {summary}

  CONFIG.py      a Python file whose config() returns {kind}; without one the
                 fields have their defaults, as below
  --workdir DIR  where the runs are written, or continued
  --resume X     newest: go on from the newest checkpoint, and end where it is damaged (as without this flag);
                 previous: where it is damaged, set it aside and go on from the one before it
  --tensorboard [DIR]
                 event files for TensorBoard as well, and words for its Projector, in DIR or the workdir
  --wandb MODE   offline or online: Weights & Biases as well (docs/tracking.md)
  --help         every field and its value, of CONFIG.py if it is given; overrides beside it are applied
"""
_OTHERS = ("coordinator", "processes", "process")
_FLAGS = tuple(flag for flag in FLAGS if flag not in _OTHERS)


def main(name: str, arguments: Sequence[str] | None = None) -> int:
    """Runs an application; returns the exit status, as `experiments.classify` has it.

    Args:
        name: of the application.
        arguments: the words of the command line; None for those of the process.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    return guarded(
        lambda: _main(name, parse(words)),
        interrupted="interrupted; the same command continues from the last checkpoint",
        again="what was saved stays, and the same command goes on from there",
        smaller="Give a smaller train.batch, quality.rows or embedding, with another --workdir, or take a "
        "machine that has more",
    )


def _main(name: str, given: Arguments) -> int:
    if not given.help and not given.workdir:
        raise Mistake("--workdir DIR is missing: say where the runs are to be written")
    if given.processes != Processes():
        raise Mistake("--processes, --process, --coordinator: this runs in one process; leave them out")
    from experiments.process.devices import import_jax, require_devices

    import_jax()  # it takes seconds: an interrupt is told all the same
    from experiments.reports.console import open_console
    from experiments.settings import config_file, overrides, shown
    from experiments.study import comparison, registry
    from experiments.tracking.choose import tracked

    application = registry.application(name)
    start = application.default_of(overrides.kinds(given.overrides))
    if given.help:
        kind = f"an {application.kind.__module__}.{application.kind.__name__}"
        usage = _USAGE.format(module=registry.module(name), summary=application.summary, kind=kind)
        return shown.show(given, usage, start, _FLAGS)
    stopping.imported()
    require_devices()
    base = config_file.load(given.config, application.kind) if given.config else start
    applied = overrides.apply(base, given.overrides, _FLAGS)
    console, workdir = open_console(), expanded(given.workdir)
    if applied.dropped_rivals:
        left_out = ", ".join(applied.dropped_rivals)
        console.print(f"The embedding was overridden: it runs alone, without {left_out}.", highlight=False)
    with tracked(given.tracking, workdir, console):
        comparison.run(application, applied.config, workdir, console, previous=given.previous)
    return 0
