"""The config of genes."""

from __future__ import annotations

import dataclasses

from embedlab.checks import require
from experiments.genes.data import Genes
from experiments.genes.kmers import Kmers
from experiments.study.sequences import SequenceStudy


@dataclasses.dataclass(frozen=True)
class GeneStudy(SequenceStudy):
    """Sequences of DNA as k-mers → classes.

    Attributes:
        data: where the sequences come from.
        kmers: how a sequence becomes words.
        vectors: vectors of k-mers that `embedding` begins with: a file, or the folder of a pretraining; empty
            to draw them. Those of rivals are drawn.

    Raises:
        ValueError: a field of another type.

    Example:
        >>> import embedlab
        >>> GeneStudy(embedlab.Dense(5000, 16), data=Genes("cds.csv"), kmers=Kmers(k=(3, 6))).max_length
        1024
    """

    data: Genes = Genes()
    kmers: Kmers = Kmers()
    vectors: str = ""

    def __post_init__(self) -> None:
        super().__post_init__()
        for field, kind in {"data": Genes, "kmers": Kmers}.items():
            value = getattr(self, field)
            require(isinstance(value, kind), field, value, f"give an instance of {kind.__name__}")
        require(isinstance(self.vectors, str), "vectors", self.vectors, "give a file, or none: ''")
