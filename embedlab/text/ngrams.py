"""Words → character n-grams → table rows, as fastText does it, byte for byte.

A word is wrapped in `<` and `>`; its n-grams of minn to maxn characters are hashed to buckets, one row of
the table each. The rows depend on the word alone, so they are computed once a type, never once a token.

Reference: Bojanowski, Grave, Joulin, Mikolov, "Enriching Word Vectors with Subword Information", TACL 2017,
    arXiv:1607.04606; the order, the marks and the hash are those of fastText 0.9.3.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeAlias

import numpy as np
from jaxtyping import Int32, Num

from embedlab.base import ABSENT
from embedlab.checks import require, require_count
from embedlab.text._characters import OFFSET, PRIME, Text, hashes, require_sizes, utf8
from embedlab.text.vocabulary import Vocabulary

#: The words of ids 0, 1, …: a vocabulary, or plain words, of which an empty one stands for no word.
Words: TypeAlias = Sequence[str] | Vocabulary

#: fastText's sentence end. It is the one word that fastText gives no n-grams.
END_OF_SENTENCE = "</s>"

_BLOCK = 1 << 18  # hashes made at a time, so that they stay within the cache


def ngrams(word: str, minn: int = 3, maxn: int = 6) -> list[str]:
    """The character n-grams of one word, in fastText's order: slow, and plain to see.

    All `w[i : i + n]` of `w = "<" + word + ">"` with minn ≤ n ≤ maxn, by i and then by n, but the single
    characters `<` and `>`.

    Args:
        word: the word without marks. A word shorter than the shortest n-gram has none.
        minn: characters (code points) of the shortest n-gram; 0 acts as 1.
        maxn: characters of the longest; 0, with minn 0, means no n-grams.

    Returns:
        The n-grams. `"</s>"`, fastText's sentence end, has none.

    Raises:
        ValueError: if minn > maxn, or either is negative.

    Example:
        >>> ngrams("été", 3, 4)
        ['<ét', '<été', 'été', 'été>', 'té>']

    Reference: Bojanowski et al. 2017, section 3.2.
    """
    require_sizes(minn, maxn)
    if word == END_OF_SENTENCE:
        return []
    wrapped = f"<{word}>"
    size = len(wrapped)
    return [
        wrapped[start : start + n]
        for start in range(size)
        for n in range(max(minn, 1), min(maxn, size - start) + 1)
        if not (n == 1 and start in (0, size - 1))
    ]


def fasttext_hash(text: str | bytes) -> int:
    """fastText's string hash: 32-bit FNV-1a whose bytes are sign-extended.

    `h ← (h ⊕ int8(byte)) · 16777619 mod 2³²` over the UTF-8 bytes, from h = 2166136261. For ASCII it is
    FNV-1a; a byte above 127 is extended to 32 bits with ones, as a signed C char is.

    Args:
        text: a string, or its UTF-8 bytes.

    Returns:
        The hash, 0 … 2³² − 1, the same on every machine and in every process.

    Raises:
        ValueError: if the string holds a lone surrogate, which UTF-8 does not encode.

    Example:
        >>> fasttext_hash(""), fasttext_hash("a")
        (2166136261, 3826002220)

    Reference: Fowler, Noll, Vo, "The FNV Non-Cryptographic Hash Algorithm"; fastText 0.9.3,
        Dictionary::hash.
    """
    data = text if isinstance(text, bytes) else utf8([text], text)
    value = OFFSET
    for byte in np.frombuffer(data, np.int8).astype(np.uint32).tolist():
        value = (value ^ byte) * PRIME & 0xFFFFFFFF
    return value


def ngram_rows(
    words: Sequence[str], *, buckets: int, minn: int = 3, maxn: int = 6, max_ngrams: int | None = None
) -> Int32[np.ndarray, "words k"]:
    """The bucket of every character n-gram of every word: `fasttext_hash(ngram) mod buckets`.

    Words of one length are hashed together: their n-grams lie at the same places. Beside the result it
    holds less than 100 bytes for each byte of text (minn 3, maxn 6). The result itself is as wide as the
    longest word needs: where a few words are very long (addresses, sequences), cap it with `max_ngrams`.

    Args:
        words: n plain words, best each type once.
        buckets: rows of the n-gram table; may be 0 where there are no n-grams.
        minn: characters of the shortest n-gram; 0 acts as 1.
        maxn: characters of the longest; 0, with minn 0, means no n-grams (k = 0), as in fastText.
        max_ngrams: keep the first that many n-grams of a word, or None for all.

    Returns:
        int32 [n, k], the rows 0 … buckets − 1 in the order of `ngrams`, then `ABSENT`; k is the largest
        number of n-grams that a word has (or max_ngrams). A word shorter than the shortest n-gram is
        `ABSENT` throughout, and so is `"</s>"`. fastText adds its number of words to each row.

    Raises:
        ValueError: if minn > maxn, a number is out of range, `words` is one string or holds
            what is none, or a word holds a lone surrogate.

    Example:
        >>> ngram_rows(["cat", "a"], buckets=1000, minn=3, maxn=4)
        array([[       747,        973,         31,        995,        106],
               [       600, 2147483647, 2147483647, 2147483647, 2147483647]],
              dtype=int32)

    Reference: Bojanowski et al. 2017, section 3.2.
    """
    require_sizes(minn, maxn)
    require_count("buckets", buckets, min(maxn, 1))  # fastText writes 0 where there are no n-grams
    require(buckets < ABSENT, "buckets", buckets, f"a table has fewer than {ABSENT} rows")
    require(not isinstance(words, str), "words", words, "give a sequence of words, not one string")
    if max_ngrams is not None:
        require_count("max_ngrams", max_ngrams)
    minn = max(minn, 1)
    lengths, counts = _sizes(words, minn, maxn)
    width = int(counts.max(initial=0))
    rows = np.full((len(words), min(width, max_ngrams or width)), ABSENT, np.int32)
    if not width:
        return rows
    text = Text.of(words)
    starts = np.cumsum(lengths) - lengths
    for length, which in _groups(lengths, counts):
        longest = min(maxn, length)
        places = _places(length, minn, longest)[:max_ngrams]
        step = max(1, _BLOCK // (length * (longest - minn + 1)))
        for at in (which[i : i + step] for i in range(0, len(which), step)):
            lead, rest = text.characters(starts[at], length)
            found = hashes(lead, rest, minn, longest).reshape(len(at), -1).take(places, axis=1)
            found -= found // np.uint32(buckets) * np.uint32(buckets)  # mod, and 3 × as fast
            rows[at, : len(places)] = found.view(np.int32)
    return rows


def spellings(words: Words) -> Sequence[str]:
    """What each id is spelled as; padding and OOV stand for no word and are empty.

    Args:
        words: a vocabulary, or words as they are.

    Returns:
        One string an id.

    Raises:
        ValueError: if `words` is one string.

    Example:
        >>> spellings(Vocabulary.build([["cat"]]))
        ['', '', 'cat']

    Source: none.
    """
    require(not isinstance(words, str), "words", words, "give a sequence of words, not one string")
    if not isinstance(words, Vocabulary):
        return words
    special = len(Vocabulary.SPECIAL)
    return [""] * special + list(words.words[special:])


def _sizes(
    words: Sequence[str], minn: int, maxn: int
) -> tuple[Num[np.ndarray, " words"], Num[np.ndarray, " words"]]:
    """Characters of each wrapped word, and how many n-grams it has."""
    if not all(issubclass(kind, str) for kind in set(map(type, words))):
        place, odd = next((i, word) for i, word in enumerate(words) if not isinstance(word, str))
        raise ValueError(f"words[{place}]={odd!r}: give strings")
    lengths = np.fromiter(map(len, words), np.int64, len(words)) + 2
    # Σ over n of max(0, length − n + 1), summed in closed form over the n that fit.
    fitting = np.maximum(np.minimum(maxn, lengths) - minn + 1, 0)
    counts = fitting * (lengths - minn + 1) - fitting * (fitting - 1) // 2
    counts -= 2 * (minn == 1 <= maxn)  # the lone marks
    for i in np.flatnonzero(lengths == len(END_OF_SENTENCE) + 2).tolist():
        if words[i] == END_OF_SENTENCE:
            counts[i] = 0
    return lengths, counts


def _groups(
    lengths: Num[np.ndarray, " words"], counts: Num[np.ndarray, " words"]
) -> Iterator[tuple[int, Num[np.ndarray, " group"]]]:
    """(length, the words that have it), for the words that have n-grams."""
    which = np.flatnonzero(counts > 0)
    own = lengths[which]
    small = own.astype(np.min_scalar_type(int(own.max(initial=0))))  # NumPy sorts small types by radix
    which = which[np.argsort(small, kind="stable")]
    cuts = np.flatnonzero(np.diff(lengths[which])) + 1
    for group in np.split(which, cuts):
        if len(group):
            yield int(lengths[group[0]]), group


def _places(length: int, minn: int, maxn: int) -> Num[np.ndarray, " k"]:
    """Where a word's n-grams lie in its [length, maxn − minn + 1] hashes (by start, by size), flat."""
    start = np.arange(length)[:, None]
    n = np.arange(minn, maxn + 1)
    lone_mark = (n == 1) & ((start == 0) | (start == length - 1))
    return np.flatnonzero((start + n <= length) & ~lone_mark)
