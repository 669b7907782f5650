"""A whole fastText model: its dictionary, its table of words and n-grams, and what it predicts with."""

from __future__ import annotations

import dataclasses
import os
from typing import Any, Literal

import jax.numpy as jnp
import numpy as np
from jaxtyping import Float32, Int64

from embedlab.base import ABSENT, Variables
from embedlab.dense import Dense
from embedlab.subword import Subword
from embedlab.vectors.reading._errors import Damaged
from embedlab.vectors.reading._fasttext_vectors import means, rows_of_ngrams, vectors_of
from embedlab.vectors.reading._options import Options
from embedlab.vectors.reading._source import Progress, opened
from embedlab.vectors.store import Vectors


@dataclasses.dataclass(frozen=True)
class Settings:
    """What a model was trained with, by fastText's names.

    Attributes:
        dim: width of a vector.
        window: words to each side, at most.
        epoch: passes over the text.
        min_count: times that a word occurs, at least.
        negatives: words drawn against each real one.
        word_ngrams: words that are taken together, at most.
        loss: what is minimised.
        model: `cbow`, `skipgram` or `supervised`.
        buckets: rows for n-grams.
        minn: characters of the shortest n-gram.
        maxn: of the longest; 0 for none.
        rate_every: tokens between two updates of the rate.
        sample: threshold of subsampling.

    Example:
        >>> Settings(
        ...     dim=100, window=5, epoch=5, min_count=5, negatives=5, word_ngrams=1,
        ...     loss="negative-sampling", model="skipgram", buckets=2_000_000, minn=3, maxn=6,
        ...     rate_every=100, sample=1e-4,
        ... ).model
        'skipgram'

    Source: fastText 0.9.3, Args.
    """

    dim: int
    window: int
    epoch: int
    min_count: int
    negatives: int
    word_ngrams: int
    loss: Literal["hierarchical-softmax", "negative-sampling", "softmax", "one-vs-all"]
    model: Literal["cbow", "skipgram", "supervised"]
    buckets: int
    minn: int
    maxn: int
    rate_every: int
    sample: float


@dataclasses.dataclass(frozen=True, eq=False)
class FastText:
    """A model of fastText, as it lies in a `.bin` file.

    Attributes:
        settings: what it was trained with.
        words: the words, as they are in the file: UTF-8, if nothing is wrong.
        counts: int64 [words], how often each was in the text.
        labels: of a supervised model, the labels.
        label_counts: int64 [labels].
        tokens: words of the text it was trained on.
        table: float32 [words + buckets, dim], the rows of words and of n-grams behind them.
        output: float32 [labels or words, dim], what its loss compares with.
        numbered: whether the file's format has a number. Those before gave the sentence end n-grams.

    Example:
        >>> settings = Settings(2, 5, 5, 1, 5, 1, "softmax", "supervised", 0, 0, 0, 100, 1e-4)
        >>> table, output = np.float32([[1, 2], [3, 4]]), np.zeros((1, 2), np.float32)   # [rows, dim]
        >>> counts = np.array([3, 1])
        >>> names, labels = [b"cat", b"dog"], [b"__label__x"]
        >>> model = FastText(settings, names, counts, labels, counts[:1], 4, table, output)
        >>> model.vector("dog"), model.vector("cow")
        (array([3., 4.], dtype=float32), array([0., 0.], dtype=float32))
        >>> model.vectors(only=["dog"]).words
        ('dog',)
        >>> model.spec.table_shapes, model.variables().tables["table"].shape
        ({'table': (2, 2)}, (2, 2))

    Source: Bojanowski et al. 2017; the file format is that of fastText 0.9.3, versions 11 and 12, and of the
    versions before there was a number.
    """

    settings: Settings
    words: list[bytes]
    counts: Int64[np.ndarray, " words"]
    labels: list[bytes]
    label_counts: Int64[np.ndarray, " labels"]
    tokens: int
    table: Float32[np.ndarray, "rows dim"]
    output: Float32[np.ndarray, "outputs dim"]
    numbered: bool = True

    def __contains__(self, word: str) -> bool:
        try:
            return word.encode() in self._rows
        except UnicodeEncodeError:  # a lone surrogate, which no file holds
            return False

    @property
    def spec(self) -> Subword | Dense:
        """The embedding that it is: `Subword`, with a row a word and its buckets; `Dense` without n-grams."""
        s = self.settings
        if not s.maxn or not s.buckets:
            return Dense(len(self.words), s.dim)
        return Subword(len(self.words), s.dim, s.buckets, max(s.minn, 1), s.maxn)

    def variables(self) -> Variables:
        """The arrays of `spec`, copied from the file: they may be trained on."""
        spec, tables = self.spec, {"table": jnp.array(self.table[: self.spec.table_shapes["table"][0]])}
        if isinstance(spec, Dense):
            return Variables(tables)
        return Variables(tables, buffers={"ngrams": jnp.asarray(rows_of_ngrams(self, self.words))})

    def vector(self, word: str) -> Float32[np.ndarray, " dim"]:
        """The vector of any word, one that the model never saw too: the mean of its rows.

        Args:
            word: of the dictionary, or another one, which has its n-grams alone.

        Returns:
            float32 [dim]; zeros where a word has no row at all.
        """
        raw = word.encode()
        row = self._rows.get(raw)
        return means(self, [raw], np.array([ABSENT if row is None else row]))[0]

    def vectors(self, **how: Any) -> Vectors:
        """The vectors of all words of the dictionary: each the mean of its own row and its n-grams'.

        Args:
            how: what `read` takes of `only`, `dtype`, `limit`, `duplicates`, `non_finite`, `utf8`.

        Returns:
            float [words, dim].

        Raises:
            ValueError: as `read` does.
        """
        return vectors_of(self, Options(**how))

    @property
    def _rows(self) -> dict[bytes, int]:
        found = self.__dict__.get("_row_of")
        if found is None:
            found = {word: i for i, word in enumerate(self.words)}
            self.__dict__["_row_of"] = found
        return found


def read_fasttext(
    path: str | os.PathLike[str],
    *,
    member: str | None = None,
    most_bytes: int | None = None,
    progress: Progress | None = None,
) -> FastText:
    """Reads a whole fastText model, n-grams and all. Of a file that is not compressed the tables stay there.

    Args:
        path: a `.bin` file; a quantised one (`.ftz`) can't be read.
        member: of a zip, the name of the file, where there are several.
        most_bytes: that a compressed file may expand to; None for 100 times its size and 64 MiB.
        progress: called with the bytes taken of the file, and its size.

    Returns:
        The model; its table [words + buckets, dim].

    Raises:
        ValueError: there is no such file, or it is no model, quantised, damaged or cut off.

    Example:
        >>> read_fasttext("none.bin")
        Traceback (most recent call last):
        ValueError: path='none.bin': No such file or directory; give a file of vectors

    Source: the format of fastText 0.9.3; Bojanowski et al. 2017.
    """
    from embedlab.vectors.reading._fasttext_file import read_model

    with opened(path, member=member, most_bytes=most_bytes, progress=progress) as source:
        try:
            return read_model(source)
        except Damaged as error:
            raise ValueError(f"path={os.fspath(path)!r}: {error}") from None
