"""One embedding as its map holds it: places in the plane, and neighbours found in the full space."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np

from embedlab.base import ABSENT
from embedlab.search.index import EXACT, make_index
from experiments.page import layouts
from experiments.page.works import Kind
from experiments.reports.telling import telling

_CLUSTERS = 12


@dataclasses.dataclass(frozen=True, eq=False)
class EmbeddingMap:
    """Some words of one embedding.

    Attributes:
        label: what the embedding is called.
        words: all words of the table, in its order.
        rows: int [points], the words drawn, by their rows in the table.
        places: float32 [points, 2].
        neighbours: int [points, k], rows of the nearest words in the whole table; `ABSENT` for none.
        cosines: float32 [points, k].
        norms: float64 [points].
        clusters: int [points].
        counts: int [points], how often a word occurs in the training text; None where it is not known.
        classes: int [points], the class that holds a word most, −1 for none; None where it is not known.
        class_names: of the classes.
        are_kinds: whether the classes are kinds of words, as users and items, and none of rows.
    """

    label: str
    words: Sequence[str]
    rows: np.ndarray
    places: np.ndarray
    neighbours: np.ndarray
    cosines: np.ndarray
    norms: np.ndarray
    clusters: np.ndarray
    counts: np.ndarray | None
    classes: np.ndarray | None
    class_names: tuple[str, ...]
    are_kinds: bool = False

    @property
    def is_sample(self) -> bool:
        """Whether words are left out."""
        return len(self.rows) < len(self.words)


def make(kind: Kind, *, layout: str, points: int, k: int, seed: int) -> EmbeddingMap | None:
    """The map of a kind's first finished run; None where it has no vectors.

    Args:
        kind: of which embedding.
        layout: how it is laid out.
        points: how many words at most; the most frequent are taken, or the first of the table.
        k: how many neighbours of each word.
        seed: of layout and clusters.
    """
    run = kind.first
    vectors = run.vectors
    if vectors is None or not len(vectors) or not vectors.matrix.shape[1]:
        return None
    matrix = np.asarray(vectors.matrix, np.float32)
    rows = chosen(run.counts, matrix, points)
    if not len(rows):  # none is finite
        return None
    drawn = matrix[rows]
    with telling(f"laying out {kind.label} ({layout}, {len(rows):,} words)") as tell:
        places = layouts.lay_out(drawn, layout, seed=seed, tell=tell)
    with telling(f"neighbours of {kind.label}") as tell:
        index = make_index(EXACT, matrix)
        k = min(k, len(matrix) - 1)
        found = index.nearest(drawn, k, rows[:, None], tell) if k else None
    return EmbeddingMap(
        label=kind.label,
        words=vectors.words,
        rows=rows,
        places=places,
        neighbours=np.full((len(rows), 0), ABSENT) if found is None else np.asarray(found.indices),
        cosines=np.zeros((len(rows), 0)) if found is None else np.asarray(found.scores),
        norms=np.linalg.norm(drawn.astype(np.float64), axis=1),  # squares in 32 bits end at 1e38
        clusters=layouts.clusters(drawn, _CLUSTERS, seed),
        counts=None if run.counts is None else run.counts[rows],
        classes=None if run.labels is None else run.labels[rows],
        class_names=run.label_names,
        are_kinds=run.labels_are_kinds,
    )


def chosen(counts: np.ndarray | None, matrix: np.ndarray, points: int) -> np.ndarray:
    """The rows of the words that are drawn, the most frequent, in the order of the table: int32 [points].

    Args:
        counts: int [words], how often each occurs; None where the table's order stands for it.
        matrix: float [words, dim]; rows that are not finite are left out.
        points: how many at most.

    Example:
        >>> chosen(np.array([1, 5, 3]), np.eye(3), 2).tolist()
        [1, 2]
    """
    rows = np.flatnonzero(np.isfinite(matrix).all(1))
    if len(rows) > points and counts is not None:
        rows = np.sort(rows[np.argsort(-counts[rows], kind="stable")[:points]])
    return rows[:points].astype(np.int32)
