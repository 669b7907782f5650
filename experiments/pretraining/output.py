"""What a finished pretraining leaves: vectors for any reader, and of subwords a whole fastText model."""

from __future__ import annotations

from typing import Any

import numpy as np

import embedlab
from embedlab.pretrain import HierarchicalSoftmax, NegativeSampling, SampledSoftmax
from embedlab.vectors import Trained, Vectors, fasttext_from_subword, save, write_fasttext
from experiments.errors import placed
from experiments.pretraining.config import Pretraining
from experiments.pretraining.encoded import Encoded
from experiments.pretraining.methods import Cbow, Lesson
from experiments.pretraining.methods.words import Words
from experiments.runs.run import RunDirectory
from experiments.vector_files import WHOLE


def write(
    directory: RunDirectory, config: Pretraining, encoded: Encoded, lesson: Lesson, params: dict[str, Any]
) -> tuple[str, ...]:
    """Writes the vectors of all words, the most frequent first; and a Subword as fastText would.

    Args:
        directory: of the run.
        config: its settings.
        encoded: the text.
        lesson: what was learnt of it.
        params: what was trained.

    Returns:
        The names of what was written.
    """
    spec, words = config.embedding, encoded.words
    matrix = lesson.vectors(params, np.arange(len(words), dtype=np.int32))
    with placed(directory.path):
        save(directory.path / "vectors", Vectors(words, matrix))
        sums = getattr(config.method, "sums", False)  # which are of two tables, and a model has one
        if not isinstance(spec, embedlab.Subword) or sums:
            return ("vectors",)
        # fastText numbers the nodes of a tree otherwise.
        tree = isinstance(getattr(config.method, "objective", None), HierarchicalSoftmax)
        output = None if tree else np.asarray(params["outputs"].tables["table"], np.float32)
        model = fasttext_from_subword(
            spec,
            params["words"],
            words,
            counts=encoded.counts.tolist(),
            output=output,
            trained=_trained(config),
        )
        write_fasttext(model, directory.path / WHOLE)
    return ("vectors", WHOLE)


def _trained(config: Pretraining) -> Trained:
    """What fastText's file says of how it was trained; GloVe, which fastText has not, stays unsaid."""
    method, epochs = config.method, config.train.epochs
    if not isinstance(method, Words):
        return Trained(epoch=epochs, min_count=config.corpus.min_count)
    return Trained(
        model="cbow" if isinstance(method, Cbow) else "skipgram",
        loss=_LOSSES[type(method.objective)],
        window=method.window,
        epoch=epochs,
        negatives=getattr(method.objective, "negatives", 0),
        min_count=config.corpus.min_count,
        sample=method.subsample,
    )


_LOSSES: dict[type, Any] = {
    NegativeSampling: "negative-sampling",
    HierarchicalSoftmax: "hierarchical-softmax",
    SampledSoftmax: "softmax",
}
