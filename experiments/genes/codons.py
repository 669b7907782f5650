"""Codons: what three letters of a coding sequence are the code of.

Reference: Nirenberg & Matthaei 1961, "The dependence of cell-free protein synthesis in E. coli upon naturally
occurring or synthetic polyribonucleotides"; the table is the standard code, number 1 of NCBI's.
"""

from __future__ import annotations

import functools
import itertools

from experiments.genes.letters import MEANT

#: What stands for an amino acid that letters leave open, and for the end of a protein.
OPEN, STOP = "X", "*"

_ORDER = "TCAG"  # of the letters of a codon, the last one changing fastest
_AMINO_ACIDS = "FFLLSSSSYY**CC*WLLLLPPPPHHQQRRRRIIIMTTTTNNKKSSRRVVVVAAAADDEEGGGG"
_CODE = {
    "".join(codon): acid
    for codon, acid in zip(itertools.product(_ORDER, repeat=3), _AMINO_ACIDS, strict=True)
}


def translated(sequence: str) -> str:
    """The amino acids that a coding sequence is the code of, by the standard code, from its first letter on.

    A letter beyond the last whole codon is left out.

    Args:
        sequence: as `experiments.genes.letters.cleaned` gives it, in frame.

    Returns:
        A letter an amino acid; `*` for a stop, and X where a letter that stands for several nucleotides
        leaves the amino acid open, or where there is no whole codon.

    Example:
        >>> translated("ATGGCNTGRTAA"), translated("CTNAAN"), translated("AC")
        ('MAX*', 'LX', 'X')
    """
    return "".join(_acid(sequence[at : at + 3]) for at in range(0, len(sequence) - 2, 3)) or OPEN


@functools.cache
def _acid(codon: str) -> str:
    meant = {_CODE["".join(letters)] for letters in itertools.product(*(MEANT[letter] for letter in codon))}
    return meant.pop() if len(meant) == 1 else OPEN
