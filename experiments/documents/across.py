"""How many test documents have a near-duplicate among the training documents, as they are read.

A model may know the answer to those by heart, so that a score on them flatters. Counting is bounded: of very
many candidates a sample of the test documents is looked at.

Source: the project's own rule; the similarity is that of `experiments.data.duplicates`.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable
from typing import Any

import numpy as np
from jaxtyping import Int

from experiments.data.base import Dataset
from experiments.data.duplicates import are_near, prefixes, rarest_first
from experiments.documents.corpus import Corpus, is_run

#: Documents among which near-duplicates are looked for, at most.
MOST_DOCUMENTS = 100_000
_MOST_TOKENS = 10**7
_MOST_PAIRS = 2 * 10**6  # that are compared, for one split
_THRESHOLD, _WIDTH = 0.5, 5
_SPOKEN = re.compile(r"\w")  # marks are no part of a shingle


@dataclasses.dataclass(frozen=True)
class Near:
    """Test rows that have a near-duplicate among the training rows.

    Attributes:
        found: how many.
        looked_at: of so many test rows; fewer than there are where a sample was looked at, 0 where none was.
        why_not: why none was looked at, in words; empty where there is no need.

    Example:
        >>> Near(1, 10) + Near(2, 10)
        Near(found=3, looked_at=20, why_not='')
    """

    found: int = 0
    looked_at: int = 0
    why_not: str = ""

    def __add__(self, other: Near) -> Near:
        return Near(self.found + other.found, self.looked_at + other.looked_at, self.why_not or other.why_not)


def counting(
    dataset: Dataset, corpus: Corpus, most: int = MOST_DOCUMENTS
) -> Callable[[Int[np.ndarray, " train"], Int[np.ndarray, " test"]], Near]:
    """What counts the test rows of a split that have a near-duplicate among its training rows.

    Two documents are near-duplicates where at least half of the runs of five words that either has are in
    both, marks aside. Where a split keeps those together (`Dataset.near`) there is nothing to count.

    Args:
        dataset: n rows.
        corpus: their documents, as they are read.
        most: documents, at most, that are looked at; 0 for a set that is not held in memory.

    Returns:
        (training rows, test rows) → how many.

    Example:
        >>> from experiments.documents.corpus import gathered
        >>> texts = ["a b c d e f g h", "x y z", "a b c d e f g i"]
        >>> rows = np.arange(3, dtype=np.int32)
        >>> data = Dataset("three", texts, rows % 2, ("odd", "even"), rows)
        >>> counting(data, gathered(map(str.split, texts)))(rows[:1], rows[1:])
        Near(found=1, looked_at=2, why_not='')
    """
    if dataset.near:
        return lambda train, test: Near()
    if not most:
        return lambda train, test: Near(why_not="the texts are not held in memory")
    if len(corpus) > most or len(corpus.tokens) > _MOST_TOKENS:
        size = f"{len(corpus):,} documents of {len(corpus.tokens):,} tokens"
        return lambda train, test: Near(why_not=f"{size} would take long")
    document = corpus.equal  # of equal documents one is compared
    sets = _shingles(corpus, np.unique(document, return_index=True)[1])
    prefix = prefixes(sets, _THRESHOLD)
    return lambda train, test: _counted(sets, prefix, document[train], document[test])


def _counted(sets: Any, prefix: Any, train: np.ndarray, test: np.ndarray) -> Near:
    """Of the documents of training and test rows."""
    train, (test, rows) = np.unique(train), np.unique(test, return_counts=True)
    learnt, asked = prefix[train], prefix[test]
    met = np.bincount(learnt.indices, minlength=prefix.shape[1])
    chosen = _affordable(asked @ met)
    pairs = (asked[chosen] @ learnt.T).tocoo()
    near = are_near(sets, test[chosen][pairs.row], train[pairs.col], _THRESHOLD)
    found = np.unique(pairs.row[near])
    return Near(int(rows[chosen][found].sum()), int(rows[chosen].sum()))


def _affordable(pairs: np.ndarray) -> np.ndarray:
    """Which documents to look at, where each is to be compared so many times: all, or a sample."""
    order = np.random.default_rng(0).permutation(len(pairs))
    within = np.cumsum(pairs[order]) <= _MOST_PAIRS
    within[:1] = True
    return np.sort(order[within])


def _shingles(corpus: Corpus, rows: np.ndarray) -> Any:
    """Document × run of words, as `rarest_first` makes it; of a document of fewer words, none.

    As `experiments.data.duplicates.shingles`, but of numbers of words, so that no string is made.
    """
    numbers = _spoken(corpus)[corpus.tokens[corpus.places(rows)]]
    owners = np.repeat(np.arange(len(rows)), corpus.lengths[rows])[numbers >= 0]
    numbers = numbers[numbers >= 0].astype(np.uint64)
    count = max(0, len(numbers) - _WIDTH + 1)
    factors = np.random.default_rng(0).integers(2**64, size=_WIDTH, dtype=np.uint64) | np.uint64(1)
    digests = np.zeros(count, np.uint64)
    for place, factor in enumerate(factors):
        digests += numbers[place : place + count] * factor
    whole = owners[:count] == owners[len(owners) - count :]
    columns = np.unique(digests[whole], return_inverse=True)[1]
    owners = owners[:count][whole]
    order = np.lexsort((columns, owners))
    columns, owners = columns[order], owners[order]
    once = np.r_[True, (columns[1:] != columns[:-1]) | (owners[1:] != owners[:-1])][: len(columns)]
    ends = np.r_[0, np.cumsum(np.bincount(owners[once], minlength=len(rows)))]
    return rarest_first(columns[once], ends)


def _spoken(corpus: Corpus) -> np.ndarray:
    """int64 [words], a number for each word whatever its letters' case; −1 for marks and n-grams."""
    known: dict[str, int] = {}
    found = [
        known.setdefault(word.lower(), len(known)) if _SPOKEN.search(word) and not is_run(word) else -1
        for word in corpus.words
    ]
    return np.array(found, np.int64)
