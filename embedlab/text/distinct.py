"""The different n-grams of many words, each once: what a table of n-grams is asked to tell apart."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from jaxtyping import Int32, Num

from embedlab.base import ABSENT
from embedlab.checks import require, require_count
from embedlab.text._characters import Text, hashes, require_sizes
from embedlab.text.ngrams import END_OF_SENTENCE, Words, spellings


def distinct_ngram_rows(
    words: Words, *, buckets: int, minn: int = 3, maxn: int = 6
) -> Int32[np.ndarray, "n 1"]:
    """The row of every different n-gram that the words have, once each.

    Words that share an n-gram share its row by design; a collision is two different n-grams in one row.
    So `embedlab.quality.observed_collisions` of these rows counts what the hash did, and
    `predicted_collisions(n, buckets)` says what to expect of it.

    Args:
        words: a vocabulary, whose padding and OOV ids have no n-grams, or words; an empty one has none.
        buckets: rows of the n-gram table.
        minn: characters of the shortest n-gram; 0 acts as 1.
        maxn: characters of the longest.

    Returns:
        int32 [n, 1], rows 0 … buckets − 1: shorter n-grams before longer ones.

    Raises:
        ValueError: if minn > maxn, a number is out of range, `words` is one string, or a word holds a lone
            surrogate.

    Example:
        >>> distinct_ngram_rows(["walk", "walks"], buckets=1000, minn=5, maxn=5).shape   # [n, 1]
        (4, 1)

    Reference: Bojanowski et al. 2017, section 3.2; equal n-grams get equal numbers by those of what is
        one character shorter, after Karp, Miller & Rosenberg 1972, "Rapid identification of repeated
        patterns".
    """
    require_sizes(minn, maxn)
    require_count("buckets", buckets)
    require(buckets < ABSENT, "buckets", buckets, f"a table has fewer than {ABSENT} rows")
    spelled = [word for word in dict.fromkeys(spellings(words)) if word and word != END_OF_SENTENCE]
    found = [np.zeros(0, np.int32)]
    text = Text.of(spelled)
    for n, starts in _first_places(spelled, maxn):
        if n >= minn:
            value = hashes(*text.characters(starts, n), n, n)[::n, 0]
            found.append((value % np.uint32(buckets)).astype(np.int32))
    return np.concatenate(found)[:, None]


def _first_places(words: list[str], maxn: int) -> Iterator[tuple[int, Num[np.ndarray, " distinct"]]]:
    """(n, where each different n-gram of n characters begins first), in the wrapped words end to end."""
    lengths = np.fromiter(map(len, words), np.int64, len(words)) + 2
    ends = np.repeat(np.cumsum(lengths), lengths)
    wrapped = "".join(f"<{word}>" for word in words)
    letters, letter = np.unique(np.frombuffer(wrapped.encode("utf-32-le"), np.uint32), return_inverse=True)
    place = np.arange(len(letter))
    marks = np.concatenate([np.cumsum(lengths) - lengths, np.cumsum(lengths) - 1])
    number = np.zeros(len(letter), np.int64)  # which n-gram begins here; equal ones have equal numbers
    for n in range(1, maxn + 1):
        place = place[place + n <= ends[place]]
        if not len(place):
            return
        grown = number[place] * len(letters) + letter[place + n - 1]
        _, first, number[place] = np.unique(grown, return_index=True, return_inverse=True)
        if n == 1:  # the marks alone are no n-grams, but longer ones begin with them
            inner = np.setdiff1d(place, marks)
            yield 1, inner[np.unique(number[inner], return_index=True)[1]]
        else:
            yield n, place[first]
