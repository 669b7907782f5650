"""Which id a word has."""

from __future__ import annotations

import collections
import dataclasses
import functools
import itertools
import json
import operator
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from jaxtyping import Int32, Integer

from embedlab.checks import require, require_count
from embedlab.files import write_whole

_FORMAT = "embedlab.vocabulary"
_VERSION = 1


@dataclasses.dataclass(frozen=True, repr=False)
class Vocabulary:
    """Words and their ids: 0 is padding, 1 is any word out of the vocabulary (OOV), then the words.

    Words are numbered by falling count, ties by their code points, so equal counts give equal ids.

    Ids 0 and 1 are no words. A text that really holds the token "<pad>" or "<unk>" has it counted and
    numbered from 2 on like any other (or it is OOV): no token ever encodes to the padding id.

    Attributes:
        words: one string an id; the first two, "<pad>" and "<unk>", are names for display.
        counts: how often each id occurred; 0 for padding, for OOV all the tokens left out.
        PADDING: the padding id, 0.
        OOV: the out-of-vocabulary id, 1.
        SPECIAL: the names of these two.

    Raises:
        ValueError: if the first two words are not the names, a word is there twice, or the counts are
            not one a word.

    Example:
        >>> vocabulary = Vocabulary.build([["the", "cat", "the"], ["a", "cat"]])
        >>> vocabulary.words
        ('<pad>', '<unk>', 'cat', 'the', 'a')
        >>> vocabulary.encode(["the", "dog"])
        array([3, 1], dtype=int32)

    Source: the usual word list of word2vec and fastText, with padding and OOV as ids of their own.
    """

    words: tuple[str, ...]
    counts: tuple[int, ...]

    PADDING: ClassVar[int] = 0
    OOV: ClassVar[int] = 1
    SPECIAL: ClassVar[tuple[str, str]] = ("<pad>", "<unk>")

    def __post_init__(self) -> None:
        require(self.words[:2] == self.SPECIAL, "words", self.words[:2], f"begin with {self.SPECIAL}")
        if len(self._ids) != len(self.words) - len(self.SPECIAL):
            ((twice, _),) = collections.Counter(self.words[2:]).most_common(1)
            raise ValueError(f"words: {twice!r} is there more than once; give each word one id")
        sizes = f"{len(self.counts)} counts for {len(self.words)} words"
        require(len(self.counts) == len(self.words), "counts", sizes, "give one count a word")
        require(min(self.counts) >= 0, "counts", min(self.counts), "a count is not negative")

    @classmethod
    def build(
        cls, documents: Iterable[Sequence[str]], *, min_count: int = 1, max_size: int | None = None
    ) -> Vocabulary:
        """Counts the tokens of documents and numbers the words.

        Args:
            documents: one sequence of tokens each; any iterable, read once.
            min_count: words that occur less often are OOV.
            max_size: the most ids there may be, padding and OOV counted, so that it is the number of
                rows an embedding needs; None for no bound. The most frequent words stay.

        Returns:
            The vocabulary.

        Raises:
            ValueError: if a document is a plain string, a token is no string, or a number is out of range.

        Example:
            >>> Vocabulary.build([["b", "a", "b"]], max_size=3)
            Vocabulary(3 ids: <pad> <unk> b; 2 of 3 tokens known)
        """
        counter: collections.Counter[str] = collections.Counter()
        for document in documents:
            counter.update(_tokens(document))
        return cls.of_counts(counter, min_count=min_count, max_size=max_size)

    @classmethod
    def of_counts(
        cls, counts: Mapping[str, int], *, min_count: int = 1, max_size: int | None = None
    ) -> Vocabulary:
        """Numbers words that are counted already.

        Args:
            counts: how often each word occurs; a word of count 0 is none.
            min_count: as for `build`.
            max_size: as for `build`.

        Returns:
            The vocabulary; that of `build` on documents with these counts.

        Raises:
            ValueError: if a word is no string, or a number is out of range.

        Example:
            >>> Vocabulary.of_counts({"b": 2, "a": 1, "c": 0}, max_size=3)
            Vocabulary(3 ids: <pad> <unk> b; 2 of 3 tokens known)
        """
        require_count("min_count", min_count)
        if max_size is not None:
            require_count("max_size", max_size, len(cls.SPECIAL))
        for token in (token for token in counts if not isinstance(token, str)):
            require(False, "token", token, "a token is a string")
        # By count, and equal ones by word: two sorts, the second stable, without a line of Python an item.
        frequent = sorted(item for item in counts.items() if item[1] >= min_count)
        frequent.sort(key=operator.itemgetter(1), reverse=True)
        kept = frequent if max_size is None else frequent[: max_size - len(cls.SPECIAL)]
        words, numbers = zip(*kept, strict=True) if kept else ((), ())
        return cls((*cls.SPECIAL, *words), (0, sum(counts.values()) - sum(numbers), *numbers))

    def __len__(self) -> int:
        return len(self.words)

    def __contains__(self, word: object) -> bool:
        """Whether the word has an id of its own; the names of the two special ids do not count."""
        return word in self._ids

    def __repr__(self) -> str:
        shown = " ".join(self.words[:8]) + (" …" if len(self) > 8 else "")
        total = sum(self.counts)
        return f"Vocabulary({len(self):,} ids: {shown}; {total - self.counts[1]:,} of {total:,} tokens known)"

    def id(self, word: str) -> int:
        """The id of a word; `OOV` if it has none.

        Args:
            word: any string.

        Returns:
            Its id; that of a special name only where a text held the name as a token.

        Example:
            >>> vocabulary = Vocabulary.build([["cat"]])
            >>> vocabulary.id("cat"), vocabulary.id("dog"), vocabulary.id("<pad>")
            (2, 1, 1)
        """
        return self._ids.get(word, self.OOV)

    def encode(self, tokens: Sequence[str]) -> Int32[np.ndarray, " tokens"]:
        """Tokens → ids.

        Args:
            tokens: the tokens of one document.

        Returns:
            int32 [tokens]; `OOV` where a token is not in the vocabulary.

        Raises:
            ValueError: if `tokens` is a plain string.

        Example:
            >>> Vocabulary.build([["cat"]]).encode(["a", "cat", "<pad>"])
            array([1, 2, 1], dtype=int32)
        """
        found = map(self._ids.get, _tokens(tokens), itertools.repeat(self.OOV))
        return np.fromiter(found, np.int32, len(tokens))

    def encode_all(self, documents: Iterable[Sequence[str]]) -> list[Int32[np.ndarray, " tokens"]]:
        """Documents of tokens → one array of ids each, as `encode` gives.

        Args:
            documents: one sequence of tokens each.

        Returns:
            One int32 [tokens] a document.

        Raises:
            ValueError: if a document is a plain string.

        Example:
            >>> Vocabulary.build([["cat"]]).encode_all([["a", "cat"], []])
            [array([1, 2], dtype=int32), array([], dtype=int32)]
        """
        return [self.encode(tokens) for tokens in documents]

    def decode(self, ids: Sequence[int] | Integer[np.ndarray, " n"]) -> list[str]:
        """Ids → words; the two special ids give their names.

        Args:
            ids: integers [n].

        Returns:
            One word an id.

        Raises:
            ValueError: if `ids` is no plain sequence, or an id is none of the vocabulary's.

        Example:
            >>> Vocabulary.build([["cat"]]).decode([2, 1, 0])
            ['cat', '<unk>', '<pad>']
        """
        try:
            array = np.asarray(ids)
        except ValueError:  # sequences of different lengths
            array = np.empty((0, 0))
        require(array.ndim == 1, "ids", ids, "give a sequence of ids, [n]; of a batch, decode row by row")
        numbers = array.tolist()
        for number in numbers:
            known = isinstance(number, int) and not isinstance(number, bool) and 0 <= number < len(self)
            require(known, "id", number, f"give whole numbers from 0 to {len(self) - 1}")
        return [self.words[number] for number in numbers]

    def save(self, path: str | os.PathLike[str]) -> None:
        """Writes the vocabulary as JSON, whole or not at all.

        Args:
            path: the file; one that is there is replaced.

        Raises:
            OSError: if it cannot be written; a file that was there is then as it was.

        Example:
            >>> import tempfile
            >>> path = tempfile.mkdtemp() + "/vocabulary.json"
            >>> Vocabulary.build([["cat"]]).save(path)
            >>> Vocabulary.load(path)
            Vocabulary(3 ids: <pad> <unk> cat; 1 of 1 tokens known)
        """
        content = {"format": _FORMAT, "version": _VERSION, "words": self.words[2:], "counts": self.counts}
        data = json.dumps(content).encode("ascii")  # escaped, so that any string survives
        write_whole({Path(path): lambda file: file.write(data)})

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Vocabulary:
        """Reads what `save` wrote.

        Args:
            path: the file.

        Returns:
            The vocabulary, equal to the one saved.

        Raises:
            ValueError: if there is no such file, or it is not what `save` writes.

        Example:
            >>> Vocabulary.load("none.json")
            Traceback (most recent call last):
            ValueError: path='none.json': no such file; give one that Vocabulary.save wrote
        """
        path = Path(path)
        require(path.is_file(), "path", str(path), "no such file; give one that Vocabulary.save wrote")
        try:
            content = json.loads(path.read_bytes())
            return cls(*_fields(content))
        except (OSError, ValueError, RecursionError) as error:
            remedy = "give a file that Vocabulary.save wrote"
            raise ValueError(f"path={str(path)!r}: no vocabulary ({error}); {remedy}") from error

    @functools.cached_property
    def _ids(self) -> dict[str, int]:
        first = len(self.SPECIAL)
        return dict(zip(self.words[first:], range(first, len(self.words)), strict=True))


def _tokens(document: Sequence[str]) -> Sequence[str]:
    """The document, unless it is a string: iterating that would count its characters."""
    require(not isinstance(document, str), "document", document, "split the text into tokens first")
    return document


def _fields(content: Any) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """Words and counts out of parsed JSON, type by type."""
    if not isinstance(content, dict) or content.get("format") != _FORMAT:
        raise ValueError(f"not in the format {_FORMAT!r}")
    if content.get("version") != _VERSION:
        raise ValueError(f"version {content.get('version')!r}, known is {_VERSION}")
    words, counts = content.get("words"), content.get("counts")
    if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
        raise ValueError("'words' is no list of strings")
    if not isinstance(counts, list) or not all(type(count) is int for count in counts):
        raise ValueError("'counts' is no list of whole numbers")
    return (*Vocabulary.SPECIAL, *words), tuple(counts)
