"""Log-count ratios of words and classes, and tables that begin with them: see `experiments.config.Prior`."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import jax
import numpy as np
from jaxtyping import Float, Integer

import embedlab
from embedlab.base import ABSENT
from experiments.config import Prior
from experiments.documents.corpus import Corpus
from experiments.training.placement import Given

_TABLE = "table"  # whose rows are as wide as vectors


def document_counts(
    corpus: Corpus,
    numbers: Integer[np.ndarray, " words"],
    rows: Integer[np.ndarray, " rows"],
    labels: Integer[np.ndarray, " rows"],
    classes: int,
    ids: int,
) -> Float[np.ndarray, "classes ids"]:
    """In how many documents of each class each id occurs.

    Args:
        corpus: the documents.
        numbers: the id of each word of the corpus.
        rows: the documents that are counted.
        labels: the class of each of them.
        classes: how many there are.
        ids: how many there are.

    Example:
        >>> from experiments.documents.corpus import gathered
        >>> corpus = gathered([["good", "good", "film"], ["bad", "film"]])
        >>> document_counts(corpus, np.array([2, 3, 4]), np.array([0, 1]), np.array([1, 0]), 2, 5)
        array([[0., 0., 0., 1., 1.],
               [0., 0., 1., 1., 0.]])
    """
    found = np.zeros((classes, ids))
    by_row = dict(zip(rows.tolist(), labels.tolist(), strict=True))
    for block in corpus.blocks(rows):
        words = numbers[corpus.tokens[corpus.places(block)]].astype(np.int64)
        owners = np.repeat(np.arange(len(block)), corpus.lengths_of(block))
        once = np.unique(owners * ids + words)
        label = np.array([by_row[row] for row in block.tolist()], np.int64)
        np.add.at(found, (label[once // ids], once % ids), 1)
    return found


def log_ratios(counts: Float[np.ndarray, "classes n"], smoothing: float) -> Float[np.ndarray, "n classes"]:
    """`ln(p_c / mean of p of the other classes)`; 0 of what was never counted.

    Args:
        counts: of documents.
        smoothing: that is added to each.

    Example:
        >>> log_ratios(np.array([[3.0, 0.0, 1.0, 0.0], [0.0, 3.0, 1.0, 0.0]]), 1.0)[:, 0].round(2)
        array([ 1.39, -1.39,  0.  ,  0.  ])
    """
    smoothed = counts + smoothing
    shares = smoothed / smoothed.sum(1, keepdims=True)
    others = (shares.sum(0) - shares) / max(1, len(shares) - 1)
    return np.where(counts.any(0), np.log(shares / others), 0.0).T


def widened(spec: embedlab.Embedding, prior: Prior, classes: int) -> embedlab.Embedding:
    """The embedding that is trained: one number a class wider, where there are ratios.

    Args:
        spec: the embedding, as the vectors leave it.
        prior: of the config.
        classes: how many there are.

    Example:
        >>> widened(embedlab.Dense(10, 4), Prior(1.0), 2).dim
        6
    """
    return dataclasses.replace(spec, dim=spec.dim + classes) if prior.ratios else spec  # type: ignore[type-var]


@dataclasses.dataclass(frozen=True, eq=False)
class Ratios:
    """The ratios of the rows of one embedding's table.

    Attributes:
        narrow: the embedding without them, which draws the other numbers.
        buffers: its buffers.
        columns: float32 [rows, classes].
    """

    narrow: Any
    buffers: Mapping[str, Any]
    columns: Float[np.ndarray, "rows classes"]

    def given(self, seed: int, begun: Given | None) -> Given:
        """The tables, the ratios before their other numbers.

        Args:
            seed: of what is drawn.
            begun: tables that begin as vectors; None where they are drawn.
        """
        begun = begun or Given()
        table = begun.tables.get(_TABLE)
        if table is None:
            # The key of `Model.init`, so that what is drawn is as it is without ratios.
            key = jax.random.split(jax.random.key(seed))[0]
            table = self.narrow.init(key, self.buffers).tables[_TABLE]
        table = np.asarray(table)
        whole = np.concatenate([self.columns.astype(table.dtype), table], 1)
        return Given({**begun.tables, _TABLE: whole}, begun.masks)


def ratios(
    spec: Any, buffers: Mapping[str, Any], counts: Float[np.ndarray, "classes ids"], prior: Prior
) -> Ratios:
    """The ratio of each row of an embedding's table, by the counts of all ids that read it.

    Args:
        spec: the embedding without them.
        buffers: its buffers.
        counts: in how many documents of each class each id occurs.
        prior: factor and smoothing.

    Raises:
        ValueError: a kind whose vectors are no sums of one table's rows, or that takes rows away.

    Example:
        >>> counts = np.array([[0.0, 0.0, 3.0, 0.0], [0.0, 0.0, 0.0, 3.0]])
        >>> made = ratios(embedlab.Dense(4, 1, embedlab.Constant()), {}, counts, Prior(1.0))
        >>> print(made.given(0, None).tables["table"][2:].round(2))    # two ratios, and what was drawn
        [[ 1.39 -1.39  0.  ]
         [-1.39  1.39  0.  ]]
    """
    ids = np.arange(counts.shape[1], dtype=np.int32)
    look = {each.table: each for each in spec.index(buffers, ids)}.get(_TABLE)
    weights = np.float64(1) if look is None or look.weights is None else np.asarray(look.weights, np.float64)
    if look is None or not spec.linear or (weights < 0).any():
        raise ValueError(
            f"prior.ratios={prior.ratios!r}: of {type(spec).__name__}, whose vectors are no sums of rows, or "
            "take rows away (signed); give a dense, hashed or subword embedding without signs, or 0"
        )
    rows = np.asarray(look.rows)
    real = rows != ABSENT
    weights = np.where(real, weights, 0)
    pooled = np.zeros((len(counts), spec.table_shapes[_TABLE][0]))
    for row, count in zip(pooled, counts, strict=True):
        np.add.at(row, rows[real], (weights * count[:, None])[real])
    # A vector is a sum of so many rows, and is to have the ratio of one.
    share = weights.sum(1)[weights.any(1)].mean()
    columns = prior.ratios / share * log_ratios(pooled, prior.smoothing)
    return Ratios(spec, buffers, columns.astype(np.float32))
