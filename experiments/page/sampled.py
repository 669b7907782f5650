"""The slow layouts, t-SNE and UMAP: of many words a sample is laid out, and the others are placed among it.

Both are the libraries' own: openTSNE's `transform` and umap-learn's move each new point alone, by its nearest
of the sample, which takes a fraction of what laying all of them out together takes.
"""

from __future__ import annotations

import contextlib
import io
import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from experiments.reports.telling import Tell

#: Of more words a sample of so many is laid out.
SAMPLE = 10_000
_ITERATIONS = 750  # of t-SNE, as openTSNE has them: 250 exaggerated, then 500
_PLACING = 250  # of those placed later
_OFTEN = 10
_FEW = 1000

#: (vectors, vectors to be placed among them, seed, tell) → places of both.
Layout = Callable[[np.ndarray, np.ndarray, int, Tell], tuple[np.ndarray, np.ndarray]]


def sampled(layout: Layout, vectors: np.ndarray, seed: int, tell: Tell) -> np.ndarray:
    """A place for each vector, float32 [rows, 2]; of more than `SAMPLE`, from a sample by chance.

    Args:
        layout: `tsne` or `umap`.
        vectors: float [rows, dim].
        seed: of the sample and of the layout.
        tell: told how far it is.
    """
    order = np.arange(len(vectors))
    if len(vectors) > SAMPLE:
        order = np.random.default_rng(seed).permutation(len(vectors))
    first, later = order[:SAMPLE], order[SAMPLE:]
    places = np.empty((len(vectors), 2), np.float32)
    places[first], places[later] = layout(vectors[first], vectors[later], seed, tell)
    return places


def tsne(vectors: np.ndarray, later: np.ndarray, seed: int, tell: Tell) -> tuple[np.ndarray, np.ndarray]:
    """By openTSNE: a `Layout`."""
    from openTSNE import TSNE

    done, whole = [0], _ITERATIONS + (_PLACING if len(later) else 0)

    def look(*_: Any) -> None:
        done[0] += _OFTEN
        tell(done[0], whole)

    perplexity = min(30.0, (len(vectors) - 1) / 3)
    made = TSNE(
        perplexity=perplexity,
        random_state=seed,
        n_jobs=-1 if len(vectors) > _FEW else 1,  # threads cost more than they gain
        callbacks=look,
        callbacks_every_iters=_OFTEN,
        initialization="pca",
    )
    tell(0, whole)
    found = made.fit(vectors)
    if not len(later):
        return np.asarray(found, np.float32), np.empty((0, 2), np.float32)
    placed = np.asarray(found.transform(later, n_iter=_PLACING), np.float32)  # this centres the first as well
    tell(whole, whole)
    return np.asarray(found, np.float32), placed


def umap(vectors: np.ndarray, later: np.ndarray, seed: int, tell: Tell) -> tuple[np.ndarray, np.ndarray]:
    """By umap-learn: a `Layout`."""
    from umap import UMAP

    tell(0, 1)
    told = {"desc": "UMAP", "file": sys.stderr, "mininterval": 5.0}
    made = UMAP(
        n_neighbors=min(15, len(vectors) - 1),
        init="pca",  # the spectral one differs from call to call where groups lie wide apart
        random_state=seed,
        n_jobs=1,
        verbose=True,
        tqdm_kwds=told,
    )
    with contextlib.redirect_stdout(io.StringIO()):  # its bar goes to stderr
        found = np.asarray(made.fit_transform(vectors), np.float32)
        placed = made.transform(later) if len(later) else np.empty((0, 2))
    return found, np.asarray(placed, np.float32)
