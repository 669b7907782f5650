"""Sequences of DNA with their classes, from a user's file: a table of named columns, or FASTA."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

from embedlab.checks import require, require_count
from experiments.checks import finite
from experiments.data import Dataset
from experiments.data.files import SIDE_OF, existing_file
from experiments.data.tables import TableFile
from experiments.genes import fasta
from experiments.genes.alike import alike_groups
from experiments.genes.letters import cleaned, is_certain
from experiments.tasks import CLASSES, Task

_SIDES = ("train", "valid", "test")


class Gene(NamedTuple):
    """A row as it lies in a file.

    Attributes:
        where: its file and place, for error messages.
        sequence: its letters, cleaned.
        label: of its class.
        side: what the file says of its side; empty where it says nothing.
    """

    where: str
    sequence: str
    label: str
    side: str = ""


@dataclasses.dataclass(frozen=True)
class Genes(TableFile):
    """Sequences with classes: rows of CSV, TSV, JSON Lines or Parquet, or FASTA (`.fa`, `.fasta`, …).

    Attributes:
        path: the file; of text it may be packed with gzip.
        sequence: the column that holds the letters. FASTA has none.
        label: the column that holds the class. Of FASTA the name of a part of the header, as `class` of
            `>x1 class=kinase`, or a part's number, as 2 of `>x1 kinase`, −1 for the last.
        split: the column that says on which side a row is (train, valid or test); empty for none.
        test_path: a file of the same form that holds the test set; empty to split one off.
        title: what the data are called in a table; empty for the file's name.
        alike: share of runs of letters that two sequences have in common from which on they stay on one side
            of a split, as transcripts of one gene have to; 0 to keep equal ones alone together.
        alike_k: letters of such a run.

    Raises:
        ValueError: no name of a column, or one name twice, a share that is none, or a run that is too long.

    Example:
        >>> Genes(path="cds.tsv", label="class").alike
        0.3
    """

    sequence: str = "sequence"
    label: str = "label"
    split: str = ""
    test_path: str = ""
    title: str = ""
    alike: float = 0.3
    alike_k: int = 16

    def __post_init__(self) -> None:
        for field in ("sequence", "label"):
            require(bool(getattr(self, field)), field, getattr(self, field), "name the column that holds it")
        remedy = "this column is the sequence; name another"
        require(self.label != self.sequence, "label", self.label, remedy)
        others = (self.sequence, self.label)
        require(self.split not in others, "split", self.split, "this column is another; name one, or none")
        share = finite(self.alike) and 0 <= self.alike <= 1
        require(share, "alike", self.alike, "give a share of at least 0 and at most 1")
        require_count("alike_k", self.alike_k)
        require(self.alike_k <= 31, "alike_k", self.alike_k, "give at most 31 letters")

    def load(self, task: Task = CLASSES) -> Dataset:
        """Reads the files.

        Args:
            task: what is learnt of the labels.

        Raises:
            ValueError: a file is missing, empty or malformed, a column is not there, a sequence holds what is
                no nucleotide, a label is missing; says file, line and column.
        """
        paths = {"train": self.path, **({"test": self.test_path} if self.test_path else {})}
        reader = task.reader()
        sequences, sides = [], []
        for side, path in paths.items():
            for row in self._rows(path, "data.path" if side == "train" else "data.test_path"):
                try:
                    reader.add(row.label)
                    sides.append(_SIDES.index(_side(row) or side))
                except ValueError as error:
                    raise ValueError(f"{row.where}: {error}") from None
                sequences.append(row.sequence)
        labels, names = reader.finish()
        valid, test = (np.flatnonzero(np.array(sides) == side).astype(np.int32) for side in (1, 2))
        return Dataset(
            name=self.title or Path(self.path).name.partition(".")[0],
            texts=tuple(sequences),
            labels=labels,
            classes=names,
            groups=alike_groups(sequences, share=self.alike, k=self.alike_k),
            test_rows=test,
            valid_rows=valid,
            near=self.alike > 0,
            task=task,
            notes=notes(sequences),
        )

    def _rows(self, path: str, flag: str) -> Iterator[Gene]:
        if path and fasta.is_fasta(Path(path)):
            return self._fasta(existing_file(flag.partition(".")[2], path))
        return self._table(path, flag)

    def _table(self, path: str, flag: str) -> Iterator[Gene]:
        wanted = {"data.sequence": self.sequence, "data.label": self.label}
        table = self.table(
            {**wanted, **({"data.split": self.split} if self.split else {})}, path=path, flag=flag
        )
        labels = table.ids(self.label)
        sides = table.column(self.split) if self.split else [""] * len(table)
        for row, letters in enumerate(table.column(self.sequence)):
            try:
                sequence = cleaned(letters)
            except ValueError as error:
                table.refuse(row, self.sequence, str(error))
            yield Gene(f"{table.path}, {table.where(row)}", sequence, labels[row], sides[row])

    def _fasta(self, path: Path) -> Iterator[Gene]:
        found = False
        for record in fasta.records(path):
            where, found = f"{path}, line {record.line}", True
            try:
                sequence, label = cleaned(record.letters), record.label(self.label)
            except ValueError as error:
                raise ValueError(f"{where}: {error}") from None
            yield Gene(where, sequence, label)
        if not found:
            raise ValueError(f"{path}: holds no sequence; a FASTA file begins with a line '>NAME label'")


def _side(row: Gene) -> str:
    if not row.side:
        return ""
    side = SIDE_OF.get(row.side.lower(), "")
    if not side:
        raise ValueError(
            f"the split is {row.side!r}; write train, valid or test (validation and dev are taken too), or "
            "read no column as the split"
        )
    return side


def notes(sequences: list[str]) -> tuple[str, ...]:
    """What is told of the letters that stand for several nucleotides; nothing where there is none.

    Args:
        sequences: as they were read.

    Example:
        >>> notes(["ACGT", "ANNT"])
        ('1 of 2 sequences holds a letter that stands for several nucleotides (N, R, …).',)
    """
    unsure = sum(not is_certain(sequence) for sequence in sequences)
    holds = "holds a letter" if unsure == 1 else "hold letters"
    said = f"{holds} that stand{'s' if unsure == 1 else ''} for several nucleotides (N, R, …)."
    return (f"{unsure:,} of {len(sequences):,} sequences {said}",) if unsure else ()
