"""The words that one embedding knows, and all that can be wrong with it, found before anything is trained."""

from __future__ import annotations

import dataclasses
from typing import Any

import jax
import numpy as np

import embedlab
from embedlab.text import Vocabulary
from experiments.documents.material import Material
from experiments.documents.prepare import own_buffers, vocabulary_for
from experiments.errors import Mistake, mistakes
from experiments.training import model
from experiments.training.stopwatch import Stopwatch
from experiments.transfer.ratios import Ratios, document_counts, ratios, widened
from experiments.transfer.start import Start, start

_SPECIAL = len(Vocabulary.SPECIAL)
_FEWEST = 2  # words; the distance of a word to its nearest neighbour takes two


@dataclasses.dataclass(frozen=True, eq=False)
class Lexicon:
    """An embedding and its words.

    Attributes:
        spec: the embedding that is trained; that of the config, unless vectors ask for another one.
        vocabulary: of the training documents, and the further words that have pretrained vectors.
        buffers: those of the vocabulary alone, which the stored model holds.
        seconds: what it took.
        start: what its tables begin as; None where they are drawn.
        ratios: of the training labels, that stand before the numbers of its rows; None for none.
    """

    spec: embedlab.Embedding
    vocabulary: Vocabulary
    buffers: dict[str, np.ndarray]
    seconds: float
    start: Start | None = None
    ratios: Ratios | None = None


def lexicon(spec: embedlab.Embedding, material: Material, where: str) -> Lexicon:
    """Counts the words, and tries the embedding on them.

    Args:
        spec: the embedding of the config.
        material: what it is to be trained on; its config is of this embedding alone.
        where: its place in the config, as `embedding` or `rivals.hashed`.

    Raises:
        Mistake: it knows fewer than two words, or refuses its buffers, or can't draw its arrays, or the
            encoder can't read its vectors; the pretrained vectors can't be read, or have none of its words.
    """
    watch = Stopwatch()
    begun = None
    with watch("prepare"):
        with mistakes(where):
            vocabulary = _vocabulary(spec, material, where)
        transfer = material.config.transfer
        if material.pretrained is not None and transfer.reads:
            with mistakes():
                begun = start(spec, transfer, material.pretrained, vocabulary)
            spec, vocabulary = begun.spec, begun.vocabulary
    with watch("prepare"), mistakes(where):
        buffers = own_buffers(spec, vocabulary)
        counted = _ratios(spec, vocabulary, buffers, material)
        spec = widened(spec, material.config.prior, len(material.dataset.classes))
        # Nothing is drawn or compiled, but files are read, and shapes and types are checked.
        jax.eval_shape(lambda: spec.init(jax.random.key(0), buffers).tables)
        model.check(material.config.encoder, spec.dim)
    return Lexicon(spec, vocabulary, buffers, watch.seconds["prepare"], begun, counted)


def _ratios(
    spec: Any, vocabulary: Vocabulary, buffers: dict[str, np.ndarray], material: Material
) -> Ratios | None:
    """Those of the training labels; None where none are asked for."""
    prior, rows, dataset = material.config.prior, material.splits.train, material.dataset
    if not prior.ratios:
        return None
    numbers = vocabulary.encode(material.corpus.words)
    sizes = len(dataset.classes), len(vocabulary)
    counts = document_counts(material.corpus, numbers, rows, dataset.labels[rows], *sizes)
    return ratios(spec, buffers, counts, prior)


def _vocabulary(spec: embedlab.Embedding, material: Material, where: str) -> Vocabulary:
    text = material.config.text
    limit: Any = getattr(spec, "vocabulary", None)
    known = 0
    if limit is None or limit >= _SPECIAL:
        found = vocabulary_for(spec, material.learnt_counts, text)
        known = len(found) - _SPECIAL
        if known >= _FEWEST:
            return found
    room = f", raise {where}.vocabulary (it is {limit}, padding and the unknown word among it)"
    room = room if limit is not None else ""
    raise Mistake(
        f"{where}: of the words of the training documents {known or 'none'} would have an id, and {_FEWEST} "
        f"are the least. Lower text.min_count (it is {text.min_count}){room}, or give texts that "
        "hold words."
    )
