"""Documents as numbers of words, end to end in one array: little to keep, quick to count and to recode."""

from __future__ import annotations

import dataclasses
import functools
import itertools
import tempfile
from array import array
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import IO

import numpy as np
from jaxtyping import Bool, Int, Int32, Int64, Integer

from embedlab.text import Tokenise
from experiments.config import Text
from experiments.data.equal import equal_groups

_BLOCK = 2**17  # words written, or documents looked at, at a time
_WORDS = 2**20  # of documents that are read at once, each a few dozen bytes on the way


@dataclasses.dataclass(frozen=True, eq=False)
class Corpus:
    """Documents of words, each word a number in the order of its first appearance.

    Attributes:
        words: the distinct words.
        tokens: int32 [tokens], the number of each word of each document; in memory, or mapped from a file.
        starts: int64 [documents + 1], where each document begins in `tokens`, and where the last one ends.
        firsts: int64 [documents], of pairs of texts how many words are the first's; the others are the
            second's. None where documents are single texts.
        cut: bool [documents], whether words of a document, or of either of a pair, were cut off; None where
            nothing is known of it.

    Example:
        >>> corpus = gathered([["a", "b", "a"], [], ["b"]])
        >>> corpus.words, corpus.tokens, corpus.starts
        (('a', 'b'), array([0, 1, 0, 1], dtype=int32), array([0, 3, 3, 4]))
    """

    words: tuple[str, ...]
    tokens: Int32[np.ndarray, " tokens"]
    starts: Int64[np.ndarray, " documents_and_one"]
    firsts: Int64[np.ndarray, " documents"] | None = None
    cut: Bool[np.ndarray, " documents"] | None = None

    def __len__(self) -> int:
        return len(self.starts) - 1

    @property
    def lengths(self) -> Int64[np.ndarray, " documents"]:
        """How many words each document has."""
        return np.diff(self.starts)

    @functools.cached_property
    def equal(self) -> Int32[np.ndarray, " documents"]:
        """Groups of documents that are equal as they are read, numbered in the order of their first ones.

        Example:
            >>> gathered([["b"], ["a"], ["b"]]).equal
            array([0, 1, 0], dtype=int32)
        """
        keys = (self.tokens[start:end].tobytes() for start, end in self._ends())
        if self.firsts is not None:  # equal pairs are parted at the same place too
            keys = (key + first.tobytes() for key, first in zip(keys, self.firsts, strict=True))
        return equal_groups(keys)

    def places(self, rows: Integer[np.ndarray, " rows"]) -> Int64[np.ndarray, " tokens"]:
        """Where the words of some documents lie in `tokens`, document after document."""
        lengths = self.lengths_of(rows)
        before = np.cumsum(lengths) - lengths
        return np.repeat(self.starts[rows] - before, lengths) + np.arange(lengths.sum())

    def lengths_of(self, rows: Integer[np.ndarray, " rows"]) -> Int64[np.ndarray, " rows"]:
        """How many words each of some documents has."""
        return self.starts[rows + 1] - self.starts[rows]

    def blocks(self, rows: Integer[np.ndarray, " rows"]) -> Iterator[Integer[np.ndarray, " block"]]:
        """Rows, so many at a time that their words are about a million, whatever the corpus holds.

        Example:
            >>> [block.tolist() for block in gathered([["a"], [], ["b"]]).blocks(np.array([2, 0]))]
            [[2, 0]]
        """
        ends = np.cumsum(self.lengths_of(rows))
        first = 0
        while first < len(rows):
            most = (ends[first - 1] if first else 0) + _WORDS
            last = max(first + 1, int(np.searchsorted(ends, most, "right")))
            yield rows[first:last]
            first = last

    def _ends(self) -> Iterator[tuple[int, int]]:
        """Where each document begins in `tokens`, and where it ends."""
        for first in range(0, len(self), _BLOCK):
            yield from itertools.pairwise(self.starts[first : first + _BLOCK + 1].tolist())

    def counts(self, rows: Integer[np.ndarray, " rows"]) -> Int[np.ndarray, " words"]:
        """How often each word occurs in some documents."""
        found = np.zeros(len(self.words), np.int64)
        for block in self.blocks(rows):
            found += np.bincount(self.tokens[self.places(block)], minlength=len(self.words))
        return found

    @property
    def longest(self) -> Int64[np.ndarray, " documents"]:
        """How many words each text has; of a pair the longer one."""
        lengths = self.lengths
        return lengths if self.firsts is None else np.maximum(self.firsts, lengths - self.firsts)

    def documents(self, rows: Integer[np.ndarray, " rows"]) -> list[list[str]]:
        """The words of some documents, as strings."""
        return [
            [self.words[number] for number in self.tokens[self.starts[row] : self.starts[row + 1]].tolist()]
            for row in rows
        ]


