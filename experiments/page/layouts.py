"""Vectors laid out in the plane: by PCA, by openTSNE, or by umap-learn.

The libraries do the work; here is PCA before the slow ones, and how layouts are laid on each other.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence

import numpy as np

from experiments.errors import Mistake
from experiments.page.sampled import Tell, sampled, tsne, umap

LAYOUTS = ("pca", "tsne", "umap")
#: What the slow layouts are given: so many principal components.
COMPONENTS = 50
_NEEDS = {"tsne": ("openTSNE", "report"), "umap": ("umap", "umap")}


def require_layout(name: str) -> None:
    """Requires a layout that there is, and whose library is installed.

    Raises:
        Mistake: it is none, or an extra is to be installed first.

    Example:
        >>> require_layout("mds")
        Traceback (most recent call last):
        experiments.errors.Mistake: --layout mds: there is no such layout; choose among pca, tsne, umap
    """
    if name not in LAYOUTS:
        raise Mistake(f"--layout {name}: there is no such layout; choose among {', '.join(LAYOUTS)}")
    module, extra = _NEEDS.get(name, ("sklearn", "experiments"))
    if importlib.util.find_spec(module) is None:
        raise Mistake(
            f"--layout {name}: it needs {module}, which is not installed; pip install 'embedlab[{extra}]', "
            "or give --layout pca"
        )


def lay_out(vectors: np.ndarray, layout: str, *, seed: int, tell: Tell) -> np.ndarray:
    """A place in the plane for each vector: float32 [words, 2].

    Args:
        vectors: float [words, dim], finite.
        layout: one of `LAYOUTS`.
        seed: of what is drawn.
        tell: told how far it is.

    Example:
        >>> places = lay_out(np.eye(4, 3, dtype=np.float32), "pca", seed=0, tell=lambda done, whole: None)
        >>> places.shape
        (4, 2)
    """
    rows, dim = vectors.shape
    if layout == "pca" or rows < 5 or not np.ptp(vectors, axis=0).any():
        return _filled(pca(vectors, 2))
    narrow = pca(vectors, COMPONENTS) if dim > COMPONENTS else vectors.astype(np.float32)
    narrow = _filled(narrow) if dim < 2 else narrow  # both begin with two components
    made = tsne if layout == "tsne" else umap
    return _filled(sampled(made, narrow, seed, tell))


def pca(vectors: np.ndarray, components: int) -> np.ndarray:
    """The first principal components, float32 [rows, components]; each points to where its largest lies.

    Args:
        vectors: float [rows, dim].
        components: how many; fewer where there are not so many.
    """
    from sklearn.decomposition import PCA

    count = min(components, *vectors.shape)
    if not count or not np.ptp(vectors, axis=0).any():  # there is no direction in which they differ
        return np.zeros((len(vectors), count), np.float32)
    solver = "covariance_eigh" if len(vectors) > vectors.shape[1] else "full"
    found = PCA(count, svd_solver=solver).fit_transform(vectors.astype(np.float64))
    return np.asarray(found, np.float32)


def aligned(places: np.ndarray, words: Sequence[str], onto: np.ndarray, others: Sequence[str]) -> np.ndarray:
    """The places turned, and mirrored if need be, so that words lie as they do in another layout.

    Args:
        places: float [words, 2].
        words: the word at each place.
        onto: float [others, 2], the other layout.
        others: its words, of which three at least are among `words`, or nothing is turned.

    Returns:
        float32 [words, 2]; lengths and angles stay.

    Example:
        >>> square, words = np.float32([[0, 0], [0, 1], [2, 1]]), ["a", "b", "c"]
        >>> turned = square[:, ::-1] * [1, -1]
        >>> bool(np.allclose(np.ptp(aligned(turned, words, square, words) - square, 0), 0))
        True
    """
    rows = {word: row for row, word in enumerate(words)}
    shared = [(rows[word], other) for other, word in enumerate(others) if word in rows]
    if len(shared) < 3:
        return places
    mine, theirs = np.array(shared).T
    one, two = places[mine].astype(np.float64), onto[theirs].astype(np.float64)
    left, _, right = np.linalg.svd((one - one.mean(0)).T @ (two - two.mean(0)))
    return np.asarray(places @ (left @ right), np.float32)


def clusters(vectors: np.ndarray, count: int, seed: int) -> np.ndarray:
    """Which of some clusters each vector's direction belongs to, by k-means: int [rows].

    Args:
        vectors: float [rows, dim].
        count: of clusters, at most.
        seed: of the first centres.
    """
    from sklearn.cluster import MiniBatchKMeans

    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    units = np.divide(vectors, lengths, out=np.zeros_like(vectors), where=lengths > 0)
    count = min(count, len(units))
    made = MiniBatchKMeans(count, random_state=seed, n_init=3, batch_size=4096)
    return np.asarray(made.fit_predict(units))


def _filled(places: np.ndarray) -> np.ndarray:
    """Two columns, though there be one dimension alone."""
    wide = np.zeros((len(places), 2), np.float32)
    wide[:, : places.shape[1]] = places[:, :2]
    return wide
