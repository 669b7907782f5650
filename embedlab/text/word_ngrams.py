"""Tokens → word n-grams → table rows, as fastText does it for classification."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from jaxtyping import Int32, Num, UInt32

from embedlab.base import ABSENT
from embedlab.checks import require, require_count
from embedlab.text.ngrams import fasttext_hash

_FACTOR = np.uint64(116049371)


def word_hashes(tokens: Sequence[str]) -> UInt32[np.ndarray, " tokens"]:
    """`fasttext_hash` of every token, computed once a type.

    Args:
        tokens: n tokens. fastText ends each line with the token "</s>": append it to get fastText's own
            n-grams of a line.

    Returns:
        uint32 [n].

    Raises:
        ValueError: if `tokens` is one string, or a token is no string or holds a lone surrogate.

    Example:
        >>> word_hashes(["a", "b", "a"])
        array([3826002220, 3876335077, 3826002220], dtype=uint32)

    Reference: fastText 0.9.3, Dictionary::hash.
    """
    require(not isinstance(tokens, str), "tokens", tokens, "split the text into tokens first")
    types = dict.fromkeys(tokens)
    for token in types:
        require(isinstance(token, str), "token", token, "a token is a string")
    known = {token: fasttext_hash(token) for token in types}
    return np.fromiter(map(known.__getitem__, tokens), np.uint32, len(tokens))


def word_ngram_ids(
    tokens: Sequence[str] | UInt32[np.ndarray, " tokens"], *, n: int, buckets: int
) -> Int32[np.ndarray, " k"]:
    """The bucket of every run of 2 … n tokens in a row.

    With `x_i` the token's hash read as a signed 32-bit number, the run i … j has
    `h = x_i · c^(j−i) + x_(i+1) · c^(j−i−1) + … + x_j mod 2⁶⁴`, c = 116049371; its bucket is h mod `buckets`.

    Args:
        tokens: t tokens, or their `word_hashes`, uint32 [t].
        n: tokens of the longest run; 1 means none.
        buckets: rows of the n-gram table.

    Returns:
        int32 [k], by the run's first token and then by its length, 0 … buckets − 1. fastText adds its
        number of words.

    Raises:
        ValueError: if `tokens` is one string, or an array of anything but hashes, or a number is out of
            range.

    Example:
        >>> word_ngram_ids(["not", "so", "good"], n=3, buckets=1000)
        array([893, 799, 141], dtype=int32)

    Reference: Joulin, Grave, Bojanowski, Mikolov, "Bag of Tricks for Efficient Text Classification",
        EACL 2017, arXiv:1607.01759, section 2.3; fastText 0.9.3, Dictionary::addWordNgrams.
    """
    hashes = _checked(tokens) if isinstance(tokens, np.ndarray) else word_hashes(tokens)
    ids, _ = _flat_ids(hashes, np.array([len(hashes)]), n, buckets)
    return ids


def word_ngram_ids_all(
    documents: Iterable[Sequence[str]], *, n: int, buckets: int
) -> list[Int32[np.ndarray, " k"]]:
    """`word_ngram_ids` of many documents at once; no run crosses from one into the next.

    Args:
        documents: one sequence of tokens each.
        n: tokens of the longest run; 1 means none.
        buckets: rows of the n-gram table.

    Returns:
        One int32 [k] a document.

    Raises:
        ValueError: if a document is one string, or a number is out of range.

    Example:
        >>> word_ngram_ids_all([["so", "good"], ["good"]], n=2, buckets=1000)
        [array([141], dtype=int32), array([], dtype=int32)]

    Reference: Joulin et al. 2017, section 2.3.
    """
    documents = list(documents)
    for document in documents:
        require(not isinstance(document, str), "document", document, "split the text into tokens first")
    hashes = word_hashes([token for document in documents for token in document])
    lengths = np.fromiter(map(len, documents), np.int64, len(documents))
    ids, counts = _flat_ids(hashes, lengths, n, buckets)
    ends = np.cumsum(counts).tolist()
    return [ids[start:end] for start, end in zip([0, *ends], ends, strict=False)]


def _checked(hashes: np.ndarray) -> UInt32[np.ndarray, " tokens"]:
    """The array, unless it holds something else: its bytes would be read as hashes all the same."""
    found = f"{hashes.dtype} {hashes.shape}"
    remedy = "give a list of strings, or their word_hashes, uint32 [tokens]"
    require(hashes.dtype == np.uint32 and hashes.ndim == 1, "tokens", found, remedy)
    return hashes


def _flat_ids(
    hashes: UInt32[np.ndarray, " tokens"], lengths: Num[np.ndarray, " documents"], n: int, buckets: int
) -> tuple[Int32[np.ndarray, " k"], Num[np.ndarray, " documents"]]:
    """The n-grams of documents laid end to end, and how many each has."""
    require_count("n", n)
    require_count("buckets", buckets)
    require(buckets < ABSENT, "buckets", buckets, f"a table has fewer than {ABSENT} rows")
    total = len(hashes)
    runs = max(min(n, int(lengths.max(initial=0))) - 1, 0)  # run lengths that occur: 2 … runs + 1
    signed = hashes.view(np.int32).astype(np.uint64)  # sign-extended, as the cast in C++ is
    ids = np.empty((total, runs), np.int32)
    value = signed.copy()
    for more in range(1, runs + 1):
        head = value[: total - more]
        head *= _FACTOR
        head += signed[more:]
        ids[: total - more, more - 1] = head % np.uint64(buckets)
    left = np.repeat(np.cumsum(lengths), lengths) - np.arange(total)  # tokens from here to the end
    counts = np.zeros(len(lengths), np.int64)
    for more in range(1, runs + 1):
        counts += np.maximum(lengths - more, 0)
    return ids[left[:, None] > np.arange(1, runs + 1)], counts
