"""Writes the k-mers of training sequences as text, a sequence a line, for `experiments.pretrain` to learn of.

    python -m experiments.genes.corpus [CONFIG.py] --out kmers.txt [--data.path cds.csv --field.name VALUE …]
    python -m experiments.pretrain configs/pretrain.py --corpus.path kmers.txt --corpus.lower false \\
        --corpus.min_count 1 --embedding.dim 32 --workdir DIR
    python -m experiments.genes [CONFIG.py] --vectors DIR --workdir DIR2 [the same fields]

Test and validation sequences are left out: vectors that had seen them would know more than a model may. Of
folds one is to be named (`--only_folds 0`), since each has a training side of its own. Exit status 0 or 2.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

from embedlab.files import write_whole
from experiments.errors import Mistake, mistakes, placed
from experiments.paths import expanded
from experiments.process.program import guarded
from experiments.settings.arguments import parse

_OUT = "--out"


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the program; returns the exit status."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    return guarded(lambda: _main(words))


def _main(words: list[str]) -> int:
    if not words or {"-h", "--help"} & set(words):
        print(__doc__)
        return 0 if words else 2
    out, rest = _out(words)
    from experiments.process.devices import import_jax

    import_jax()
    from experiments.genes.application import APPLICATION
    from experiments.settings import config_file, overrides

    given = parse(rest)
    base = config_file.load(given.config, APPLICATION.kind) if given.config else APPLICATION.default()
    config: Any = overrides.apply(base, given.overrides, ()).config
    if len(config.folds_run) > 1:
        raise Mistake(
            f"only_folds={config.only_folds}: each fold trains on other rows; name one: --only_folds 0"
        )
    with mistakes():
        (split,) = APPLICATION.read(config, lambda done, whole: None)
    lines = sequence_lines(split)
    with placed(out):
        write_whole({expanded(out): lambda file: file.writelines(line.encode() for line in lines)})
    print(f"{out}: the k-mers of {len(lines):,} training sequences.")
    return 0


def sequence_lines(split: Any) -> list[str]:
    """The words of each training sequence, parted by blanks, with a newline behind them.

    Args:
        split: of genes.
    """
    return [" ".join(split.documents[row]) + "\n" for row in split.sides.train.tolist()]


def _out(words: list[str]) -> tuple[str, list[str]]:
    """The value of `--out`, and the other words."""
    rest, found = [], []
    given = iter(words)
    for word in given:
        name, equals, value = word.partition("=")
        if name == _OUT:
            found.append(value if equals else next(given, ""))
        else:
            rest.append(word)
    if len(found) != 1 or not found[0] or found[0].startswith("--"):
        raise Mistake("--out FILE: say once where the k-mers are to be written")
    return found[0], rest


if __name__ == "__main__":
    raise SystemExit(main())
