"""Subword: a word is the mean of its character n-grams' rows, as in fastText."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any, ClassVar

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, PRNGKeyArray

from embedlab.base import ABSENT, Lookup, Variables, namespace
from embedlab.checks import plain_fields, require, require_count, require_table
from embedlab.initialisers import Initialiser, ScaledNormal, draw, require_initialiser
from embedlab.linear import weighted_sum
from embedlab.text.ngrams import Words, ngram_rows, spellings


@dataclasses.dataclass(frozen=True)
class Subword:
    """The mean of a word's rows: `e(w) = 1/|G(w)| · Σ_{g ∈ G(w)} T[g]`, `T` of shape [rows, dim].

    `G(w)` holds the word's own row, if `own_row`, and the buckets of its character n-grams: those of
    `<word>` of minn … maxn characters, hashed by fastText's FNV-1a modulo `buckets`. Rows lie as in
    fastText: own rows first, n-gram buckets after them.

    Which n-grams a word has depends on the words, so it is a buffer, made by `word_buffers` and given
    to `init`. A buffer may be longer than `vocabulary`: the words beyond have no row of their own and are
    the mean of their n-grams, fastText's way with unknown words. A word with no row at all (shorter than
    every n-gram) is zeros.

    Bytes: `(own_row · vocabulary + buckets) · dim · itemsize` trainable; the index is `words · k · 4`,
    k the most n-grams of a word, and can be computed again from the words.

    Attributes:
        vocabulary: number of words with an id; with `own_row`, those that have a row of their own.
        dim: width of a vector.
        buckets: rows for n-grams.
        minn: characters of the shortest n-gram.
        maxn: characters of the longest.
        own_row: whether each word has a row of its own beside its n-grams.
        initialiser: draws the table.
        dtype: type of the table's entries.

    Raises:
        ValueError: a size below 1, `minn` above `maxn`, `own_row` that is no bool, something that is no
            initialiser, or an unknown dtype; from `init`, no buffer, one that does not fit the spec, or a
            dtype that JAX does not have now.

    Example:
        >>> import jax
        >>> spec = Subword(vocabulary=2, dim=4, buckets=100)
        >>> buffers = spec.word_buffers(["cat", "cats"])
        >>> spec.init(jax.random.key(0), buffers).tables["table"].shape   # [2 + 100, dim]
        (102, 4)

    Reference: Bojanowski et al. 2017, "Enriching word vectors with subword information".
    """

    vocabulary: int
    dim: int
    buckets: int
    minn: int = 3
    maxn: int = 6
    own_row: bool = True
    initialiser: Initialiser = ScaledNormal()
    dtype: str = "float32"
    linear: ClassVar[bool] = True

    def __post_init__(self) -> None:
        plain_fields(self)
        for field in ("vocabulary", "buckets", "minn", "maxn"):
            require_count(field, getattr(self, field))
        require(self.minn <= self.maxn, "minn", self.minn, f"give at most maxn={self.maxn}")
        require(isinstance(self.own_row, bool), "own_row", self.own_row, "give True or False")
        require_initialiser("initialiser", self.initialiser)
        require_table(self.rows, self.dim, self.dtype)

    @property
    def rows(self) -> int:
        """Rows of the table: own rows and n-gram buckets."""
        return self.own_row * self.vocabulary + self.buckets

    @property
    def table_shapes(self) -> dict[str, tuple[int, int]]:
        """One table, (rows, dim)."""
        return {"table": (self.rows, self.dim)}

    def init(self, key: PRNGKeyArray, buffers: Mapping[str, Any] | None = None) -> Variables:
        """Draws the table, and checks the buffers against the spec."""
        ngrams = self._checked(buffers)
        return Variables(
            {"table": draw(self.initialiser, key, self.table_shapes["table"], self.dtype)},
            buffers={"ngrams": jnp.asarray(ngrams, jnp.int32)},
        )

    def word_buffers(self, words: Words, *, max_ngrams: int | None = None) -> dict[str, np.ndarray]:
        """The buffers for the words of ids 0, 1, …: the rows of their n-grams.

        Args:
            words: a `Vocabulary`, whose padding and OOV ids have no n-grams, or at least `vocabulary`
                words; an empty one (padding, say) has no n-grams.
            max_ngrams: keep the first that many n-grams of a word, or None for all. The buffer is as wide
                as its longest word needs, so a few very long ones (addresses, sequences) ask for a cap.

        Returns:
            `{"ngrams": int32 [words, k]}`, k the most n-grams of a word, `ABSENT` after each word's last.

        Raises:
            ValueError: `words` is one string, a word holds a lone surrogate, or `max_ngrams` is below 1.

        Example:
            >>> from embedlab.text import Vocabulary
            >>> vocabulary = Vocabulary.build([["cat", "cats"]])
            >>> spec = Subword(len(vocabulary), dim=4, buckets=100)
            >>> [int((row != ABSENT).sum()) for row in spec.word_buffers(vocabulary)["ngrams"]]
            [0, 0, 6, 10]
        """
        spelled = spellings(words)
        rows = ngram_rows(
            spelled, buckets=self.buckets, minn=self.minn, maxn=self.maxn, max_ngrams=max_ngrams
        )
        empty = np.array([not word for word in spelled], bool)  # "" has the n-gram "<>" where minn ≤ 2
        return {"ngrams": np.where(empty[:, None], np.int32(ABSENT), rows)}

    def num_ids(self, buffers: Mapping[str, Any]) -> int:
        """How many words the buffers are for.

        Raises:
            ValueError: they are none of this kind's.
        """
        require("ngrams" in buffers, "buffers", sorted(buffers), "give variables.buffers, with 'ngrams'")
        return int(buffers["ngrams"].shape[0])

    def index(self, buffers: Mapping[str, Any], ids: Any) -> tuple[Lookup, ...]:
        """A word's own row, if it has one, and its n-grams', [..., k]; each weighs one over their number."""
        xp = namespace(ids, buffers)
        present = ids != ABSENT
        known = xp.where(present, ids, 0)
        rows = xp.asarray(buffers["ngrams"])[known]
        # ABSENT is beyond the buckets too, as are the rows of a buffer that was made for more of them.
        real = present[..., None] & (rows >= 0) & (rows < self.buckets)
        if self.own_row:
            own = present & (ids < self.vocabulary)
            rows = xp.concatenate([known[..., None], rows + xp.int32(self.vocabulary)], -1)
            real = xp.concatenate([own[..., None], real], -1)
        count = xp.maximum(real.sum(-1, keepdims=True), 1)
        weights = real.astype(xp.float32) / count.astype(xp.float32)
        return (Lookup("table", xp.where(real, rows, xp.int32(ABSENT)), weights),)

    def combine(
        self, dense: Mapping[str, Array], gathered: Mapping[str, Array], lookups: tuple[Lookup, ...]
    ) -> Float[Array, "*shape dim"]:
        """The mean of the word's rows, [..., dim]."""
        return weighted_sum(gathered, lookups)

    def _checked(self, buffers: Mapping[str, Any] | None) -> Any:
        remedy = "give init the buffers of spec.word_buffers(words)"
        require(buffers is not None and "ngrams" in buffers, "buffers", buffers, remedy)
        assert buffers is not None
        ngrams = buffers["ngrams"]
        shape = tuple(ngrams.shape)
        fits = len(shape) == 2 and shape[0] >= self.vocabulary
        require(fits, "buffers['ngrams'].shape", shape, f"give one row a word, {self.vocabulary} at least")
        dtype = str(ngrams.dtype)
        require(jnp.issubdtype(ngrams.dtype, jnp.integer), "buffers['ngrams'].dtype", dtype, "give int32")
        if isinstance(ngrams, jax.core.Tracer):
            return ngrams  # shows its shape and type only
        real = np.asarray(ngrams)
        outside = real[(real != ABSENT) & ((real < 0) | (real >= self.buckets))]
        remedy = f"its rows are 0 … {self.buckets - 1}, or ABSENT; make it with the spec's own buckets"
        require(outside.size == 0, "buffers['ngrams']", outside[:1].tolist(), remedy)
        return ngrams
