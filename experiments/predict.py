"""Tells the classes, labels or values of new lines with a finished run; or what an application answers.

    python -m experiments.predict DIR [FILE]     # or lines on standard input

DIR is the --workdir of a run, or of a comparison, of which the best is taken. Lines are UTF-8, each a
document, and are answered as they come; where the run is of pairs of texts, a line is two with a tab between.
Prints the answer and the line, separated by tabs: the class and its probability; or the labels and their
probabilities; or the value. Lines of a run of an application are as its page in docs/applications says, and
where they have columns the first names them; how many name what was not learnt, as a user or a value of a
column that training lacks, is told at the end.

A line that can't be read ends the program and is named, once those before it are answered.
"""

from __future__ import annotations

import io
import itertools
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from experiments.errors import Mistake, placed
from experiments.process import stopping
from experiments.process.program import guarded

if TYPE_CHECKING:
    from experiments.classifier import Classifier
    from experiments.study.stored import Model

_BYTES = 2**16  # read at a time, at most
_LINES = 1024  # answered at a time, at most
_NAMED, _LETTERS = 5, 60  # of what was not learnt: so many are named, in so many letters each
_UTF16 = (b"\xff\xfe", b"\xfe\xff")  # what it begins with
_MARK = b"\xef\xbb\xbf"  # what some editors begin a UTF-8 file with


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the program; returns the exit status."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    smaller = "Break long lines, or take a machine that has more"
    return guarded(lambda: _main(words), smaller=smaller)


def _main(words: list[str]) -> int:
    if not words or words[0] in ("-h", "--help"):
        print(__doc__)
        return 0 if words else 2
    if len(words) > 2:
        raise Mistake(f"{len(words)} arguments; give DIR and at most one FILE")
    file = _opened(words[1]) if len(words) == 2 else _standard_input()
    from experiments.process.devices import import_jax, require_devices

    import_jax()  # it takes seconds: an interrupt is told all the same
    from experiments.stored import load
    from experiments.study.stored import Model

    stopping.imported()
    require_devices()
    model = load(words[0])
    name = words[1] if len(words) == 2 else "standard input"
    if isinstance(model, Model):
        print(f"The model of {model.folder}: {model.application.summary.rstrip('.')}.", file=sys.stderr)
        Asked(model, name).answer(_batches(file, name))
        return 0
    kinds = model.model.task.counted(len(model.classes))
    print(f"The model of {model.folder}: {kinds}.", file=sys.stderr)
    _each(_batches(file, name), lambda lines, before: _answer(model, lines, name, before))
    return 0


class _BadLine(Exception):
    """A line of a batch that can't be read: how many are before it there, and what is told."""

    def __init__(self, place: int, told: str) -> None:
        super().__init__(told)
        self.place = place


def _each(batches: Iterator[list[str]], answer: Callable[[list[str], int], None]) -> None:
    """Has batches of lines answered, each told how many lines were before it."""
    number = 0
    for lines in batches:
        first: _BadLine | None = None
        while lines:  # the first that is found need not be the first there is
            try:
                answer(lines, number)
                break
            except _BadLine as bad:
                first, lines = bad, lines[: bad.place]
        if first:
            raise Mistake(str(first))
        number += len(lines)


class Asked:
    """A model of an application that is asked line after line."""

    def __init__(self, model: Model, name: str) -> None:
        """Takes the model, and what the lines are of, for messages."""
        self._model, self._name, self._header = model, name, ""
        self._lines, self._strange, self._named = 0, 0, dict[str, None]()

    def answer(self, batches: Iterator[list[str]]) -> None:
        """Prints the answers as the lines come."""
        _each(batches, self._batch)
        if self._model.answering.has_header and not self._lines:
            what = "no row follows its first line, which" if self._header else "it is empty; its first line"
            raise Mistake(f"{self._name}: {what} is to name the columns; give rows below it")
        if self._strange:
            shown = ", ".join(name[:_LETTERS] for name in list(self._named)[:_NAMED])
            more = ", …" if len(self._named) > _NAMED else ""
            lines = f"{self._lines:,} line{'' if self._lines == 1 else 's'}"
            verb = "names" if self._strange == 1 else "name"
            told = f"{self._strange:,} of {lines} {verb} what the model has not learnt: {shown}{more}."
            print(told, file=sys.stderr)

    def _batch(self, lines: list[str], before: int) -> None:
        header = int(self._model.answering.has_header and not before)
        if header:
            self._header, *lines = lines
        if not lines:
            return
        try:
            answers = list(self._model.answers(lines, self._header))
            strange = self._model.answering.strange(lines, self._header)
        except ValueError as error:
            place, told = _counted(str(error), before + header)
            raise _BadLine(place + header if place else 0, f"{self._name}{told}") from None
        _print(answers, lines)
        self._note(strange)

    def _note(self, strange: Sequence[tuple[str, ...]]) -> None:
        self._lines += len(strange)
        self._strange += sum(map(bool, strange))
        for name in itertools.chain.from_iterable(strange):
            if len(self._named) <= _NAMED:
                self._named[name] = None


