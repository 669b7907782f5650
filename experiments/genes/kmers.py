"""Sequences of DNA as words: runs of k letters, called k-mers.

Reference: Asgari & Mofrad 2015, "Continuous distributed representation of biological sequences"; Ng 2017,
"dna2vec: consistent vector representations of variable-length k-mers" (several k at once); Marçais &
Kingsford 2011, "A fast, lock-free approach for efficient parallel counting of occurrences of k-mers"
(canonical k-mers).
"""

from __future__ import annotations

import dataclasses
from typing import Literal, get_args

from embedlab.checks import require, require_count
from experiments.checks import require_bool, require_choice, require_sizes
from experiments.genes.codons import OPEN, translated
from experiments.genes.letters import is_certain, reverse_complement

Ambiguous = Literal["keep", "blur", "skip"]
Positions = Literal["none", "only", "beside"]

_LONGEST = 64  # letters; longer runs hardly ever occur twice


@dataclasses.dataclass(frozen=True)
class Kmers:
    """How a sequence becomes words.

    A word begins at every `stride`-th letter, of each k that still fits; those that begin at one letter stand
    together, so that what reads the order of words reads the sequence from left to right. A sequence shorter
    than every k is one word by itself.

    Attributes:
        k: letters of a word; several for words of several lengths.
        stride: letters from the beginning of one word to that of the next; k parts the sequence in words
            that do not overlap, 3 in codons where it begins with one.
        canonical: whether a k-mer and its reverse complement are one word, the first of the two in the
            alphabet: for sequences of which nobody knows the strand.
        positions: whether a word says where it begins, counted from 0, as `17:ACG`: only so, or beside the
            plain word, or none; for windows that are aligned, such as splice sites, where it is everything.
        ambiguous: what becomes of a k-mer with a letter that stands for several nucleotides (N, R, …): keep
            it as it is written, blur all such letters to N, or skip it.
        translate: whether words are runs of amino acids: a sequence is read in codons from its first letter
            on, and k, stride and positions count these. For coding sequences: codons of one amino acid are
            as good as the same to a protein.

    Raises:
        ValueError: no k, one twice, one of more than 64 letters, a stride below 1, a switch or choice that is
            none, or canonical words with positions or amino acids, which are of one strand.

    Example:
        >>> Kmers(k=(3,)).words("ACGTN")
        ['ACG', 'CGT', 'GTN']
        >>> Kmers(k=(1, 2), positions="only").words("GT")
        ['0:G', '0:GT', '1:T']
        >>> Kmers(k=(3,), canonical=True, ambiguous="skip").words("ACGTN")
        ['ACG', 'ACG']
        >>> Kmers(k=(2,), translate=True).words("ATGGCGTAA")
        ['MA', 'A*']
    """

    k: tuple[int, ...] = (6,)
    stride: int = 1
    canonical: bool = False
    positions: Positions = "none"
    ambiguous: Ambiguous = "keep"
    translate: bool = False

    def __post_init__(self) -> None:
        require_sizes("k", self.k)
        require(max(self.k) <= _LONGEST, "k", self.k, f"give words of at most {_LONGEST} letters")
        require(len(set(self.k)) == len(self.k), "k", self.k, "give each length once")
        require_count("stride", self.stride)
        require_bool("canonical", self.canonical)
        require_bool("translate", self.translate)
        require_choice("positions", self.positions, get_args(Positions))
        require_choice("ambiguous", self.ambiguous, get_args(Ambiguous))
        placed = self.positions != "none" or self.translate
        remedy = "a position or a codon is one of a strand that is known; leave canonical or the other out"
        require(not (placed and self.canonical), "canonical", self.canonical, remedy)

    def words(self, sequence: str) -> list[str]:
        """The words of a sequence.

        Args:
            sequence: as `experiments.genes.letters.cleaned` gives it.
        """
        if self.translate:
            sequence = translated(sequence)
        if len(sequence) < min(self.k):
            return self._named(0, sequence)
        return [
            word
            for start in range(0, len(sequence) - min(self.k) + 1, self.stride)
            for k in self.k
            if start + k <= len(sequence)
            for word in self._named(start, sequence[start : start + k])
        ]

    def _named(self, start: int, letters: str) -> list[str]:
        certain = OPEN not in letters if self.translate else is_certain(letters)
        if self.ambiguous != "keep" and not certain:
            if self.ambiguous == "skip":
                return []
            letters = (
                letters
                if self.translate
                else "".join(letter if is_certain(letter) else "N" for letter in letters)
            )
        if self.canonical:
            letters = min(letters, reverse_complement(letters))
        placed = f"{start}:{letters}"
        return {"none": [letters], "only": [placed], "beside": [letters, placed]}[self.positions]
