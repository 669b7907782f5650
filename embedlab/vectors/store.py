"""Vectors of words as a thing to look at: a word's vector, its neighbours, analogies."""

from __future__ import annotations

import collections
import dataclasses
import functools
from collections.abc import Sequence
from typing import Any, overload

import numpy as np
from jaxtyping import Float, Int

from embedlab.base import ABSENT
from embedlab.checks import require, require_count
from embedlab.search.analogies import Method
from embedlab.search.index import EXACT, Index, Progress, make_index, require_index
from embedlab.vectors.cosines import centrality, cosines
from embedlab.vectors.report import Report
from embedlab.vectors.spelling import UnknownWord
from embedlab.vectors.terms import Terms, direction

_FLOATS = (np.float16, np.float32, np.float64)

#: Words and their scores, the best first.
Found = list[tuple[str, float]]


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class Vectors:
    """The vectors of a vocabulary.

    Searches are exact, and run by blocks on the device that JAX takes; where the first of them is made, unit
    vectors are laid out there, one copy of the matrix, which later changes of the matrix do not reach.

    Attributes:
        words: the words, in the order of the rows; the most frequent first, as most files have them.
        matrix: float [words, dim], of one of NumPy's own types.
        report: what a file that they were read from held beside them; None if they were not.
        fold_case: whether words that differ in case alone are one: the first of them stands for all.
        index: what searches: `exact`; `faiss` (its flat index, exact as well), or `faiss:` and a string of
            its index_factory, such as `faiss:HNSW32`, which is approximate.

    Raises:
        ValueError: the matrix is none, there are not as many words as rows, a word is no string, or one
            stands twice; an index that there is not.

    Example:
        >>> vectors = Vectors(("cat", "dog", "sun"), np.float32([[1, 0], [0.9, 0.1], [0, 1]]))
        >>> vectors["cat"].shape, vectors[["cat", "sun"]].shape   # [dim], [words, dim]
        ((2,), (2, 2))
        >>> vectors.neighbours("cat", k=1)[0][0]
        'dog'
        >>> vectors.doesnt_match(["cat", "dog", "sun"]), "cow" in vectors, len(vectors.restrict(2))
        ('sun', False, 2)

    Source: the habit of gensim's KeyedVectors.
    """

    words: tuple[str, ...]
    matrix: Float[np.ndarray, "words dim"]
    report: Report | None = None
    fold_case: bool = False
    index: str = EXACT

    def __post_init__(self) -> None:
        shown = _shown(self.matrix)
        remedy = "give a NumPy array, float [words, dim], as np.asarray(vectors, np.float32) is"
        require(_is_matrix(self.matrix), "matrix", shown, remedy)
        require(not isinstance(self.words, str), "words", self.words, "give a tuple of words, not one string")
        object.__setattr__(self, "words", tuple(self.words))
        if not all(issubclass(kind, str) for kind in set(map(type, self.words))):
            odd = next(word for word in self.words if not isinstance(word, str))
            require(False, "words", odd, "a word is a string")
        counts = f"{len(self.words)} words for {len(self.matrix)} vectors"
        require(len(self.words) == len(self.matrix), "words", counts, "give one each")
        rows = dict(zip(self.words, range(len(self.words)), strict=True))
        if len(rows) != len(self.words):
            ((twice, _),) = collections.Counter(self.words).most_common(1)
            raise ValueError(f"words: {twice!r} is there more than once; give each word once")
        require(isinstance(self.fold_case, bool), "fold_case", self.fold_case, "give True or False")
        require_index(self.index)
        if self.fold_case:
            rows = {word.upper(): row for row, word in reversed(list(enumerate(self.words)))}
        object.__setattr__(self, "_rows", rows)

    @classmethod
    def of_rows(
        cls, rows: dict[str, int], matrix: Float[np.ndarray, "words dim"], report: Report | None = None
    ) -> Vectors:
        """Vectors of words whose rows are known already, as a reader knows them; nothing is checked.

        Args:
            rows: each word's row, in their order: 0, 1, 2, …; it is kept, not copied.
            matrix: float [words, dim].
            report: what a file held beside them.

        Returns:
            What `Vectors(tuple(rows), matrix, report)` is, without its making a table of words again.

        Example:
            >>> Vectors.of_rows({"cat": 0, "dog": 1}, np.eye(2, dtype=np.float32)).row("dog")
            1

        Source: none.
        """
        made = cls.__new__(cls)
        fields = {"words": tuple(rows), "matrix": matrix, "report": report, "_rows": rows}
        for name, value in ({"fold_case": False, "index": EXACT} | fields).items():
            object.__setattr__(made, name, value)
        return made

    def __repr__(self) -> str:
        told = [f"{len(self)} words of dim {self.matrix.shape[1]}", str(self.matrix.dtype)]
        told += ["fold_case=True"] if self.fold_case else []
        told += [f"index={self.index!r}"] if self.index != EXACT else []
        return f"Vectors({', '.join(told)})"

    def __len__(self) -> int:
        return len(self.words)

    def __contains__(self, word: object) -> bool:
        return self._key(word) in self._rows  # type: ignore[attr-defined]

    def __getitem__(self, word: str | Sequence[str]) -> Float[np.ndarray, "*words dim"]:
        return self.matrix[self.row(word) if isinstance(word, str) else self._several(word)]

    def row(self, word: str) -> int:
        """The row of a word.

        Args:
            word: one of `words`.

        Returns:
            Its row in `matrix` [words, dim].

        Raises:
            KeyError: the word is not there; the nearest spelling is named.

        Example:
            >>> Vectors(("cat",), np.ones((1, 2), np.float32)).row("cat")
            0

        Source: none.
        """
        row = self._rows.get(self._key(word))  # type: ignore[attr-defined]
        if row is None:
            raise UnknownWord(word, self.words)
        return row

    def rows(self, words: Sequence[str]) -> Int[np.ndarray, " some"]:
        """The rows of several words.

        Args:
            words: some of `words`.

        Returns:
            int32 [some], their rows in `matrix`.

        Raises:
            KeyError: one of the words is not there.

        Example:
            >>> Vectors(("cat", "dog"), np.ones((2, 2), np.float32)).rows(["dog", "cat"])
            array([1, 0], dtype=int32)
        """
        return np.array([self.row(word) for word in words], np.int32)

    def restrict(self, n: int) -> Vectors:
        """The first n words alone, which are the most frequent where the file has them in that order.

        Args:
            n: how many; where there are fewer, all.

        Returns:
            Vectors of these words; the matrix is a view.

        Raises:
            ValueError: n is below 1.

        Example:
            >>> Vectors(("the", "cat"), np.ones((2, 2), np.float32)).restrict(1).words
            ('the',)
        """
        require_count("n", n)
        return dataclasses.replace(self, words=self.words[:n], matrix=self.matrix[:n])

    def folded(self) -> Vectors:
        """The same vectors with `fold_case`.

        Returns:
            Vectors that share the matrix.

        Example:
            >>> "CAT" in Vectors(("Cat", "dog"), np.ones((2, 2), np.float32)).folded()
            True
        """
        return dataclasses.replace(self, fold_case=True)

    def normalised(self) -> Vectors:
        """The same words with vectors of length 1; a zero vector stays zero.

        Returns:
            Vectors of the same type.

        Example:
            >>> Vectors(("cat",), np.float32([[3, 4]])).normalised().matrix
            array([[0.6, 0.8]], dtype=float32)
        """
        squares = np.einsum("nd,nd->n", self.matrix, self.matrix, dtype=np.float64)
        wide = np.promote_types(self.matrix.dtype, np.float32)  # a float16 ends at 65504
        lengths = np.sqrt(np.where(squares > 0, squares, 1)).astype(wide)
        unit = (self.matrix / lengths[:, None]).astype(self.matrix.dtype, copy=False)
        return dataclasses.replace(self, matrix=unit)

    @overload
    def neighbours(self, word: str, k: int = 10) -> Found: ...  # type: ignore[overload-overlap]
    @overload
    def neighbours(self, word: Sequence[str], k: int = 10) -> list[Found]: ...
    def neighbours(self, word: str | Sequence[str], k: int = 10) -> Found | list[Found]:
        """The k words whose vectors point nearest the same way: greatest `cos(e(word), e(other))`.

        Args:
            word: one of `words`, or several, which are searched for together.
            k: how many; where there are fewer other words, all of them.

        Returns:
            Words and cosines, the nearest first, the word itself left out, and those without a direction; a
            list of such lists for several words.

        Raises:
            KeyError: the word is not there.
            ValueError: `k` is below 1.

        Example:
            >>> v = Vectors(("a", "b", "c"), np.float32([[1, 0], [1, 1], [-1, 0]]))   # [words, dim]
            >>> [(word, round(cosine, 3)) for word, cosine in v.neighbours("a", k=2)]
            [('b', 0.707), ('c', -1.0)]
            >>> [found[0][0] for found in v.neighbours(["a", "c"])]
            ['b', 'b']

        Reference: Mikolov et al. 2013, "Linguistic regularities in continuous space word representations".
        """
        require_count("k", k)
        asked = [word] if isinstance(word, str) else list(word)
        queries = self.matrix[self.rows(asked)]
        out = self._left_out([[each] for each in asked])
        found = self._named(self._index.nearest(queries, min(int(k), len(self)), out))
        return found[0] if isinstance(word, str) else found

    def most_similar(self, positive: Terms = (), negative: Terms = (), k: int = 10) -> Found:
        """The k words nearest to the mean of some words or vectors, less others: 3CosAdd.

        `argmax_d cos(d, Σ w_i u_i)`, u_i the unit vector of a word, or a vector as it is given, and w_i 1, −1
        for what is negative, or the weight in a pair.

        Args:
            positive: a word, a vector [dim], or a list of words, vectors and pairs of either with a weight.
            negative: the same, with opposite sign.
            k: how many; where there are fewer other words, all of them.

        Returns:
            Words and cosines, the nearest first, the words that were given left out.

        Raises:
            KeyError: a word is not there.
            ValueError: nothing is given, a vector has another shape, or `k` is below 1.

        Example:
            >>> v = Vectors(("man", "king", "woman", "queen"), np.float32([[1, 0], [1, 1], [0, 0.1], [0, 1]]))
            >>> v.most_similar(["king", "woman"], "man", k=1)[0][0]
            'queen'
            >>> v.most_similar(np.float32([1, 1]), k=1)[0][0]   # [dim]
            'king'

        Reference: Mikolov et al. 2013, "Linguistic regularities in continuous space word representations"; as
        gensim's `KeyedVectors.most_similar`.
        """
        require_count("k", k)
        query, given = direction(positive, negative, self.matrix, self.row)
        out = self._left_out([given])
        return self._named(self._index.nearest(query[None], min(int(k), len(self)), out))[0]

    @overload
    def analogy(  # type: ignore[overload-overlap]
        self, a: str, b: str, c: str, k: int = 10, method: Method = "3cosadd"
    ) -> Found: ...
    @overload
    def analogy(
        self,
        a: Sequence[str],
        b: Sequence[str],
        c: Sequence[str],
        k: int = 10,
        method: Method = "3cosadd",
        progress: Progress | None = None,
    ) -> list[Found]: ...
    def analogy(
        self,
        a: str | Sequence[str],
        b: str | Sequence[str],
        c: str | Sequence[str],
        k: int = 10,
        method: Method = "3cosadd",
        progress: Progress | None = None,
    ) -> Found | list[Found]:
        """The k words that best complete "a is to b as c is to …". See `embedlab.search.solve`.

        Args:
            a: a word, or the first word of each of several questions.
            b: a word, or as many.
            c: a word, or as many.
            k: how many answers.
            method: `3cosadd` or `3cosmul`.
            progress: called with the questions answered, and their number.

        Returns:
            Words and scores, the best first, a, b and c left out; a list of such lists for several questions.

        Raises:
            KeyError: a word is not there.
            ValueError: `k` is below 1, the method is none, or there are not as many a, b and c.

        Example:
            >>> v = Vectors(("man", "king", "woman", "queen"), np.float32([[1, 0], [1, 1], [0, 0.1], [0, 1]]))
            >>> v.analogy("man", "king", "woman", k=1)[0][0]
            'queen'

        Reference: Levy & Goldberg 2014, "Linguistic regularities in sparse and explicit word
        representations".
        """
        require_count("k", k)
        one = isinstance(a, str)
        sides = [[side] if isinstance(side, str) else list(side) for side in (a, b, c)]
        counts = [len(side) for side in sides]
        require(len(set(counts)) == 1, "a, b, c", counts, "give as many of each")
        questions = np.stack([self.rows(side) for side in sides], 1)
        out = self._left_out(list(zip(*sides, strict=True)))
        found = self._index.solve(questions, min(int(k), len(self)), out, method, progress)
        return self._named(found)[0] if one else self._named(found)

    @overload
    def similarity(self, a: str, b: str) -> float: ...  # type: ignore[overload-overlap]
    @overload
    def similarity(self, a: Sequence[str], b: Sequence[str]) -> Float[np.ndarray, " pairs"]: ...
    def similarity(
        self, a: str | Sequence[str], b: str | Sequence[str]
    ) -> float | Float[np.ndarray, " pairs"]:
        """The cosine of two words' vectors, `uᵀv / (‖u‖ ‖v‖)`, in float64.

        Args:
            a: a word, or the first word of each of several pairs.
            b: a word, or as many.

        Returns:
            The cosine; float64 [pairs] for several. 0 where a vector is zero.

        Raises:
            KeyError: a word is not there.
            ValueError: there are not as many a as b.

        Example:
            >>> round(Vectors(("a", "b"), np.float32([[1, 0], [1, 1]])).similarity("a", "b"), 4)
            0.7071

        Source: the cosine; as gensim's `KeyedVectors.similarity`.
        """
        if isinstance(a, str) and isinstance(b, str):
            return float(self.similarity([a], [b])[0])
        require(len(a) == len(b), "a, b", [len(a), len(b)], "give as many of each")
        return cosines(self[list(a)], self[list(b)])

    def doesnt_match(self, words: Sequence[str]) -> str:
        """The word that goes least with the others: least `cos(u, mean of all u)`, u of length 1.

        Args:
            words: two words or more.

        Returns:
            One of them; of several that go as little, the first.

        Raises:
            KeyError: a word is not there.
            ValueError: there are fewer than two words.

        Example:
            >>> v = Vectors(("cat", "dog", "sun"), np.float32([[1, 0], [0.9, 0.1], [0, 1]]))
            >>> v.doesnt_match(["dog", "sun", "cat"])
            'sun'

        Source: as gensim's `KeyedVectors.doesnt_match`.
        """
        require(not isinstance(words, str) and len(words) > 1, "words", words, "give two words or more")
        return list(words)[int(centrality(self[list(words)]).argmin())]

    @functools.cached_property
    def _index(self) -> Index:
        return make_index(self.index, self.matrix)

    @functools.cached_property
    def _variants(self) -> dict[str, list[int]]:
        """The rows of each word, where those that differ in case alone are one."""
        found: dict[str, list[int]] = {}
        for row, word in enumerate(self.words):
            found.setdefault(word.upper(), []).append(row)
        return found

    def _several(self, words: Any) -> Any:
        """Rows of a list of words; of anything else, that it is no word."""
        return self.rows(words) if isinstance(words, list | tuple) else self.row(words)

    def _key(self, word: Any) -> Any:
        return word.upper() if self.fold_case and isinstance(word, str) else word

    def _left_out(self, asked: Sequence[Sequence[str]]) -> Int[np.ndarray, "asked some"]:
        """The rows of the words of each question, however they are written; `ABSENT` beyond them."""
        rows = [[row for word in words for row in self._same(word)] for words in asked]
        most = max(map(len, rows), default=0)
        out = np.full((len(rows), 1 << max(most - 1, 0).bit_length()), ABSENT, np.int32)
        for some, line in zip(rows, out, strict=True):
            line[: len(some)] = some
        return out

    def _same(self, word: str) -> list[int]:
        return self._variants[word.upper()] if self.fold_case else [self.row(word)]

    def _named(self, found: Any) -> list[Found]:
        pairs = zip(found.indices.tolist(), found.scores.tolist(), strict=True)
        return [
            [(self.words[row], score) for row, score in zip(*each, strict=True) if row != ABSENT]
            for each in pairs
        ]


def _is_matrix(array: object) -> bool:
    return isinstance(array, np.ndarray) and array.ndim == 2 and array.dtype in _FLOATS


def _shown(array: object) -> str:
    return f"{array.dtype} {array.shape}" if isinstance(array, np.ndarray) else type(array).__name__
