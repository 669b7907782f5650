"""What a search is asked for: words, vectors and weights, brought to one direction."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import jax
import numpy as np
from jaxtyping import Float

from embedlab.checks import require

#: A word; a vector [dim]; or either with a weight.
Term: TypeAlias = str | np.ndarray | jax.Array | tuple[Any, float]
Terms: TypeAlias = Term | Sequence[Term]


def direction(
    positive: Terms,
    negative: Terms,
    matrix: Float[np.ndarray, "words dim"],
    row: Callable[[str], int],
) -> tuple[Float[np.ndarray, " dim"], list[str]]:
    """The mean of what is wanted and, with opposite sign, what is not: `Σ w_i u_i / Σ |w_i|`.

    A word's vector is brought to length 1 first; a vector is taken as it is.

    Args:
        positive: a word, a vector [dim] or a list of them, each with a weight if it is a pair.
        negative: what counts with the opposite sign; a pair's weight is taken as it is.
        matrix: float [words, dim].
        row: the row of a word.

    Returns:
        float32 [dim], and the words among the terms.

    Raises:
        ValueError: there is no term, or a vector has another shape.

    Example:
        >>> matrix = np.float32([[2, 0], [0, 5]])
        >>> direction("a", "b", matrix, {"a": 0, "b": 1}.__getitem__)
        (array([ 0.5, -0.5], dtype=float32), ['a', 'b'])

    Reference: Mikolov et al. 2013, "Linguistic regularities in continuous space word representations"; as
    gensim's `KeyedVectors.most_similar` takes it.
    """
    weighted = [(1.0, term) for term in _listed(positive)] + [(-1.0, term) for term in _listed(negative)]
    require(bool(weighted), "positive", positive, "give a word or a vector, or a list of them")
    mean, total, words = np.zeros(matrix.shape[1]), 0.0, []
    for sign, term in weighted:
        weight, term = (float(term[1]), term[0]) if isinstance(term, tuple) else (sign, term)
        if isinstance(term, str):
            words.append(term)
            vector = _unit(matrix[row(term)])
        else:
            vector = _vector(term, matrix.shape[1])
        mean += weight * vector
        total += abs(weight)
    return (mean / (total or 1.0)).astype(np.float32), words


def _listed(terms: Terms) -> list[Term]:
    """One term as a list of one; a matrix as its rows."""
    one = isinstance(terms, str) or _is_pair(terms) or getattr(terms, "ndim", None) == 1
    return [terms] if one else list(terms)  # type: ignore[list-item, arg-type]


def _is_pair(terms: Any) -> bool:
    weighed = isinstance(terms, tuple) and len(terms) == 2
    return weighed and isinstance(terms[1], int | float | np.number)


def _vector(term: Any, dim: int) -> Float[np.ndarray, " dim"]:
    vector = np.asarray(term)
    fits = vector.shape == (dim,) and np.issubdtype(vector.dtype, np.number)
    shown = f"{vector.dtype} {vector.shape}"
    require(fits, "a term", shown, f"give words, or vectors of {dim} numbers")
    return vector.astype(np.float64)


def _unit(vector: np.ndarray) -> Float[np.ndarray, " dim"]:
    wide = vector.astype(np.float64)
    length = np.sqrt(np.square(wide).sum())
    return wide / length if length > 0 else wide
