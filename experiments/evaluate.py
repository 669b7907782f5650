"""Judges vectors without a task: word similarity, analogies, categories, outliers, neighbours, geometry.

    python -m experiments.evaluate VECTORS [VECTORS2] [--similarity SET …] [--analogies SET …] …

VECTORS is a file of vectors (word2vec, GloVe, fastText, .npy, safetensors; packed or not), glove-6b-50d where
its package is installed, or the folder of a finished run, of `embedlab.vectors.save` or of a
sentence-transformers model of single words. Two of them are judged side by side, on the same questions.

Where no flag says what is asked, all published sets are that lie in the folder which the environment variable
EMBEDLAB_DATA names (data, if it is not set): word similarity in word_sim, as in the folder data/word-sim of
github.com/mfaruqui/eval-word-vectors, and Google's analogies in analogy. Scores are those of gensim's
evaluate_word_pairs and evaluate_word_analogies, to the last digit shown.
"""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from experiments.errors import Mistake, mistakes
from experiments.intrinsic import flags
from experiments.paths import expanded
from experiments.process import stopping
from experiments.process.program import guarded

if TYPE_CHECKING:
    from embedlab.vectors import Vectors


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the program; returns the exit status."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    smaller = "Give --limit N to read the first N vectors alone, or take a machine that has more"
    return guarded(lambda: _main(words), smaller=smaller)


def _main(words: list[str]) -> int:
    parser = flags.parser(__doc__ or "")
    if not words:
        parser.print_help()
        return 2
    if {"-h", "--help"} & set(words):  # argparse's own way out would be an exit
        parser.print_help()
        return 0
    given = vars(parser.parse_intermixed_args(words))
    if len(given["vectors"]) > 2:
        raise Mistake(f"{len(given['vectors'])} sets of vectors; give one, or two to have them side by side")
    from experiments.process.devices import import_jax, require_devices

    import_jax()  # it takes seconds: an interrupt is told all the same

    stopping.imported()
    require_devices()
    with mistakes():
        return _evaluate(given)


def _evaluate(given: dict[str, Any]) -> int:
    from embedlab.search.index import require_index
    from experiments.intrinsic import output
    from experiments.intrinsic.beside import beside
    from experiments.intrinsic.measure import measure
    from experiments.intrinsic.tables import SIDES, tables
    from experiments.reports.console import open_console
    from experiments.reports.telling import telling

    words, k = _words(given["words"]), _k(given["k"])
    require_index(given["index"])
    options, sets = flags.options(given), flags.sets(given)
    # Before anything is read, which may take long.
    directory = output.claim(given["workdir"], given, options, sets) if given["workdir"] else None
    console = open_console()
    seconds: dict[str, float] = {}
    read, heads = [], []
    for side, path in enumerate(given["vectors"]):
        with _timed(seconds, "read"):
            read.append(_read(path, given))
        called = f"{SIDES[side]}: " if len(given["vectors"]) > 1 else ""
        heads.append(f"{called}{_described(path, read[-1])}")
        console.print(heads[-1], highlight=False, markup=False, soft_wrap=True)
    with _timed(seconds, "measure"):
        measured = [measure(each, sets, options, telling) for each in read]
    with _timed(seconds, "compare"):
        compared = beside(measured[0], measured[1], options) if len(measured) == 2 else None
    grids = list(tables(measured, compared, options, words, k))
    for grid in grids:
        console.print()
        console.print(grid.rich())
    if not sets.asked and not words:
        console.print(f"\n{_NOTHING}", highlight=False, markup=False)
    if directory is not None:
        output.write(directory, heads, given["vectors"], measured, compared, grids, seconds)
        console.print(f"\n{directory.path}: table.md, summary.json", highlight=False, markup=False)
    return 0


_NOTHING = (
    "No set was asked: none lies in the folder of EMBEDLAB_DATA, and no flag names one. "
    "`python -m experiments.evaluate --help` says where sets are looked for, and how yours are given."
)


def _read(path: str, given: dict[str, Any]) -> Vectors:
    import dataclasses

    from experiments.reports.telling import telling
    from experiments.vector_files import open_vectors

    with telling(f"reading {path}") as tell:
        found = open_vectors(expanded(path), given, tell)
    if not len(found):
        raise Mistake(f"{path}: there is no vector in it; give a set of vectors")
    return dataclasses.replace(found, index=given["index"])


def _described(path: str, vectors: Vectors) -> str:
    read = f" ({vectors.report})" if vectors.report is not None else ""
    rows, dim = vectors.matrix.shape
    return f"{path}: {rows:,} words, dim {dim}{read}"


def _words(given: str | None) -> list[str]:
    return list(dict.fromkeys(word.strip() for word in (given or "").split(",") if word.strip()))


def _k(k: int) -> int:
    if k < 1:
        raise Mistake(f"--k {k}: give a whole number of at least 1")
    return k


@contextlib.contextmanager
def _timed(seconds: dict[str, float], phase: str) -> Iterator[None]:
    began = time.perf_counter()
    yield
    seconds[phase] = seconds.get(phase, 0.0) + time.perf_counter() - began


if __name__ == "__main__":
    raise SystemExit(main())
