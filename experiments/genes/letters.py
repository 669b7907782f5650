"""The letters of nucleotides, which of them stand for several, and the other strand.

Reference: Cornish-Bowden 1985, "Nomenclature for incompletely specified bases in nucleic acid sequences"
(IUPAC's letters).
"""

from __future__ import annotations

#: What each letter stands for, U of RNA being the T of DNA.
MEANT = {
    **{"A": "A", "C": "C", "G": "G", "T": "T"},
    **{"R": "AG", "Y": "CT", "S": "CG", "W": "AT", "K": "GT", "M": "AC"},
    **{"B": "CGT", "D": "AGT", "H": "ACT", "V": "ACG", "N": "ACGT"},
}
_PAIRED = {"A": "T", "C": "G", "G": "C", "T": "A"}
_LETTER = {frozenset(meant): letter for letter, meant in MEANT.items()}
_COMPLEMENT = str.maketrans(
    {letter: _LETTER[frozenset(_PAIRED[one] for one in meant)] for letter, meant in MEANT.items()}
)
_GAPS = frozenset("-.")


def cleaned(sequence: str) -> str:
    """A sequence in capitals, U written as T, without white space.

    Small letters, by which repeats are marked, are read as capitals.

    Args:
        sequence: letters of nucleotides, as a user writes them.

    Raises:
        ValueError: it is empty, or holds another character; says which is the first, and where it stands,
            counted from 1.

    Example:
        >>> cleaned("acgu nnr")
        'ACGTNNR'
        >>> cleaned("ACX")
        Traceback (most recent call last):
        ValueError: letter 3 of the sequence is 'X', which is no nucleotide; write A, C, G, T (or U), or for
        what is not known one of R, Y, S, W, K, M, B, D, H, V, N
    """
    plain = "".join(sequence.split()).upper().replace("U", "T")
    if not plain:
        raise ValueError("the sequence is empty; write its letters, or leave the row out")
    if set(plain) <= MEANT.keys():
        return plain
    place = next(place for place, letter in enumerate(plain) if letter not in MEANT)
    if plain[place] in _GAPS:
        raise ValueError(
            f"letter {place + 1} of the sequence is {plain[place]!r}, a gap of an alignment; take gaps out"
        )
    unsure = ", ".join(letter for letter, meant in MEANT.items() if len(meant) > 1)
    raise ValueError(
        f"letter {place + 1} of the sequence is {plain[place]!r}, which is no nucleotide; write A, C, G, T "
        f"(or U), or for what is not known one of {unsure}"
    )


def is_certain(letters: str) -> bool:
    """Whether each letter stands for one nucleotide.

    Example:
        >>> is_certain("ACGT"), is_certain("ACN")
        (True, False)
    """
    return set(letters) <= _PAIRED.keys()


def reverse_complement(letters: str) -> str:
    """The other strand, as it is read: the paired letters from the last to the first.

    Args:
        letters: as `cleaned` gives them.

    Example:
        >>> reverse_complement("AACGR")
        'YCGTT'
    """
    return letters.translate(_COMPLEMENT)[::-1]
