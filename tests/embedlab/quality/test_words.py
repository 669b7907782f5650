"""Clusters of words, words that do not belong, and tables laid over each other."""

from __future__ import annotations

from itertools import combinations

import jax.numpy as jnp
import numpy as np
import pytest
from scipy import linalg

from embedlab import Vectors
from embedlab.quality import OutlierSet, outlier_detection, procrustes, purity

# --- purity ------------------------------------------------------------------------------------------


def test_purity_is_the_share_of_the_most_frequent() -> None:
    # Manning, Raghavan, Schütze, "Introduction to information retrieval", figure 16.4: 17 points, 0.71.
    clusters = [1] * 6 + [2] * 6 + [3] * 5
    categories = ["x", "x", "x", "x", "x", "o", "x", "o", "o", "o", "o", "d", "x", "x", "d", "d", "d"]
    assert purity(clusters, categories) == pytest.approx(12 / 17)
    assert purity(categories, categories) == 1
    assert purity(["all"] * 4, [1, 1, 2, 3]) == 0.5


@pytest.mark.parametrize(("clusters", "categories"), [([], []), ([1], [1, 2])])
def test_purity_of_words_without_a_category(clusters: list[int], categories: list[int]) -> None:
    with pytest.raises(ValueError, match="give one each for every word"):
        purity(clusters, categories)


# --- outliers ----------------------------------------------------------------------------------------

COLOURS = ("red", "green", "blue", "yellow", "white", "black", "orange", "purple")
STRANGERS = ("monday", "senate", "colour", "the", "pink", "zzyzx")


def place_by_definition(vectors: Vectors, words: list[str], outlier: str) -> int:
    """The outlier's place by the compactness of what is left without each word, as the paper has it."""
    every = [*words, outlier]

    def compactness(without: str) -> float:
        rest = [word for word in every if word != without]
        cosines = vectors.similarity(*map(list, zip(*combinations(rest, 2), strict=True)))
        return float(np.mean(cosines))

    scores = {word: compactness(word) for word in every}
    return sum(scores[word] < scores[outlier] for word in words)


def test_outliers_are_placed_as_in_the_paper(glove_vectors: Vectors) -> None:
    groups = [
        OutlierSet(COLOURS, STRANGERS, "colours"),
        OutlierSet(("cat", "dog", "zzyzx", "horse"), ("car", "cow"), "animals"),
    ]
    found = outlier_detection(glove_vectors, groups)
    assert found.unknown == 1 and found.asked == 7 == len(found.places)
    for name, outlier, place, count in found.places:
        words = [word for word in groups[name == "animals"].words if word in glove_vectors]
        assert count == len(words) and place == place_by_definition(glove_vectors, words, outlier)
    places = {outlier: place for _, outlier, place, _ in found.places}
    assert places["senate"] == 8 and places["pink"] < 8
    assert found.accuracy == np.mean([place == count for *_, place, count in found.places])
    assert found.opp == pytest.approx(np.mean([place / count for *_, place, count in found.places]))


def test_groups_of_which_too_little_is_known(glove_vectors: Vectors) -> None:
    groups = [OutlierSet(("red", "zzyzx"), ("dog", "cat")), OutlierSet((), ())]
    found = outlier_detection(glove_vectors, groups)
    assert (found.asked, found.unknown) == (0, 2) and np.isnan([found.accuracy, found.opp]).all()


def test_an_outlier_that_is_like_the_others_is_not_found() -> None:
    vectors = Vectors(("a", "b", "c", "none"), np.float32([[1, 0], [2, 0], [3, 0], [0, 0]]))
    found = outlier_detection(vectors, [OutlierSet(("a", "b"), ("c", "none"))])
    assert [place for *_, place, _ in found.places] == [0, 2]


# --- Procrustes --------------------------------------------------------------------------------------


def test_procrustes_equals_scipy(glove: np.ndarray) -> None:
    other = glove @ np.random.default_rng(0).standard_normal((50, 50)) / 7 + glove
    found = procrustes(glove, other.astype(np.float32))
    a, b = (x.astype(np.float64) / np.linalg.norm(x) for x in (glove, other))
    turn, _ = linalg.orthogonal_procrustes(a, b)
    np.testing.assert_allclose(found.rotation, turn, atol=2e-4)
    turned = a @ turn
    assert float(found.residual) == pytest.approx(np.linalg.norm(turned - b), abs=1e-5)
    cosines = (turned * b).sum(1) / np.linalg.norm(turned, axis=1) / np.linalg.norm(b, axis=1)
    assert float(found.cosine) == pytest.approx(cosines.mean(), abs=1e-5)
    assert 0.2 < float(found.residual) < 1


def test_a_turned_table_in_more_dimensions_fits(glove: np.ndarray) -> None:
    turn = np.linalg.qr(np.random.default_rng(5).standard_normal((64, 50)))[0]
    turned = (7 * glove @ turn.T).astype(np.float32)
    for a, b in ((glove, turned), (turned, glove)):
        found = procrustes(a, b)
        assert found.rotation.shape == (64, 64)
        assert float(found.residual) < 1e-3 and float(found.cosine) > 0.99999


def test_rows_that_are_zero_have_no_cosine() -> None:
    a = np.float32([[1, 0], [0, 1], [0, 0], [5, 5]])
    b = np.float32([[1, 0], [0, 1], [5, 5], [0, 0]])
    assert float(procrustes(a, b).cosine) == pytest.approx(1)


@pytest.mark.usefixtures("unchecked")
def test_tables_of_other_words_are_refused() -> None:
    with pytest.raises(ValueError, match=r"b\.shape=\(2, 3\): give a table of 4 rows"):
        procrustes(jnp.ones((4, 3)), jnp.ones((2, 3)))
