"""FASTA: sequences whose headers say what they are.

Reference: Pearson & Lipman 1988, "Improved tools for biological sequence comparison".
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator
from pathlib import Path

from experiments.data.reading import text_lines
from experiments.nearest import nearest_first

ENDINGS = (".fa", ".fasta", ".fna", ".ffn", ".frn", ".fas")

_LONGEST = 2**28  # letters of a sequence; no chromosome of a mammal has more
_PARTED = re.compile(r"[\s|;]+")


@dataclasses.dataclass(frozen=True)
class Record:
    """A sequence as it lies in a file.

    Attributes:
        line: number of its header's line, from 1.
        header: without `>`.
        letters: as they are written, lines joined.

    Example:
        >>> Record(1, "ENST01 class=kinase", "ACGT").label("class")
        'kinase'
    """

    line: int
    header: str
    letters: str

    def label(self, name: str) -> str:
        """What the header says of a name, as `class=kinase`; or, of a number, its so many-th part.

        Parts stand between white space, `|` and `;`; the first is 1.

        Args:
            name: of the part, or its number; −1 for the last one.

        Raises:
            ValueError: the header says nothing of it, or says it twice.
        """
        parts = [part for part in _PARTED.split(self.header) if part]
        if re.fullmatch(r"-?[1-9]\d*", name):
            number = int(name)
            if not -len(parts) <= number <= len(parts):
                raise ValueError(
                    f"--data.label={name}: the header has {len(parts)} parts between white space, '|' and "
                    f"';': {self.header!r:.100}; give the number of the one that is the label"
                )
            return parts[number - 1 if number > 0 else number]
        said = [part.partition("=") for part in parts if "=" in part]
        found = [value for key, _, value in said if key == name]
        if len(found) == 1 and found[0]:
            return found[0]
        known = nearest_first(name, [key for key, _, _ in said]) if said else "none"
        fault = "says it twice" if len(found) > 1 else f"has no part {name}=…"
        raise ValueError(
            f"--data.label={name!r}: the header {fault}: {self.header!r:.100}; it has values for {known}; "
            "name one of them, or give the number of a part, such as --data.label 2"
        )


def is_fasta(path: Path) -> bool:
    """Whether a file is FASTA, by its ending; `.gz` may follow.

    Example:
        >>> is_fasta(Path("cds.fa.gz")), is_fasta(Path("cds.csv"))
        (True, False)
    """
    endings = [ending.lower() for ending in path.suffixes]
    if endings[-1:] == [".gz"]:
        endings.pop()
    return bool(endings) and endings[-1] in ENDINGS


def records(path: Path) -> Iterator[Record]:
    """The sequences of a file, in order; lines that are empty or begin with `;` are passed over.

    Args:
        path: the file, which may be packed with gzip.

    Raises:
        ValueError: letters come before any header, a header is empty or has no letters, or the file is no
            text; says on which line.
    """
    line, header, letters, length = 0, "", list[str](), 0
    for number, text in enumerate(text_lines(path, "utf-8"), 1):
        text = text.strip()
        if not text or text.startswith(";"):
            continue
        if text.startswith(">"):
            if line:
                yield _whole(path, line, header, letters)
            line, header, letters, length = number, text[1:].strip(), [], 0
            if not header:
                raise ValueError(f"{path}, line {number}: the header is empty; write what the sequence is")
            continue
        if not line:
            raise ValueError(
                f"{path}, line {number}: {text!r:.40} comes before any header; a FASTA file begins with a "
                "line '>NAME label', and letters follow"
            )
        length += len(text)
        if length > _LONGEST:
            raise ValueError(f"{path}, line {number}: the sequence has over {_LONGEST:,} letters; part it")
        letters.append(text)
    if line:
        yield _whole(path, line, header, letters)


def _whole(path: Path, line: int, header: str, letters: list[str]) -> Record:
    if not letters:
        raise ValueError(f"{path}, line {line}: no letters follow the header; write them, or leave it out")
    return Record(line, header, "".join(letters))
