"""One pretraining: all that its parts are told, and what must fit together."""

from __future__ import annotations

import dataclasses

import embedlab
from embedlab.checks import require, require_count
from experiments.pretraining.looks import Looks
from experiments.pretraining.methods import Method, SkipGram
from experiments.pretraining.schedule import Schedule
from experiments.pretraining.source import Corpus


@dataclasses.dataclass(frozen=True)
class Pretraining:
    """One pretraining: an embedding, the text that it is trained on, and how.

    Attributes:
        embedding: the embedding; its vocabulary is how many words have an id at most, the most frequent ones.
        corpus: the text.
        method: what is learnt of the text.
        train: how the embedding is trained.
        quality: what is asked of the vectors meanwhile.
        seed: of the first vectors, of the words that are looked at, and of those drawn against them.

    Raises:
        ValueError: a field of another type, an embedding that is not float32, or a seed out of 0 … 2³² − 1.

    Example:
        >>> config = Pretraining(embedlab.Dense(50_000, 100), Corpus(("books.txt",)))
        >>> config.method.window
        5
    """

    embedding: embedlab.Embedding
    corpus: Corpus = Corpus()
    method: Method = SkipGram()
    train: Schedule = Schedule()
    quality: Looks = Looks()
    seed: int = 0

    def __post_init__(self) -> None:
        # A class has the protocol's members too, so it is asked for by itself.
        made = isinstance(self.embedding, embedlab.Embedding) and not isinstance(self.embedding, type)
        remedy = "give a spec, such as embedlab.Dense(vocabulary=50000, dim=100)"
        require(made, "embedding", self.embedding, remedy)
        for field, kind in _PARTS.items():
            value = getattr(self, field)
            require(isinstance(value, kind), field, value, f"give an instance of {kind.__name__}")
        dtype = getattr(self.embedding, "dtype", "float32")
        remedy = "pretraining takes float32; experiments.convert narrows what comes of it"
        require(dtype == "float32", "embedding.dtype", dtype, remedy)
        require_count("seed", self.seed, least=0)
        require(self.seed < 2**32, "seed", self.seed, "give a seed below 2**32")


_PARTS = {"corpus": Corpus, "method": Method, "train": Schedule, "quality": Looks}
