"""Indices that Python searches: parts of the queries, and faiss beside the exact one."""

from __future__ import annotations

import importlib.util

import numpy as np
import pytest

from embedlab import ABSENT
from embedlab.search import lay_out, nearest, solve
from embedlab.search.index import Index, make_index

NONE = np.full((600, 1), ABSENT, np.int32)


@pytest.fixture(scope="module")
def table() -> np.ndarray:
    """float32 [1000, 12], normal, with two rows that have no direction."""
    made = np.random.default_rng(0).standard_normal((1000, 12)).astype(np.float32)
    made[10], made[20, 0] = 0, np.inf
    return made


@pytest.fixture(params=["exact", "faiss"])
def index(request: pytest.FixtureRequest, table: np.ndarray) -> Index:
    if request.param == "faiss":
        pytest.importorskip("faiss")
    return make_index(request.param, table)


@pytest.mark.parametrize("count", [0, 1, 2, 17, 300])
def test_parts_of_the_queries_give_what_all_at_once_give(index: Index, table: np.ndarray, count: int) -> None:
    asked, own = table[:count], np.arange(count, dtype=np.int32)[:, None]
    told: list[tuple[int, int]] = []
    found = index.nearest(asked, 4, own, lambda done, whole: told.append((done, whole)))
    if count:
        wanted = nearest(lay_out(table), asked, 4, own)
        np.testing.assert_array_equal(found.indices, wanted.indices)
        np.testing.assert_allclose(found.scores, wanted.scores, atol=1e-6)
    assert found.indices.shape == found.scores.shape == (count, 4)
    assert told == [(done, count) for done in (*range(256, count, 256), count) if count]


def test_analogies(index: Index, table: np.ndarray) -> None:
    questions = np.random.default_rng(1).integers(1000, size=(40, 3)).astype(np.int32)
    questions[7, 1], questions[8, 0] = 10, 20
    wanted = solve(lay_out(table), *questions.T, k=3)
    found = index.solve(questions, 3, questions)
    np.testing.assert_array_equal(found.indices, wanted.indices)
    assert (found.indices[[7, 8]] == ABSENT).all()


def test_fewer_rows_than_asked_for() -> None:
    for kind in ("exact", "faiss"):
        if kind == "faiss" and importlib.util.find_spec("faiss") is None:
            continue
        found = make_index(kind, np.eye(2, dtype=np.float32)).nearest(
            np.eye(2, dtype=np.float32), 4, NONE[:2]
        )
        assert found.indices.tolist() == [[0, 1, ABSENT, ABSENT], [1, 0, ABSENT, ABSENT]]


def test_an_approximate_index_finds_most(table: np.ndarray) -> None:
    pytest.importorskip("faiss")
    found = make_index("faiss:HNSW32", table).nearest(table[100:300], 5, NONE[:200])
    wanted = nearest(lay_out(table), table[100:300], 5)
    assert (found.indices[:, 0] == np.arange(100, 300)).mean() > 0.95
    shared = [len(set(a) & set(b)) for a, b in zip(found.indices, np.asarray(wanted.indices), strict=True)]
    assert np.mean(shared) > 4.5


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize("kind", ["annoy", "exact:Flat", "faiss:", "", None, 3])
def test_no_such_index(kind: str, table: np.ndarray) -> None:
    with pytest.raises(ValueError, match=r"^index=.*: give 'exact', 'faiss', or 'faiss:' and a factory"):
        make_index(kind, table)


def test_what_faiss_can_not_do(table: np.ndarray) -> None:
    pytest.importorskip("faiss")
    with pytest.raises(
        ValueError, match=r"^index='faiss:Nonsense': faiss can't make it \(.*\); give 'faiss'"
    ):
        make_index("faiss:Nonsense", table)
    with pytest.raises(ValueError, match=r"^method='3cosmul': faiss searches by one inner product"):
        make_index("faiss", table).solve(np.zeros((1, 3), np.int32), 1, NONE[:1], "3cosmul")


def test_where_faiss_is_missing(table: np.ndarray, monkeypatch: pytest.MonkeyPatch) -> None:
    real = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "faiss" else real(name))
    with pytest.raises(ValueError, match=r"faiss is not installed; pip install 'embedlab\[faiss\]'"):
        make_index("faiss", table)
