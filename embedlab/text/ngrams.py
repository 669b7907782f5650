"""Words → character n-grams → table rows, as fastText does it, byte for byte.

A word is wrapped in `<` and `>`; its n-grams of minn to maxn characters are hashed to buckets, one row of
the table each. The rows depend on the word alone, so they are computed once a type, never once a token.

Reference: Bojanowski, Grave, Joulin, Mikolov, "Enriching Word Vectors with Subword Information", TACL 2017,
    arXiv:1607.04606; the order, the marks and the hash are those of fastText 0.9.3.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple, TypeAlias

import numpy as np
from jaxtyping import Int8, Int32, Num, UInt32

from embedlab.base import ABSENT, require, require_count
from embedlab.text.vocabulary import Vocabulary

#: fastText's sentence end. It is the one word that fastText gives no n-grams.
END_OF_SENTENCE = "</s>"

_OFFSET = 2166136261  # FNV-1a, 32 bits
_PRIME = 16777619
_BLOCK = 1 << 18  # hashes made at a time, so that they stay within the cache

# Characters of more than one byte: which, and their second (third, fourth) byte.
_Rest: TypeAlias = list[tuple[Num[np.ndarray, " _"], UInt32[np.ndarray, " _"]]]


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
    _check_range(minn, maxn)
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
    data = text if isinstance(text, bytes) else _utf8([text], text)
    value = _OFFSET
    for byte in np.frombuffer(data, np.int8).astype(np.uint32).tolist():
        value = (value ^ byte) * _PRIME & 0xFFFFFFFF
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
        ValueError: if minn > maxn, a number is out of range, `words` is one string, or a word holds a lone
            surrogate.

    Example:
        >>> ngram_rows(["cat", "a"], buckets=1000, minn=3, maxn=4)
        array([[       747,        973,         31,        995,        106],
               [       600, 2147483647, 2147483647, 2147483647, 2147483647]],
              dtype=int32)

    Reference: Bojanowski et al. 2017, section 3.2.
    """
    _check_range(minn, maxn)
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
    text = _Text.of(words)
    starts = np.cumsum(lengths) - lengths
    for length, which in _groups(lengths, counts):
        longest = min(maxn, length)
        places = _places(length, minn, longest)[:max_ngrams]
        step = max(1, _BLOCK // (length * (longest - minn + 1)))
        for at in (which[i : i + step] for i in range(0, len(which), step)):
            lead, rest = text.characters(starts[at], length)
            hashes = _hashes(lead, rest, minn, longest).reshape(len(at), -1).take(places, axis=1)
            hashes -= hashes // np.uint32(buckets) * np.uint32(buckets)  # mod, and 3 × as fast
            rows[at, : len(places)] = hashes.view(np.int32)
    return rows


def vocabulary_ngrams(
    vocabulary: Vocabulary, *, buckets: int, minn: int = 3, maxn: int = 6, max_ngrams: int | None = None
) -> Int32[np.ndarray, "ids k"]:
    """The n-gram rows of every id of a vocabulary: the buffer that a subword embedding looks ids up in.

    Args:
        vocabulary: the words.
        buckets, minn, maxn, max_ngrams: as in `ngram_rows`.

    Returns:
        int32 [len(vocabulary), k]. The padding id and the OOV id stand for no word: both rows are `ABSENT`
        throughout.

    Raises:
        ValueError: as `ngram_rows` does.

    Example:
        >>> vocabulary_ngrams(Vocabulary.build([["cat"]]), buckets=1000, minn=3, maxn=4)
        array([[2147483647, 2147483647, 2147483647, 2147483647, 2147483647],
               [2147483647, 2147483647, 2147483647, 2147483647, 2147483647],
               [       747,        973,         31,        995,        106]],
              dtype=int32)

    Reference: Bojanowski et al. 2017, section 3.2.
    """
    words = ["", "", *vocabulary.words[2:]]
    rows = ngram_rows(words, buckets=buckets, minn=minn, maxn=maxn, max_ngrams=max_ngrams)
    rows[: Vocabulary.OOV + 1] = ABSENT  # "" has the n-gram "<>" where minn ≤ 2
    return rows


def _check_range(minn: int, maxn: int) -> None:
    require_count("minn", minn, 0)
    require_count("maxn", maxn, 0)
    require(minn <= maxn, "minn", minn, f"the shortest n-gram is longer than the longest, maxn={maxn}")


def _sizes(
    words: Sequence[str], minn: int, maxn: int
) -> tuple[Num[np.ndarray, " words"], Num[np.ndarray, " words"]]:
    """Characters of each wrapped word, and how many n-grams it has."""
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


def _hashes(
    lead: UInt32[np.ndarray, " chars"], rest: _Rest, minn: int, maxn: int
) -> UInt32[np.ndarray, "chars sizes"]:
    """Hashes of the n-grams that begin at each character, by n = minn … maxn.

    After step n, `value[c]` is the hash of the n characters from c on. Those that run over a word's end
    are computed too, and never read: `_places` leaves them out.
    """
    total = len(lead)
    value = np.full(total, _OFFSET, np.uint32)
    hashes = np.empty((total, maxn - minn + 1), np.uint32)
    for n in range(1, maxn + 1):
        head = value[: total - n + 1]
        head ^= lead[n - 1 :]
        head *= np.uint32(_PRIME)
        for at, byte in rest:
            skip = np.searchsorted(at, n - 1)
            start = at[skip:] - (n - 1)
            value[start] = (value[start] ^ byte[skip:]) * np.uint32(_PRIME)
        if n >= minn:
            hashes[: len(head), n - minn] = head
    return hashes


class _Text(NamedTuple):
    """Wrapped words end to end, by character: its first, second, … byte, signed, and how many it has."""

    layers: list[Int8[np.ndarray, " chars"]]
    width: Int8[np.ndarray, " chars"] | None  # None where all is ASCII: one layer, one byte each

    @classmethod
    def of(cls, words: Sequence[str]) -> _Text:
        encoded = _utf8(words, "<" + "><".join(words) + ">")
        data = np.frombuffer(encoded, np.int8)
        if encoded.isascii():
            return cls([data], None)
        first = np.flatnonzero((data & np.int8(-64)) != -128)  # 0b10…… continues a character
        width = np.diff(first, append=len(data)).astype(np.int8)
        layers = [data[first]]
        for nth in range(1, int(width.max())):
            at = np.flatnonzero(width > nth)
            layers.append(np.zeros(len(first), np.int8))
            layers[nth][at] = data[first[at] + nth]
        return cls(layers, width)

    def characters(
        self, starts: Num[np.ndarray, " words"], length: int
    ) -> tuple[UInt32[np.ndarray, " chars"], _Rest]:
        """Words of one length: first bytes, then (which, byte) of the second, third, fourth bytes.

        Bytes are sign-extended to 32 bits, as fastText's hash wants them.
        """
        lead = _stretches(self.layers[0], starts, length).astype(np.uint32)
        if self.width is None:
            return lead, []
        width = _stretches(self.width, starts, length)
        rest = []
        for nth in range(1, int(width.max())):
            at = np.flatnonzero(width > nth)
            rest.append((at, _stretches(self.layers[nth], starts, length)[at].astype(np.uint32)))
        return lead, rest


def _stretches(
    layer: Int8[np.ndarray, " chars"], starts: Num[np.ndarray, " words"], length: int
) -> Int8[np.ndarray, " some"]:
    """`length` entries from each start on, end to end. One item of that many bytes each: a plain copy."""
    items = np.ndarray(len(layer) - length + 1, f"V{length}", layer, strides=(1,))
    return items[starts].view(np.int8)


def _utf8(words: Sequence[str], text: str) -> bytes:
    """Encodes `text`, made of `words`, and names the word that cannot be encoded."""
    try:
        return text.encode()
    except UnicodeEncodeError:
        bad = next(word for word in words if any("\ud800" <= char <= "\udfff" for char in word))
        remedy = "it holds a lone surrogate, which UTF-8 does not encode; decode with errors='replace'"
        raise ValueError(f"word={bad!r}: {remedy}") from None
