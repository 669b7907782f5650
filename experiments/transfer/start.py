"""What the tables of an embedding begin as, where vectors are given: for one vocabulary, and each seed."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

import embedlab
from embedlab.channels import Channels
from embedlab.text import Vocabulary
from embedlab.vectors import Coverage, from_vectors
from experiments.config import Transfer
from experiments.documents.corpus import is_run
from experiments.documents.prepare import known_words
from experiments.training.placement import Given
from experiments.transfer.pretrained import Pretrained


@dataclasses.dataclass(frozen=True, eq=False)
class Start:
    """What the tables of an embedding begin as.

    Attributes:
        pretrained: the vectors.
        transfer: what becomes of them, in one mode.
        spec: the embedding that reads the tables.
        vocabulary: its words.
        coverage: how many of the words of training have a vector.
        covered: all words that have one.
        unseen: how many further words have an id, for the sake of their vectors.
    """

    pretrained: Pretrained
    transfer: Transfer
    spec: Any
    vocabulary: Vocabulary
    coverage: Coverage
    covered: frozenset[str]
    unseen: int

    def given(self, seed: int) -> Given:
        """The tables, in which words without a vector have been drawn with this seed."""
        kind = embedlab.Subword if isinstance(self.spec, embedlab.Subword) else embedlab.Dense
        words = known_words(self.spec, self.vocabulary)
        policy: dict[str, Any] = {"oov": self.transfer.oov, "forms": self.transfer.forms, "seed": seed}
        found = from_vectors(self.pretrained.vectors, words, kind, **policy)
        table = np.asarray(found.variables.tables["table"]).astype(self.spec.dtype)
        if kind is embedlab.Dense:
            table[Vocabulary.PADDING] = 0
        tables = dict.fromkeys(self.spec.table_shapes, table)
        masked = masked_tables(self.spec, self.transfer)
        return Given(tables, dict.fromkeys(masked, found.pretrained))


def resting_tables(spec: Any, transfer: Transfer) -> tuple[str, ...]:
    """Names of the tables that are never trained.

    Example:
        >>> resting_tables(Channels(10, 8), Transfer("glove-6b-50d", "multichannel"))
        ('channel-0',)
    """
    names = tuple(spec.table_shapes)
    if not transfer.reads:
        return ()
    return {"static": names, "multichannel": names[:1]}.get(transfer.mode, ())


def masked_tables(spec: Any, transfer: Transfer) -> tuple[str, ...]:
    """Names of the tables of which pretrained rows rest, and others are trained."""
    resting = resting_tables(spec, transfer)
    masked = transfer.reads and transfer.freeze_pretrained
    return tuple(name for name in spec.table_shapes if masked and name not in resting)


def spec_for(spec: embedlab.Embedding, transfer: Transfer, vocabulary: Vocabulary) -> embedlab.Embedding:
    """The embedding that is trained, of that which a config has: of as many rows as there are words.

    Args:
        spec: the config's.
        transfer: of one mode.
        vocabulary: of training, with the further words.

    Example:
        >>> words = Vocabulary.build([["cat", "dog"]])
        >>> spec_for(embedlab.Dense(3, 50), Transfer("glove-6b-50d", "multichannel"), words)
        Channels(vocabulary=4, dim=100, channels=2, initialiser=Constant(value=0.0), dtype='float32')
    """
    if not transfer.reads:
        return spec
    own: Any = spec
    rows = max(own.vocabulary, len(vocabulary))
    blank = embedlab.Constant()  # all rows are given
    if transfer.mode == "multichannel":
        return Channels(rows, 2 * own.dim, 2, blank, own.dtype)
    return dataclasses.replace(own, vocabulary=rows, initialiser=blank)


def start(
    spec: embedlab.Embedding, transfer: Transfer, pretrained: Pretrained, vocabulary: Vocabulary
) -> Start:
    """Finds the vectors of the words, and the further words that have one.

    Args:
        spec: the embedding of the config.
        transfer: of one mode, which reads vectors.
        pretrained: the vectors.
        vocabulary: the words of training.

    Raises:
        ValueError: the file can't be read, has a vector of none of these words, or a transform refuses them.
    """
    pretrained.vectors  # noqa: B018 (what is wrong with them is heard now)
    counts = zip(vocabulary.words[2:], vocabulary.counts[2:], strict=True)
    words = Vocabulary.of_counts({word: count for word, count in counts if not is_run(word)})
    found = from_vectors(pretrained.raw, words, oov="zero", forms=transfer.forms)
    further = _further(pretrained, vocabulary) if transfer.unseen else []
    covered = [word for word, has in zip(words.words, found.pretrained, strict=True) if has]
    whole = Vocabulary((*vocabulary.words, *further), (*vocabulary.counts, *[0] * len(further)))
    made = spec_for(spec, transfer, whole)
    return Start(
        pretrained, transfer, made, whole, found.coverage, frozenset([*covered, *further]), len(further)
    )


def _further(pretrained: Pretrained, vocabulary: Vocabulary) -> list[str]:
    """Words of the documents beyond the vocabulary that have a vector, in the order of their code points."""
    words = sorted(word for word in pretrained.corpus_words if word not in vocabulary and not is_run(word))
    return [word for word, has in zip(words, pretrained.have(words), strict=True) if has]
