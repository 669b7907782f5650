"""Sequences that are alike, as transcripts of one gene are: a split has to keep them on one side.

Reference: Broder 1997, "On the resemblance and containment of documents"; Brown & Irber 2016, "sourmash: a
library for MinHash sketching of DNA" (containment of k-mers).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from jaxtyping import Int32, UInt64
from scipy import sparse

from embedlab.checks import require, require_count
from experiments.data.equal import equal_groups
from experiments.data.joined import joined_groups

_MOST_PAIRS = 5 * 10**7  # that are compared, of a few dozen bytes each
_MOST_LETTERS = 31  # of two bits, in 64
_CODE = np.full(256, 4, np.uint64)
_CODE[list(b"ACGT")] = np.arange(4)


def alike_groups(
    sequences: Sequence[str], *, share: float = 0.3, k: int = 16
) -> Int32[np.ndarray, " sequences"]:
    """Numbers the groups of sequences that are joined by a chain of sequences alike.

    Two are alike where the k-mers that both hold, `|A ∩ B| / min(|A|, |B|)`, are so large a share of those of
    the shorter: it may be a part of the other, as one transcript of a gene is of the next. k-mers of both
    strands count as one, and those with a letter that stands for several are left out. Equal sequences are
    alike, however short.

    Args:
        sequences: as `experiments.genes.letters.cleaned` gives them.
        share: least share of common k-mers, in (0, 1]; 0 for equal sequences alone.
        k: letters, 31 at most; so many that chance makes no two sequences share one: there are 4ᵏ.

    Returns:
        int32 [sequences], numbers in the order in which the groups first appear.

    Raises:
        ValueError: another share or k, or too many pairs of sequences share a k-mer to compare them all.

    Example:
        >>> gene = "ATGCCCCAACTAAATACCGCCGTATGACCCACCATAATTACC"
        >>> alike_groups([gene, gene[10:], gene[::-1], "ACG", "ACG"])
        array([0, 0, 1, 2, 2], dtype=int32)
    """
    require(0 <= share <= 1, "share", share, "give a share of at least 0 and at most 1")
    require_count("k", k)
    require(k <= _MOST_LETTERS, "k", k, f"give at most {_MOST_LETTERS} letters")
    equal = equal_groups(sequence.encode() for sequence in sequences)
    if not share:
        return equal
    first = np.unique(equal, return_index=True)[1]
    left, right = _alike([distinct(sequences[row], k) for row in first.tolist()], share)
    return joined_groups(len(first), left, right)[equal]


def distinct(sequence: str, k: int) -> UInt64[np.ndarray, " kmers"]:
    """The different k-mers of a sequence, each as a number, uint64 [kmers] in ascending order.

    Of a k-mer and its reverse complement the lesser number stands for both.

    Args:
        sequence: as `experiments.genes.letters.cleaned` gives it.
        k: letters of one, 31 at most.

    Example:
        >>> len(distinct("ACGTACGT", 4)), len(distinct("ACNGT", 3))
        (3, 0)
    """
    codes = _CODE[np.frombuffer(sequence.encode(), np.uint8)]
    count = max(len(codes) - k + 1, 0)
    forward, backward = np.zeros((2, count), np.uint64)
    sure = np.ones(count, bool)
    for place in range(k):
        letters = codes[place : place + count]
        sure &= letters < 4
        forward |= letters << np.uint64(2 * (k - 1 - place))
        backward |= (np.uint64(3) - np.minimum(letters, np.uint64(3))) << np.uint64(2 * place)
    return np.unique(np.minimum(forward, backward)[sure])


def _alike(sets: Sequence[np.ndarray], share: float) -> tuple[np.ndarray, np.ndarray]:
    """Pairs (left < right) of sets that have so large a share of the smaller in common."""
    sizes = np.array([len(found) for found in sets])
    _, columns = np.unique(np.concatenate(sets) if len(sets) else np.zeros(0, np.uint64), return_inverse=True)
    met = np.bincount(columns).astype(np.int64)
    kept = met[columns] > 1  # what is in one set alone joins nothing
    if (most := int((met * (met - 1)).sum() // 2)) > _MOST_PAIRS:
        raise ValueError(
            f"alike sequences can't be found: {most:,} pairs have a run of letters in common; give longer "
            "runs (--data.alike_k), or keep equal sequences alone together (--data.alike 0)"
        )
    rows = np.repeat(np.arange(len(sets)), sizes)[kept]
    shape = (len(sets), len(met))
    table = sparse.csr_array((np.ones(len(rows), np.int32), (rows, columns[kept])), shape=shape)
    common = sparse.triu(table @ table.T, k=1).tocoo()
    near = common.data >= share * np.minimum(sizes[common.row], sizes[common.col])
    return common.row[near], common.col[near]
