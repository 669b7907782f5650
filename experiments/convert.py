"""Reads vectors of any known format, and writes them in any other.

    python -m experiments.convert IN OUT [--format FORMAT] [--only FILE] [--dtype TYPE] …

IN is a file of vectors (word2vec, GloVe, fastText, .npy, safetensors; packed or not), the folder of a
finished run or of `embedlab.vectors.save`, or that of a sentence-transformers model of single words. OUT is
a file, or a folder for `projector` and `sentence-transformers`. What OUT's suffix does not tell, --format
names. A whole model of fastText stays one where OUT is `fasttext-bin`, as `.bin` is for it; elsewhere its
words' vectors are written.

A file that is not as it should be is refused, and the message names what reads it all the same: there
`non_finite='drop'` is `--non-finite drop`.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from experiments.errors import Mistake, mistakes
from experiments.process import stopping
from experiments.process.parser import Parser
from experiments.process.program import guarded
from experiments.vector_files import MODEL, add_reading, reading, require_none

if TYPE_CHECKING:
    from embedlab.vectors import FastText, Vectors

Progress = Callable[[int, int], None]


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the program; returns the exit status."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    smaller = "Give --only FILE with the words that are wanted, or take a machine that has more"
    return guarded(lambda: _main(words), smaller=smaller)


def _main(words: list[str]) -> int:
    parser = _parser()
    if not words:
        parser.print_help()
        return 2
    if {"-h", "--help"} & set(words):  # argparse's own way out would be an exit
        parser.print_help()
        return 0
    given = vars(parser.parse_args(words))
    from experiments.process.devices import import_jax

    import_jax()  # it takes seconds: an interrupt is told all the same
    stopping.imported()
    with mistakes():
        return _convert(given)


def _parser() -> argparse.ArgumentParser:
    parser = Parser("python -m experiments.convert", __doc__, add_help=False)
    parser.add_argument("source", metavar="IN")
    parser.add_argument("target", metavar="OUT")
    writing = parser.add_argument_group("what is written")
    writing.add_argument("--format", help="told by OUT's suffix; glove, projector and others are to be named")
    writing.add_argument("--dtype", help="of the numbers: float64, float32, float16, bfloat16 or int8")
    writing.add_argument("--lowercase", action="store_true", help="sentence-transformers lowers text first")
    unfit = "what becomes of a word that OUT can't hold"
    writing.add_argument("--unfit", choices=("error", "drop"), default="error", help=unfit)
    read = parser.add_argument_group("what is read")
    only = "the words that are wanted, one a line; others are left"
    read.add_argument("--only", metavar="FILE", help=only)
    add_reading(read)
    return parser


def _convert(given: dict[str, Any]) -> int:
    from embedlab.vectors import write
    from embedlab.vectors.writing import Target
    from experiments.reports.telling import telling

    source, target = Path(given["source"]), Path(given["target"])
    if not source.exists() and target.exists():
        raise Mistake(f"{source}: there is no such file; give IN first, then OUT")
    # Before anything is read, which may take long.
    chosen = Target(target, given["format"], given["dtype"], given["lowercase"], whole=True)
    only = None if given["only"] is None else _words(Path(given["only"]))
    with telling(f"Reading {source}") as told:
        vectors = _read(source, given, only, chosen.format == "fasttext-bin", told)
    print(f"{source}: {_described(vectors)}")
    if only is not None:
        _tell_missing(only, vectors, given["only"])
    with telling(f"Writing {target}") as told:
        written = write(
            vectors,
            target,
            format=given["format"],
            dtype=given["dtype"],
            lowercase=given["lowercase"],
            unfit=given["unfit"],
            progress=told,
        )
    print(written)
    for note in written.notes:
        print(note)
    return 0


def _read(
    source: Path, given: dict[str, Any], only: list[str] | None, whole: bool, told: Progress
) -> Vectors | FastText:
    from embedlab.vectors import load, read, read_fasttext

    options = reading(given)
    if source.is_dir() and (source / MODEL).is_file():
        source = source / MODEL
    elif source.is_dir():
        require_none(source, given)
        vectors = load(source)
        return vectors if only is None else _chosen(vectors, only)
    wide = "float64" if given["dtype"] == "float64" else "float32"
    settings = {**options, "format": given["from"], "dtype": wide}
    if whole and only is None and not options.keys() - {"member", "most_bytes"}:
        first = read(source, **{**settings, "limit": 1}).report
        if first and first.format == "fasttext-bin":
            return read_fasttext(source, **options, progress=told)
    return read(source, **settings, only=only, progress=told)


def _described(vectors: Vectors | FastText) -> str:
    report = getattr(vectors, "report", None)
    if report is not None:
        return str(report)
    if hasattr(vectors, "settings"):
        buckets = f"{vectors.settings.buckets:,} buckets"
        return f"a whole model of fastText, {len(vectors.words):,} words and {buckets}"
    return f"{len(vectors.words):,} vectors"


def _chosen(vectors: Vectors, only: list[str]) -> Vectors:
    from embedlab.vectors import Vectors as Table

    wanted = set(only)
    rows = [row for row, word in enumerate(vectors.words) if word in wanted]
    return Table(tuple(vectors.words[row] for row in rows), vectors.matrix[rows])


def _words(path: Path) -> list[str]:
    """The words of a file, one a line."""
    try:
        lines = path.read_text("utf-8-sig").split("\n")
    except OSError as error:
        raise Mistake(f"--only {path}: {error.strerror}; give a file of words, one a line") from None
    except UnicodeDecodeError as error:
        raise Mistake(f"--only {path}: its byte {error.start + 1} is no UTF-8; convert it first") from None
    found = [word for line in lines if (word := line.removesuffix("\r"))]
    if not found:
        raise Mistake(f"--only {path}: there is no word in it; give one a line")
    return found


def _tell_missing(only: list[str], vectors: Any, path: str) -> None:
    missing = [word for word in dict.fromkeys(only) if word not in vectors]
    if missing:
        print(f"{path}: {len(missing):,} of {len(set(only)):,} words are not there, such as {missing[0]!r}")


if __name__ == "__main__":
    raise SystemExit(main())
