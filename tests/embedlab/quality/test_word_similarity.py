"""Word similarity on real sets, against what gensim says of the same vectors."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from embedlab import Vectors
from embedlab.quality import similarity_difference, word_similarity

#: Of gensim 4.4.0's evaluate_word_pairs: Spearman, Pearson and % of pairs unknown; both correlations with
#: dummy4unknown=True; Spearman and % unknown with restrict_vocab=5000. Made by
#: PYTHONPATH=. python scripts/compare_gensim.py --gensim PYTHON
GENSIM = {
    "WS-353-ALL": (
        (0.538271182853815, 0.5619691967179798, 3.6827195467422094),
        (0.4884327371676472, 0.47207877948607724),
        (0.5439693655776296, 43.342776203966004),
    ),
    "WS-353-SIM": (
        (0.6536126105650426, 0.6508344537443178, 4.926108374384237),
        (0.5588249958568863, 0.5151571221805706),
        (0.6089812737990158, 44.827586206896555),
    ),
    "WS-353-REL": (
        (0.4537403328612273, 0.4878278420840231, 1.984126984126984),
        (0.4457626347810118, 0.4647433834603972),
        (0.4787421216667336, 40.07936507936508),
    ),
    "SIMLEX-999": (
        (0.26974990381074054, 0.29895659973907696, 2.1021021021021022),
        (0.2409577884335149, 0.23869288004021386),
        (0.24101116766939137, 62.06206206206206),
    ),
    "MEN-TR-3k": (
        (0.6793377421960483, 0.6839627860191457, 11.4),
        (0.5334108876271407, 0.5169459111191428),
        (0.6806419218207165, 75.03333333333333),
    ),
    "RG-65": (
        (0.6484721675275894, 0.6392302694164691, 15.384615384615385),
        (0.49233754716408995, 0.4886998856108282),
        (0.3142857142857143, 90.76923076923077),
    ),
    "MC-30": (
        (0.7055403969379092, 0.6775973462444769, 13.333333333333334),
        (0.554194219951581, 0.5171957641232098),
        (0.6, 80.0),
    ),
    "MTurk-287": (
        (0.6258408544473789, 0.6660609372515182, 1.7421602787456445),
        (0.6116240946844971, 0.6525208630140529),
        (0.6916016497631239, 63.76306620209059),
    ),
    "VERB-143": (
        (0.2503165754554898, 0.3558734205243548, 0.0),
        (0.2503165754554898, 0.3558734205243548),
        (0.24657784144212028, 28.47222222222222),
    ),
}
PAIRS = [("a", "b", 9.0), ("A", "c", 1.0), ("b", "c", 4.0), ("a", "x", 5.0), ("x", "y", 3.0), ("a", "d", 2.0)]


@pytest.fixture(scope="module")
def small() -> Vectors:
    return Vectors(("a", "b", "c", "d"), np.float32([[1, 0, 0], [3, 1, 0], [0, 0, 2], [0, 0, 0]]))


def read(folder: Path, name: str) -> list[tuple[str, str, float]]:
    path = folder / "word_sim" / f"EN-{name}.txt"
    if not path.is_file():
        pytest.skip(f"real data missing: no {path.name}")
    lines = [line.split("\t") for line in path.read_text("utf-8").splitlines() if line]
    return [(a, b, float(value)) for a, b, value in lines]


@pytest.mark.parametrize("name", GENSIM)
def test_equals_gensim(name: str, data_dir: Path, glove_vectors: Vectors) -> None:
    pairs = read(data_dir, name)
    plain, zero, few = GENSIM[name]
    folded = glove_vectors.folded()
    found = word_similarity(folded, pairs, resamples=10)
    numbers = (found.spearman.value, found.pearson, 100 * (1 - found.coverage))
    np.testing.assert_allclose(numbers, plain, rtol=0, atol=1e-6)
    found = word_similarity(folded, pairs, unknown="zero", resamples=10)
    np.testing.assert_allclose((found.spearman.value, found.pearson), zero, rtol=0, atol=1e-6)
    found = word_similarity(folded.restrict(5000), pairs, resamples=10)
    np.testing.assert_allclose((found.spearman.value, 100 * (1 - found.coverage)), few, rtol=0, atol=1e-6)


def test_unknown_words_are_as_said(small: Vectors) -> None:
    cosine = 3 / np.sqrt(10)
    skipped = word_similarity(small, PAIRS)
    np.testing.assert_allclose(skipped.cosines, [cosine, np.nan, 0, np.nan, np.nan, 0], atol=1e-12)
    assert skipped.known.tolist() == [True, False, True, False, False, True] and skipped.coverage == 0.5
    zero = word_similarity(small, PAIRS, unknown="zero")
    np.testing.assert_allclose(zero.cosines, [cosine, 0, 0, 0, 0, 0], atol=1e-12)
    assert zero.coverage == 0.5
    mean = np.array([1, 0.25, 0.5])
    of_a, of_c = mean[0] / np.linalg.norm(mean), mean[2] / np.linalg.norm(mean)
    filled = word_similarity(small, PAIRS, unknown="mean")
    np.testing.assert_allclose(filled.cosines, [cosine, of_c, 0, of_a, 1, 0], atol=1e-12)


def test_case_is_folded_with_the_vectors(small: Vectors) -> None:
    assert word_similarity(small.folded(), PAIRS).known.tolist() == [True, True, True, False, False, True]


def test_the_interval_widens_with_fewer_pairs(data_dir: Path, glove_vectors: Vectors) -> None:
    pairs = read(data_dir, "MEN-TR-3k")
    many, few = (word_similarity(glove_vectors, some).spearman for some in (pairs, pairs[::30]))
    assert many.low < many.value < many.high and few.low < few.value < few.high
    ratio = (few.high - few.low) / (many.high - many.low)
    assert ratio == pytest.approx(np.sqrt(30), rel=0.3)
    # Fisher's interval, though it takes the numbers to be normal
    error = 1.06 / np.sqrt(0.886 * 3000 - 3)
    fisher = np.tanh(np.arctanh(many.value) + 1.96 * error * np.array([-1, 1]))
    np.testing.assert_allclose([many.low, many.high], fisher, atol=0.006)


def test_too_few_pairs_have_no_correlation(small: Vectors) -> None:
    for pairs in ([], PAIRS[:1], PAIRS[3:5], [PAIRS[0], PAIRS[0]]):
        found = word_similarity(small, pairs)
        assert np.isnan(found.spearman).all() and np.isnan(found.pearson)
    assert word_similarity(small, []).coverage == 1


# --- side by side ------------------------------------------------------------------------------------


@pytest.mark.slow
def test_noise_makes_vectors_worse(data_dir: Path, glove_vectors: Vectors) -> None:
    rng = np.random.default_rng(0)
    noise = rng.standard_normal(glove_vectors.matrix.shape).astype(np.float32)
    worse = dataclasses.replace(glove_vectors, matrix=glove_vectors.matrix + noise)
    pairs = read(data_dir, "MEN-TR-3k")
    a, b = (word_similarity(vectors, pairs, resamples=10) for vectors in (glove_vectors, worse))
    found = similarity_difference(a, b)
    assert found.value == pytest.approx(a.spearman.value - b.spearman.value) and found.low > 0
    back = similarity_difference(b, a)
    np.testing.assert_allclose([back.low, back.high], [-found.high, -found.low], atol=1e-12)
    assert similarity_difference(a, a) == (0, 0, 0)


def test_the_pairs_are_those_that_both_know(small: Vectors) -> None:
    other = Vectors(("b", "c", "a", "x"), np.float32([[1, 0], [0, 1], [1, 1], [2, 1]]))
    a, b = (word_similarity(vectors, PAIRS, resamples=10) for vectors in (small, other))
    both = [pair for pair, known in zip(PAIRS, a.known & b.known, strict=True) if known]
    assert len(both) == 2
    alone = [word_similarity(vectors, both, resamples=10).spearman.value for vectors in (small, other)]
    assert similarity_difference(a, b).value == pytest.approx(alone[0] - alone[1])


# --- mistakes ----------------------------------------------------------------------------------------


@pytest.mark.usefixtures("unchecked")
def test_what_is_refused(small: Vectors) -> None:
    unknown: Any = "drop"
    with pytest.raises(ValueError, match=r"^unknown='drop': choose 'skip', 'zero' or 'mean'"):
        word_similarity(small, PAIRS, unknown=unknown)
    with pytest.raises(ValueError, match=r"^pairs=\[nan\]: a judgement is a finite number"):
        word_similarity(small, [("a", "b", np.nan)])
    some, others = word_similarity(small, PAIRS), word_similarity(small, PAIRS[1:])
    with pytest.raises(ValueError, match=r"^b='5 pairs of other judgements than the 6 of a': give both"):
        similarity_difference(some, others)
