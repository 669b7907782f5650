"""What a config says of a model of triples."""

from __future__ import annotations

import dataclasses

import embedlab
from embedlab.checks import require
from experiments.checks import require_bool
from experiments.config import Train
from experiments.graph.triples.model import Penalty
from experiments.graph.triples.objectives import All, Negatives, Objective
from experiments.graph.triples.scores import ComplEx, Score


@dataclasses.dataclass(frozen=True)
class Links:
    """A score of triples, and how it is learnt.

    Attributes:
        score: what makes a number of the vectors of entity, relation and answer.
        objective: how answers are told from other entities: against all of them, or against drawn ones.
        reciprocal: whether the inverse of a relation has a vector of its own, and heads are asked for as its
            tails; else heads are asked for by the score of the fact itself.
        penalty: on the vectors of a fact.

    Raises:
        ValueError: all entities are to be scored by a distance that no product of matrices gives, or a field
            is of another type.

    Example:
        >>> Links().objective
        Negatives(count=1024, shared=True, loss='softmax', margin=6.0, temperature=1.0)

    Reference: Lacroix, Usunier & Obozinski 2018 (reciprocal relations).
    """

    score: Score = ComplEx()
    objective: Objective = Negatives(count=1024, shared=True)
    reciprocal: bool = True
    penalty: Penalty = Penalty(0.05)

    def __post_init__(self) -> None:
        for field, kind in {"score": Score, "objective": Objective, "penalty": Penalty}.items():
            value = getattr(self, field)
            require(isinstance(value, kind), field, value, f"give an instance of {kind.__name__}")
        require_bool("reciprocal", self.reciprocal)
        able = self.score.by_product or not isinstance(self.objective, All)
        remedy = (
            "its distance to every entity is no product of matrices, so that a step would take minutes; take "
            "objective negatives, or TransE with norm=2"
        )
        require(able, "score", self.score, remedy)

    def require_trainable(self, spec: embedlab.Embedding, train: Train) -> None:
        """Refuses an embedding or a training that does not go with it.

        Args:
            spec: the embedding.
            train: how it is trained.

        Raises:
            ValueError: an odd width of complex numbers, a table by rows where each step reads it whole,
                dropout of words.
        """
        self.score.require_width(spec.dim)
        whole = isinstance(self.objective, All)
        remedy = "against all entities a step reads the whole table; take auto or dense, or negatives"
        require(not (whole and train.update == "sparse"), "train.update", train.update, remedy)
        words = train.dropout.words
        require(not words, "train.dropout.words", words, "a query has no words to drop; give components")


def by_distance(score: Score) -> Links:
    """A distance, and how it is learnt: of each answer's own drawn entities the nearest weigh most.

    Entities that a batch shares, as `Links` has them, cost a product of matrices where scores are products,
    and some forty times as much where they are distances, which no product gives.

    Args:
        score: TransE or RotatE.

    Example:
        >>> from experiments.graph.triples.scores import RotatE
        >>> by_distance(RotatE()).objective.count
        64

    Reference: Sun et al. 2019, "RotatE: knowledge graph embedding by relational rotation in complex space".
    """
    near = Negatives(count=64, loss="adversarial", margin=6.0)
    return Links(score, near, reciprocal=False, penalty=Penalty(0.0))
