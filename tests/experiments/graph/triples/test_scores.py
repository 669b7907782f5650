"""Scores against their formulas in NumPy's complex numbers, and every form of a score against the others."""

from __future__ import annotations

from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from experiments.graph.triples.scores import ComplEx, DistMult, RotatE, Score, TransE

DIM = 6


def complex_of(vector: np.ndarray) -> np.ndarray:
    return vector[: DIM // 2] + 1j * vector[DIM // 2 :]


def distmult(h: np.ndarray, r: np.ndarray, t: np.ndarray) -> float:
    return float(sum(h[i] * r[i] * t[i] for i in range(DIM)))


def complex_score(h: np.ndarray, r: np.ndarray, t: np.ndarray) -> float:
    return float((complex_of(h) * complex_of(r) * complex_of(t).conj()).sum().real)


def transe(h: np.ndarray, r: np.ndarray, t: np.ndarray) -> float:
    return -float(np.abs(h + r - t).sum())


def transe_2(h: np.ndarray, r: np.ndarray, t: np.ndarray) -> float:
    return -float(np.linalg.norm(h + r - t))


def rotate(h: np.ndarray, r: np.ndarray, t: np.ndarray) -> float:
    turned = complex_of(h) * np.exp(1j * np.pi * np.sqrt(DIM) * r[: DIM // 2])
    return -float(np.abs(turned - complex_of(t)).sum())


FORMULAS = [
    (DistMult(), distmult),
    (ComplEx(), complex_score),
    (TransE(1), transe),
    (TransE(2), transe_2),
    (RotatE(), rotate),
]


@pytest.fixture
def vectors() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Heads, relations and tails, [5, dim] each."""
    drawn = np.random.default_rng(0).normal(size=(3, 5, DIM)).astype(np.float32)
    return drawn[0], drawn[1], drawn[2]


@pytest.mark.parametrize(("score", "formula"), FORMULAS)
def test_a_score_is_its_formula_from_either_side(
    score: Score, formula: Callable[..., float], vectors: tuple[np.ndarray, ...]
) -> None:
    heads, relations, tails = vectors
    wanted = [formula(h, r, t) for h, r, t in zip(heads, relations, tails, strict=True)]
    for_tails = score.pairs(score.tails(heads, relations), tails)
    for_heads = score.pairs(score.heads(tails, relations), heads)
    np.testing.assert_allclose(for_tails, wanted, rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(for_heads, wanted, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize(("score", "formula"), FORMULAS)
def test_scores_against_all_are_those_of_pairs(
    score: Score, formula: Callable[..., float], vectors: tuple[np.ndarray, ...]
) -> None:
    heads, relations, tails = vectors
    query = score.tails(jnp.array(heads), jnp.array(relations))
    every = score.every(query, jnp.array(tails))
    np.testing.assert_allclose(every, score.pairs(query[:, None], tails[None]), rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize(("score", "formula"), FORMULAS)
def test_slopes_are_finite_where_head_and_tail_are_one(score: Score, formula: Callable[..., float]) -> None:
    same = jnp.zeros((1, DIM))
    slopes = jax.grad(lambda x: score.pairs(score.tails(x, same), x).sum() + score.sizes(x).sum())(same)
    assert np.isfinite(slopes).all()
    slopes = jax.grad(lambda x: score.every(score.tails(x, same), x).sum())(same)
    assert np.isfinite(slopes).all()


def test_symmetry_is_what_the_papers_say(vectors: tuple[np.ndarray, ...]) -> None:
    heads, relations, tails = vectors
    one, other = DistMult(), ComplEx()
    there, back = one.pairs(one.tails(heads, relations), tails), one.pairs(one.tails(tails, relations), heads)
    np.testing.assert_allclose(there, back, rtol=1e-4, atol=1e-5)
    there = other.pairs(other.tails(heads, relations), tails)
    back = other.pairs(other.tails(tails, relations), heads)
    assert np.abs(there - back).min() > 0.01
    real = relations * (np.arange(DIM) < DIM // 2)
    there, back = other.pairs(other.tails(heads, real), tails), other.pairs(other.tails(tails, real), heads)
    np.testing.assert_allclose(there, back, rtol=1e-4, atol=1e-5)


def test_widths_and_norms_that_there_are_not() -> None:
    for score in (ComplEx(), RotatE()):
        with pytest.raises(ValueError, match="dim=5: give an even width"):
            score.require_width(5)
    DistMult().require_width(5)
    with pytest.raises(ValueError, match="norm=3: give 1 or 2"):
        TransE(3)