def _print(answers: Iterable[Sequence[str]], lines: Sequence[str]) -> None:
    for answer, line in zip(answers, lines, strict=True):
        print("\t".join([*answer, line]))
    sys.stdout.flush()


def _counted(told: str, before: int) -> tuple[int, str]:
    """How many lines are before the one that a message is about, and the message behind a file's name.

    There the line is counted from the first of the file.

    Example:
        >>> _counted("line 3: 2 ids; give one", 1000), _counted("no column is named user", 1000)
        ((2, ', line 1003: 2 ids; give one'), (0, ': no column is named user'))
    """
    found = re.match(r"line (\d+)", told)
    if not found:
        return 0, f": {told}"
    return int(found[1]) - 1, f", line {before + int(found[1])}{told[found.end() :]}"


def _standard_input() -> BinaryIO:
    if sys.stdin is None:  # as with `<&-`
        raise Mistake("standard input is closed; give a text file of one document a line as FILE")
    return sys.stdin.buffer


def _opened(name: str) -> BinaryIO:
    if Path(name).is_dir():
        raise Mistake(f"{name}: this is a folder; give a text file of one document a line")
    try:
        return open(name, "rb")
    except OSError as error:
        why = "there is no such file" if isinstance(error, FileNotFoundError) else error.strerror
        raise Mistake(f"{name}: {why}; give a text file of one document a line") from None


def _answer(classifier: Classifier, lines: list[str], name: str, before: int) -> None:
    task = classifier.model.task
    texts = _pairs(lines, name, before) if classifier.model.pairs else lines
    _print(map(task.fields, classifier.predict(texts)), lines)


def _pairs(lines: list[str], name: str, before: int) -> list[tuple[str, str]]:
    """The two texts of each line."""
    found = []
    for place, line in enumerate(lines):
        first, *others = line.split("\t")
        if len(others) != 1:
            raise _BadLine(
                place,
                f"{name}, line {before + place + 1}: {len(others)} tabs, where this model reads two texts "
                "with one tab between; write each pair so",
            )
        found.append((first, others[0]))
    return found


def _batches(file: BinaryIO, name: str) -> Iterator[list[str]]:
    """The lines that are there: at a terminal or from a pipe, as soon as they are."""
    number = 0
    for found in _raw_lines(file, name):
        for first in range(0, len(found), _LINES):
            raw, lines = found[first : first + _LINES], []
            for place, line in enumerate(raw, 1):
                try:
                    lines.append(_decoded(name, number + place, line))
                except Mistake:
                    if lines:
                        yield lines  # what is before it is answered
                    raise
            yield lines
            number += len(raw)


def _raw_lines(file: BinaryIO, name: str) -> Iterator[list[bytes]]:
    """Whole lines, as many as one reading gives; a last one may lack its end."""
    parts: list[bytes] = []
    begun = False
    while chunk := _read(file, name):
        if not begun:
            chunk, begun = chunk.removeprefix(_MARK), True
        *whole, rest = chunk.split(b"\n")
        if whole:
            whole[0] = b"".join([*parts, whole[0]])
            parts = []
            yield whole
        parts.append(rest)
    if any(parts):
        yield [b"".join(parts)]


def _read(file: BinaryIO, name: str) -> bytes:
    """What there is, at most `_BYTES`; nothing at the end."""
    with placed(name):
        # `read` would wait for more
        return file.read1(_BYTES) if isinstance(file, io.BufferedReader) else file.read(_BYTES)


def _decoded(name: str, number: int, raw: bytes) -> str:
    try:
        return raw.removesuffix(b"\r").decode()
    except UnicodeDecodeError as error:
        found = "UTF-16" if raw[:2] in _UTF16 else "LATIN1"
        raise Mistake(
            f"{name}, line {number}: its byte {error.start + 1} is 0x{raw[error.start]:02x}, which is no "
            f"UTF-8; convert the text first, with `iconv -f {found} -t UTF-8`, say"
        ) from None


if __name__ == "__main__":
    raise SystemExit(main())
