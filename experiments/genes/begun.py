"""Tables that begin with pretrained vectors of k-mers."""

from __future__ import annotations

from typing import Any

import numpy as np

import embedlab
from embedlab.checks import require
from embedlab.text import Vocabulary
from embedlab.vectors import FastText, from_vectors
from experiments.study.sequences import SequenceLearning, Sequences
from experiments.training.placement import Given
from experiments.transfer.pretrained import open_vectors


class Begun(SequenceLearning):
    """What an embedding learns that begins with vectors: `Dense`, or `Subword` with a fastText model's."""

    def __init__(self, split: Sequences, spec: Any, vocabulary: Vocabulary, path: str) -> None:
        """Reads the vectors.

        Args:
            split: of the data.
            spec: the embedding, which has a row for each word.
            vocabulary: its words; those without a vector are drawn like the others.
            path: of the vectors, or of the folder of a pretraining.

        Raises:
            ValueError: they can't be read, are of another width or kind, or have none of the words.
        """
        try:
            self._vectors = open_vectors(path)
        except ValueError as error:
            raise ValueError(str(error).replace("transfer.vectors", "vectors")) from None
        _require_fitting(spec, self._vectors, path)
        super().__init__(split, spec, vocabulary)
        self.given(0)  # what is wrong with them is heard now

    def given(self, seed: int) -> Given:
        """The table, in which words without a vector are drawn with this seed."""
        spec: Any = self.learner.spec
        kind = embedlab.Subword if isinstance(spec, embedlab.Subword) else embedlab.Dense
        found = from_vectors(self._vectors, self.vocabulary, kind, forms=False, seed=seed)
        table = np.asarray(found.variables.tables["table"]).astype(spec.dtype)
        if kind is embedlab.Dense:
            table[Vocabulary.PADDING] = 0
            more = spec.vocabulary - len(table)  # rows beyond the words, which nothing reads
            table = np.concatenate([table, np.zeros((more, spec.dim), table.dtype)])
        return Given({"table": table})


def _require_fitting(spec: Any, vectors: Any, path: str) -> None:
    able = isinstance(spec, embedlab.Dense | embedlab.Subword)
    remedy = "a hashed row is no word's own; take --embedding.type dense, or leave vectors out"
    require(able, "vectors", path, remedy)
    whole = isinstance(vectors, FastText)
    if isinstance(spec, embedlab.Subword):
        if not whole:
            raise ValueError(
                f"vectors={path!r}: embedding is Subword, and these vectors have no n-grams to begin with; "
                "give the folder of a pretraining of a Subword, or --embedding.type dense"
            )
        own, theirs = ((one.buckets, one.minn, one.maxn) for one in (spec, vectors.settings))
        if own != theirs:
            raise ValueError(
                f"vectors={path!r}: they have {theirs[0]} buckets for n-grams of {theirs[1]} to {theirs[2]} "
                "letters; give embedding.buckets, minn and maxn as they have them"
            )
    dim = vectors.settings.dim if whole else vectors.matrix.shape[1]
    if dim != spec.dim:
        raise ValueError(f"vectors={path!r}: they have {dim} numbers; give --embedding.dim {dim}")
