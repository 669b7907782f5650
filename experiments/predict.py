"""Classifies new lines with a finished run.

    python -m experiments.predict DIR [FILE]     # or lines on standard input

Prints the label, its probability and the line, separated by tabs.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import TextIO

from experiments.classifier import Classifier, load
from experiments.classify import guarded
from experiments.errors import Mistake

_LINES = 1024  # classified at a time, so that a long file streams


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the program; returns the exit status."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    return guarded(lambda: _main(words))


def _main(words: list[str]) -> int:
    if not words or words[0] in ("-h", "--help"):
        print(__doc__)
        return 0 if words else 2
    if len(words) > 2:
        raise Mistake(f"{len(words)} arguments; give DIR and at most one FILE")
    classifier = load(words[0])
    if len(words) == 1:
        _classify(classifier, sys.stdin)
        return 0
    if not Path(words[1]).is_file():
        raise Mistake(f"{words[1]}: there is no such file; give a text file of one document a line")
    with Path(words[1]).open(encoding="utf-8") as file:
        _classify(classifier, file)
    return 0


def _classify(classifier: Classifier, file: TextIO) -> None:
    for lines in _chunks(file):
        for line, (label, probability) in zip(lines, classifier.predict(lines), strict=True):
            print(f"{label}\t{probability:.4f}\t{line}", flush=True)


def _chunks(file: TextIO) -> Iterator[list[str]]:
    try:
        while lines := [line.rstrip("\r\n") for line in islice(file, _LINES)]:
            yield lines
    except UnicodeDecodeError as error:
        raise Mistake(f"{file.name}: not UTF-8 at byte {error.start}; convert it first") from None


if __name__ == "__main__":
    raise SystemExit(main())