def tokenise(texts: Iterable[str], text: Text, cut: array[int] | None = None) -> Iterator[list[str]]:
    """Texts → words, each document cut to `text.max_length`; then its n-grams, where `text.ngrams` has any.

    Args:
        texts: the documents.
        text: how they become words.
        cut: gets 1 for each document whose words were cut off, and 0 for each other.

    Example:
        >>> from experiments.config import Text
        >>> list(tokenise(["Not so good."], Text(words_only=True, ngrams=2)))
        [['not', 'so', 'good', 'not so', 'so good']]
    """
    split = Tokenise(lower=text.lower)
    for document in texts:
        words = split(document.replace("_", " ") if text.words_only else document)
        if text.words_only:
            words = [word for word in words if word[0].isalnum()]
        if cut is not None:
            cut.append(len(words) > text.max_length)
        words = words[: text.max_length]
        runs = [
            " ".join(words[first : first + n])
            for n in range(2, text.ngrams + 1)
            for first in range(len(words) - n + 1)
        ]
        yield words + runs


def is_run(word: str) -> bool:
    """Whether it is an n-gram of several words: no word holds a space."""
    return " " in word


def gathered(documents: Iterable[Sequence[str]], folder: Path | None = None) -> Corpus:
    """The corpus of documents of words.

    Args:
        documents: the words of each.
        folder: where a temporary file holds their numbers, which is gone when the process is; None to hold
            them in memory.

    Raises:
        OSError: the file can't be written: the disk is full, say.
    """
    numbers = _Numbers()
    tokens, starts, file = array("i"), array("q", [0]), None if folder is None else _temporary(folder)
    for document in documents:
        tokens.extend(map(numbers.__getitem__, document))
        starts.append(starts[-1] + len(document))
        if file is not None and len(tokens) >= _BLOCK:
            file.write(tokens)
            tokens = array("i")
    if file is not None:
        file.write(tokens)
        file.flush()
    stored = np.array(tokens, np.int32) if file is None or not starts[-1] else _mapped(file)
    return Corpus(tuple(numbers), stored, np.array(starts, np.int64))


class _Numbers(dict[str, int]):
    """The number of each word, by its first appearance; a known word is found without a line of Python."""

    def __missing__(self, word: str) -> int:
        number = self[word] = len(self)
        return number


def gathered_pairs(
    first: Iterable[Sequence[str]], second: Iterable[Sequence[str]], folder: Path | None = None
) -> Corpus:
    """The corpus of pairs of documents: the words of the first, then those of the second.

    Args:
        first: the words of each pair's first document.
        second: and of its second.
        folder: as for `gathered`.

    Example:
        >>> gathered_pairs([["a", "b"]], [["b"]]).firsts
        array([2])
    """
    firsts = array("q")

    def both() -> Iterator[Sequence[str]]:
        for one, other in zip(first, second, strict=True):
            firsts.append(len(one))
            yield [*one, *other]

    corpus = gathered(both(), folder)
    return dataclasses.replace(corpus, firsts=np.array(firsts, np.int64))


def _temporary(folder: Path) -> IO[bytes]:
    return tempfile.TemporaryFile(dir=folder)


def _mapped(file: IO[bytes]) -> np.ndarray:
    """The file's numbers, read as they are asked for."""
    return np.memmap(file, np.int32, mode="r")
