"""From words to the ids that an embedding takes: by a vocabulary, by spelling, or hashed without either."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

import numpy as np
from jaxtyping import Int32

from embedlab.text import Vocabulary
from experiments.documents.prepare import numbering, own_buffers

_BITS = 31  # of a hashed word: what an int32 id holds


def in_one_line(word: str) -> str:
    r"""A word as a line of a file has it: one with an end of line in it, of any kind, in quotes and escaped.

    Args:
        word: made of an id or a value that a user gave, which may hold anything.

    Example:
        >>> print(in_one_line("item=bread"), in_one_line("item=Doe,\nJane"))
        item=bread 'item=Doe,\nJane'
    """
    return word if word.splitlines() in ([], [word]) else repr(word)


def takes_any_word(spec: Any) -> bool:
    """Whether an embedding needs no vocabulary: `Hashed(vocabulary=None, …)`.

    Example:
        >>> import embedlab
        >>> takes_any_word(embedlab.Hashed(None, 4, buckets=10)), takes_any_word(embedlab.Dense(10, 4))
        (True, False)
    """
    return getattr(spec, "vocabulary", 0) is None


def hashed_words(words: Sequence[str]) -> Int32[np.ndarray, " words"]:
    """The id of each word where there is no vocabulary: 31 bits of BLAKE2b of its UTF-8, the same everywhere.

    Two given words share an id with a chance of 2⁻³¹; of a million, each with one in two thousand.

    Args:
        words: any strings.

    Example:
        >>> hashed_words(["user=17", "user=17", "item=17"]) == hashed_words(["user=17"])
        array([ True,  True, False])
    """
    digests = (hashlib.blake2b(word.encode("utf-8", "surrogatepass"), digest_size=4) for word in words)
    found = np.frombuffer(b"".join(digest.digest() for digest in digests), "<u4")
    # Below 2³¹ − 1, which stands for no id at all.
    return (found >> (32 - _BITS)).clip(max=2**_BITS - 2).astype(np.int32)


def numbered(
    spec: Any, vocabulary: Vocabulary, words: Sequence[str]
) -> tuple[Int32[np.ndarray, " words"], dict[str, np.ndarray]]:
    """The id of each word, and the embedding's buffers for these ids.

    - `Hashed(vocabulary=None)`: every word has the id that its hash gives, seen in training or not.
    - `Subword`: every word has an id; unknown ones get ids behind the vocabulary's, and buffers to match.
    - any other: an unknown word is id 1.

    Args:
        spec: the embedding.
        vocabulary: its words.
        words: distinct words, known or not.

    Example:
        >>> import embedlab
        >>> vocabulary = Vocabulary.build([["a", "b", "a"]])
        >>> numbered(embedlab.Dense(4, 2), vocabulary, ["b", "c"])
        (array([3, 1], dtype=int32), {})
    """
    if takes_any_word(spec):
        return hashed_words(words), {}
    return numbering(spec, vocabulary, words)


def own_numbers(
    spec: Any, vocabulary: Vocabulary
) -> tuple[Int32[np.ndarray, " words"], dict[str, np.ndarray]]:
    """The id of each of the vocabulary's words as the embedding takes it, and the buffers for these alone.

    Args:
        spec: the embedding.
        vocabulary: its words.

    Raises:
        ValueError: the embedding refuses its buffers.
    """
    if takes_any_word(spec):
        return hashed_words(vocabulary.words), {}
    return np.arange(len(vocabulary), dtype=np.int32), own_buffers(spec, vocabulary)
