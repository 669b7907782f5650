"""Hashed: k rows of a small shared table an id, summed plainly or by learned importance."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any, ClassVar

import jax
from jaxtyping import Array, Float, PRNGKeyArray

from embedlab import hashing
from embedlab.base import ABSENT, Ids64, Lookup, Variables, namespace
from embedlab.checks import plain_fields, require, require_count, require_table
from embedlab.initialisers import Constant, Initialiser, ScaledNormal, draw, require_initialiser
from embedlab.linear import weighted_sum

# Which hash function of the spec's sequence serves for what; far apart, so that k may grow.
_SIGN, _IMPORTANCE = 1 << 16, 1 << 17


@dataclasses.dataclass(frozen=True)
class Hashed:
    """k hashed rows an id: `e(i) = Σ_j p_j(i) · s_j(i) · T[h_j(i)]`, with `T` of shape [buckets, dim].

    `h_j` is MurmurHash3 of the id (see `embedlab.hashing`) modulo `buckets`. The sign `s_j(i)` is ±1 if
    `signed`, else 1. Without importance `p_j(i) = 1`: a plain sum. With it `p(i) = P[r(i)]` is a trained
    row of width k, `P` of shape [importance, hashes]; `r(i) = i` where `importance` covers the
    vocabulary, else a hash of the id.

    Two ids collide wholly where all k buckets agree. The table needs no vocabulary: with
    `vocabulary=None` every 64-bit id is known.

    Bytes: `(buckets · dim + importance · hashes) · itemsize`, all trainable; no index.

    Attributes:
        vocabulary: number of ids, or None for all of 0 … 2⁶⁴ − 1.
        dim: width of a vector.
        buckets: rows of the shared table.
        hashes: k, rows an id.
        signed: whether rows get hashed signs.
        importance: rows of the importance table; 0 for a plain sum.
        seed: of all hash functions.
        initialiser: draws the shared table.
        importance_initialiser: draws the importance table. With 1, the sum is a plain one at first, which SGD
            and Adagrad go on from fastest; with Adam a small `Normal(0.05)`, where a word has next to no
            vector until it has learnt one, ends up better ("Learned importance" in docs/compare.md).
        dtype: type of both tables' entries.

    Raises:
        ValueError: a size below 1, a seed beyond 32 bits, `signed` that is no bool, something that is no
            initialiser, or an unknown dtype; from `init`, one that JAX does not have now.

    Example:
        >>> spec = Hashed(vocabulary=1_000_000, dim=8, buckets=1000, hashes=2)
        >>> spec.init(jax.random.key(0)).tables["table"].shape   # [buckets, dim]
        (1000, 8)

    Reference: Svenstrup, Hansen & Winther 2017, "Hash embeddings for efficient word representations";
    the signs are those of Weinberger et al. 2009.
    """

    vocabulary: int | None
    dim: int
    buckets: int
    hashes: int = 2
    signed: bool = False
    importance: int = 0
    seed: int = 0
    initialiser: Initialiser = ScaledNormal()
    importance_initialiser: Initialiser = Constant(1.0)
    dtype: str = "float32"
    linear: ClassVar[bool] = True

    def __post_init__(self) -> None:
        plain_fields(self)
        if self.vocabulary is not None:
            require_count("vocabulary", self.vocabulary)
            require(self.vocabulary < ABSENT, "vocabulary", self.vocabulary, "give None for 64-bit ids")
        for field in ("buckets", "hashes"):
            require_count(field, getattr(self, field))
        require(self.hashes < _SIGN, "hashes", self.hashes, f"give fewer than {_SIGN} hash functions")
        for field in ("importance", "seed"):
            require_count(field, getattr(self, field), least=0)
        require(self.seed < 2**32, "seed", self.seed, "give a seed below 2**32")
        require(isinstance(self.signed, bool), "signed", self.signed, "give True or False")
        for field in ("initialiser", "importance_initialiser"):
            require_initialiser(field, getattr(self, field))
        require_table(max(self.buckets, self.importance), self.dim, self.dtype)

    @property
    def table_shapes(self) -> dict[str, tuple[int, int]]:
        """The shared table, (buckets, dim), and that of the importance, (importance, hashes), if any."""
        shapes = {"table": (self.buckets, self.dim)}
        if self.importance:
            shapes["importance"] = (self.importance, self.hashes)
        return shapes

    def init(self, key: PRNGKeyArray, buffers: Mapping[str, Any] | None = None) -> Variables:
        """Draws the tables, each with its own initialiser and half of the key; there are no buffers."""
        ways = {"table": self.initialiser, "importance": self.importance_initialiser}
        keys = dict(zip(ways, jax.random.split(key), strict=True))
        shapes = self.table_shapes.items()
        return Variables({name: draw(ways[name], keys[name], shape, self.dtype) for name, shape in shapes})

    def num_ids(self, buffers: Mapping[str, Any]) -> int | None:
        """The vocabulary; None if every 64-bit id is known."""
        return self.vocabulary

    def index(self, buffers: Mapping[str, Any], ids: Any) -> tuple[Lookup, ...]:
        """k hashed rows an id, [..., k], weighted by their signs, and the row of its importance, if any."""
        xp = namespace(ids)
        present = ids.present if isinstance(ids, Ids64) else ids != ABSENT
        whole = hashing.halves(ids)
        rows = xp.stack([self._masked(present, h) for h in self._buckets(whole)], -1)
        weights = xp.stack(self._signs(whole), -1) if self.signed else None
        if not self.importance:
            return (Lookup("table", rows, weights),)
        importance = self._masked(present, self._importance_rows(whole))
        return (Lookup("importance", importance[..., None]), Lookup("table", rows, weights, "importance"))

    def combine(
        self, dense: Mapping[str, Array], gathered: Mapping[str, Array], lookups: tuple[Lookup, ...]
    ) -> Float[Array, "*shape dim"]:
        """The sum of the rows, weighted by signs and importance, [..., dim]."""
        return weighted_sum(gathered, lookups)

    def _buckets(self, ids: Ids64) -> list[Any]:
        seeds = [hashing.stream_seed(self.seed, j) for j in range(self.hashes)]
        return [hashing.bucket(ids, self.buckets, seed) for seed in seeds]

    def _signs(self, ids: Ids64) -> list[Any]:
        return [hashing.sign(ids, hashing.stream_seed(self.seed, _SIGN + j)) for j in range(self.hashes)]

    def _importance_rows(self, ids: Ids64) -> Any:
        if self.vocabulary is not None and self.vocabulary <= self.importance:
            return ids.low.astype(namespace(ids).int32)
        return hashing.bucket(ids, self.importance, hashing.stream_seed(self.seed, _IMPORTANCE))

    @staticmethod
    def _masked(present: Any, rows: Any) -> Any:
        if present is None:
            return rows
        xp = namespace(rows)
        return xp.where(present, rows, xp.int32(ABSENT))
