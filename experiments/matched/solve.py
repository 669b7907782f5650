"""The size at which an embedding has the trainable bytes that it may have."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable

import jax

import embedlab
from embedlab.base import Bytes, OpenVocabulary
from experiments.documents.material import Material
from experiments.documents.prepare import own_buffers, vocabulary_for
from experiments.errors import Mistake, mistakes
from experiments.matched.comparison import Solve


@dataclasses.dataclass(frozen=True)
class Solved:
    """An embedding of a known size.

    Attributes:
        spec: the embedding.
        field: what was solved for; empty of the reference.
        size: the value of that field.
        bytes: trainable, and of its index.
        wanted: trainable bytes that it may have.
    """

    spec: embedlab.Embedding
    field: str
    size: int
    bytes: Bytes
    wanted: float


def bytes_of(spec: embedlab.Embedding, material: Material) -> Bytes:
    """What an embedding's arrays take on these data: their shapes are those that `init` makes, undrawn."""
    buffers = {}
    if isinstance(spec, OpenVocabulary):  # what it needs for any word, it needs for each size that is tried
        vocabulary = vocabulary_for(spec, material.learnt_counts, material.config.text)
        buffers = own_buffers(spec, vocabulary)
    made: embedlab.Variables = jax.eval_shape(lambda: spec.init(jax.random.key(0), buffers))
    return made.num_bytes


def solve(
    kind: Solve,
    reference: embedlab.Embedding,
    budget: float,
    material: Material,
    tolerance: float,
    where: str,
) -> Solved:
    """The size at which a kind comes nearest to a part of the reference's trainable bytes.

    Args:
        kind: what to solve.
        reference: the embedding in full.
        budget: part of its trainable bytes.
        material: whose words the embeddings know.
        tolerance: part of the bytes wanted by which those found may differ.
        where: what is said of it where it can't be done, as `kinds.hashed on trec`.

    Raises:
        Mistake: no size comes so near; says which are the nearest, and what is possible.
    """
    whole = bytes_of(reference, material).trainable
    wanted = budget * whole

    @functools.cache
    def taken(size: int) -> int:
        return bytes_of(kind.of(reference, size), material).trainable

    with mistakes(where):
        size = largest(taken, wanted, where, kind.field)
        sizes = [each for each in (size, size + 1) if each > 0]
        nearest = min(sizes, key=lambda each: abs(taken(each) - wanted))
        if abs(taken(nearest) - wanted) > tolerance * wanted:
            shown = " and ".join(f"{kind.field}={each} takes {_share(taken(each), whole)}" for each in sizes)
            raise Mistake(
                f"{where}: {budget:.4g} of the reference's {whole:,} trainable bytes are wanted, within "
                f"{100 * tolerance:g} %, and {shown} of them. {_remedy(sizes, taken, whole)}"
            )
        spec = kind.of(reference, nearest)
        return Solved(spec, kind.field, nearest, bytes_of(spec, material), wanted)


def largest(taken: Callable[[int], int], wanted: float, where: str, field: str) -> int:
    """The largest size that takes no more bytes than wanted; 0 where one takes more.

    Bytes are mostly a line in the size, so that the first guess is right or nearly so; then halves.

    Args:
        taken: bytes by size, which rise.
        wanted: bytes.
        where: for the error.
        field: the same.

    Raises:
        Mistake: bytes do not rise with the size.

    Example:
        >>> largest(lambda size: 100 + 12 * size, 1000, "kinds.a", "buckets")
        75
    """
    if taken(1) > wanted:
        return 0
    slope = taken(2) - taken(1)
    if slope <= 0:
        raise Mistake(
            f"{where}: a larger {field} does not take more trainable bytes ({taken(1):,} at 1, {taken(2):,} "
            "at 2); name another field to solve for"
        )
    low, high = 1, 2 + int((wanted - taken(1)) // slope)
    while taken(high) <= wanted:
        low, high = high, 2 * high
    while high - low > 1:
        middle = high - 1 if taken(high - 1) <= wanted else (low + high) // 2
        low, high = (middle, high) if taken(middle) <= wanted else (low, middle)
    return low


def _share(found: int, whole: int) -> str:
    return f"{found / whole:.4g}"


def _remedy(sizes: list[int], taken: Callable[[int], int], whole: int) -> str:
    shares = [_share(taken(each), whole) for each in sizes]
    if sizes[0] == 1 and len(sizes) == 1:
        return f"Possible are budgets from {shares[0]} on, or a wider reference"
    both = " and ".join(shares)
    return f"Possible are the budgets {both}, another size of the reference, or a larger tolerance"
