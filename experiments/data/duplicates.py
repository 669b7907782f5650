"""Groups of near-duplicate texts, so that a split keeps each on one side.

Reference:
    Broder, "On the resemblance and containment of documents", 1997 (shingles); Chaudhuri, Ganti and
    Kaushik, "A primitive operator for similarity joins in data cleaning", 2006 (prefix filter).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
from jaxtyping import Bool, Int
from scipy import sparse

from experiments.data.joined import joined_groups

_WORD = re.compile(r"\w+")
_MOST_PAIRS = 5 * 10**7  # that are compared, of a few dozen bytes each


def shingles(text: str, width: int = 5) -> frozenset[tuple[str, ...]]:
    """The distinct runs of `width` lower-case words; of a shorter text, its words as the only one.

    Args:
        text: a text; its words are runs of letters, digits and underscores.
        width: words in a shingle.

    Example:
        >>> sorted(shingles("To be or not to be", width=4))
        [('be', 'or', 'not', 'to'), ('or', 'not', 'to', 'be'), ('to', 'be', 'or', 'not')]
    """
    words = _WORD.findall(text.lower())
    return frozenset(zip(*(words[i:] for i in range(width)), strict=False)) or frozenset([tuple(words)])


def near_duplicate_groups(
    texts: Sequence[str], *, threshold: float = 0.5, width: int = 5
) -> Int[np.ndarray, " n"]:
    """Numbers the groups of texts that are joined by a chain of near-duplicates.

    Two texts are near-duplicates where the Jaccard similarity of their shingle sets, `|A ∩ B| / |A ∪ B|`,
    is at least the threshold. Every such pair is found, without comparing all: order shingles from rare
    to common; two sets that similar then share one among the first `|A| − ⌈threshold · |A|⌉ + 1` of each
    (the others are too few to hold the intersection), so only texts that meet in an inverted index of
    these prefixes are compared. Common shingles hardly ever enter it.

    Args:
        texts: n texts.
        threshold: least similarity of near-duplicates, above 0 and at most 1.
        width: words in a shingle.

    Returns:
        int32 [n], group numbers 0, 1, … in the order in which groups first appear.

    Raises:
        ValueError: where the threshold is out of its range, or too many pairs would have to be compared.

    Example:
        >>> near_duplicate_groups(["a b c d e f g h", "x y z", "a b c d e f g i"]).tolist()
        [0, 1, 0]
    """
    if not 0 < threshold <= 1:
        raise ValueError(f"threshold={threshold!r}: give a similarity above 0 and at most 1")
    if not texts:
        return np.zeros(0, np.int32)
    sets = _incidence(texts, width)
    left, right = _candidates(sets, threshold)
    near = are_near(sets, left, right, threshold)
    return joined_groups(len(texts), left[near], right[near])


def _incidence(texts: Sequence[str], width: int) -> sparse.csr_array:
    """Text × shingle, 0/1 in int32; columns from the rarest shingle to the most common."""
    numbers: dict[tuple[str, ...], int] = {}
    columns: list[int] = []
    ends = [0]
    for text in texts:
        columns.extend(numbers.setdefault(shingle, len(numbers)) for shingle in shingles(text, width))
        ends.append(len(columns))
    return rarest_first(np.array(columns, np.int32), np.array(ends, np.int32))


def rarest_first(columns: Int[np.ndarray, " entries"], ends: Int[np.ndarray, " rows_and_one"]) -> Any:
    """Sets as a sparse matrix, 0/1 in int32 [rows, shingles]; columns from the rarest to the most common.

    Args:
        columns: the number of each shingle of each set, once; set after set.
        ends: where each set begins, and the last one ends.
    """
    rank = np.argsort(np.argsort(np.bincount(columns), kind="stable")).astype(np.int32)
    shape = (len(ends) - 1, len(rank))
    ones = np.ones(len(columns), np.int32)
    sets = sparse.csr_array((ones, rank[columns], ends.astype(np.int32)), shape=shape)
    sets.sort_indices()
    return sets


def prefixes(sets: Any, threshold: float) -> Any:
    """Of each set the shingles, from the rarest on, one of which any set near to it shares.

    Args:
        sets: as `rarest_first` makes them.
        threshold: least similarity of near-duplicates.

    Returns:
        A sparse matrix, 0/1 in int32 [rows, shingles].
    """
    sizes = np.diff(sets.indptr)
    # The small constant keeps ⌈0.5 · 6⌉ at 3 whatever rounding does: a longer prefix is still right.
    kept = sizes - np.ceil(threshold * sizes - 1e-9).astype(sizes.dtype) + 1
    position = np.arange(sets.nnz) - np.repeat(sets.indptr[:-1], sizes)
    inside = position < np.repeat(kept, sizes)
    rows = np.repeat(np.arange(len(sizes)), sizes)[inside]
    shape = (len(sizes), sets.shape[1])
    return sparse.csr_array((np.ones(inside.sum(), np.int32), (rows, sets.indices[inside])), shape=shape)


def are_near(
    sets: Any, left: Int[np.ndarray, " pairs"], right: Int[np.ndarray, " pairs"], threshold: float
) -> Bool[np.ndarray, " pairs"]:
    """Whether the sets of each pair are as similar as the threshold.

    Args:
        sets: as `rarest_first` makes them.
        left: int [pairs], the row of the one.
        right: int [pairs], the row of the other.
        threshold: least similarity of near-duplicates.
    """
    sizes = np.diff(sets.indptr)
    common = _intersections(sets, left, right)
    return common >= threshold * (sizes[left] + sizes[right] - common)


def _candidates(sets: sparse.csr_array, threshold: float) -> tuple[np.ndarray, np.ndarray]:
    """Pairs (left < right) of rows that share a shingle among the rarest of each."""
    prefix = prefixes(sets, threshold)
    met = np.bincount(prefix.indices).astype(np.int64)
    if (most := int((met * (met - 1)).sum() // 2)) > _MOST_PAIRS:
        raise ValueError(
            f"near-duplicates can't be found: up to {most:,} comparisons of texts that share a passage would "
            "be needed; take out of the texts what is alike in many, or leave --data.near_duplicates out"
        )
    pairs = sparse.triu(prefix @ prefix.T, k=1).tocoo()
    return pairs.row, pairs.col


def _intersections(sets: sparse.csr_array, left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """|A ∩ B| of each pair; in slices, since a pair costs as much as its texts are long."""
    counts = [
        np.asarray(sets[left[i : i + 20_000]].multiply(sets[right[i : i + 20_000]]).sum(1))
        for i in range(0, len(left), 20_000)
    ]
    return np.concatenate([*counts, np.zeros(0, np.int64)])
