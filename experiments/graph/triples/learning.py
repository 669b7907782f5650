"""What one embedding learns of a knowledge graph."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
from jaxtyping import Int, Int32

import embedlab
from embedlab.text import Vocabulary
from experiments.graph.triples.data import TripleFile
from experiments.graph.triples.encode import examples_of
from experiments.graph.triples.facts import Facts
from experiments.graph.triples.known import Known
from experiments.graph.triples.links import Links
from experiments.graph.triples.model import ENTITIES, TripleModel
from experiments.graph.triples.objectives import All
from experiments.graph.triples.scoring import Scoring
from experiments.graph.triples.words import ENTITY, RELATION, Ids, vocabulary_of
from experiments.study.examples import Examples
from experiments.study.learning import Learning
from experiments.study.words import own_numbers, takes_any_word

_SYNSET = re.compile(r".*\.([a-z])\.\d+")


class TripleLearning(Learning):
    """Facts as examples, and ranks of the answers of held-out queries.

    Example:
        See `experiments.graph.triples.split`.
    """

    learner: TripleModel

    def __init__(
        self,
        spec: embedlab.Embedding,
        links: Links,
        data: TripleFile,
        facts: Facts,
        known: Known,
        watched: Int32[np.ndarray, "queries 3"],
    ) -> None:
        """Numbers the words, and makes the examples.

        Args:
            spec: the embedding.
            links: the model's settings.
            data: where the facts are from.
            facts: of all sides.
            known: the answers that do not count against another.
            watched: int32 [queries, 3], of validation.
        """
        self._data, self._facts, self._known, self._watched = data, facts, known, watched
        most = getattr(spec, "vocabulary", None)
        self.vocabulary = vocabulary_of(facts, reciprocal=links.reciprocal, most=most)
        _, self.buffers = own_numbers(spec, self.vocabulary)
        ids, buffers = Ids.of(spec, self.vocabulary, facts.entities)
        relations = len(ids.relations)
        entities = len(self.vocabulary) - 2 - relations
        target = links.objective
        self.learner = TripleModel(spec, links.score, target, links.penalty, relations, entities)
        answers = target.answers if isinstance(target, All) else 1
        made = examples_of(facts, ids, answers=answers)
        learnt = {ENTITIES: ids.entities[:entities]} if takes_any_word(spec) else {}
        self.train = Examples(made, {**self.buffers, **learnt})
        self._scoring = Scoring(self.learner, buffers, ids)

    def watched(self, parameters: dict[str, Any]) -> tuple[np.ndarray, float]:
        """Ranks of the watched validation queries, float64 [queries, 1], and 1 − MRR."""
        ranks = self._scoring.ranks(parameters, self._watched, self._known)
        return ranks[:, None], float(1 - (1 / ranks).mean())

    def tested(self, parameters: dict[str, Any]) -> np.ndarray:
        """Ranks of the test queries, float64 [queries, 1]."""
        return self._scoring.ranks(parameters, self._facts.queries("test"), self._known)[:, None]

    @property
    def kinds(self) -> Int[np.ndarray, " words"]:
        """Relations, and entities by their part of speech or all as one; −1 for the special words."""
        return kinds_of(self.vocabulary, synsets=self._data.kinds == "synset")

    def kept(self) -> dict[str, Any]:
        """What training knows, which predictions leave out: its queries of entities in the vocabulary."""
        asked = self._facts.queries("train")
        return {"known": asked[(asked[:, [0, 2]] < self.learner.entities).all(1)]}

    def covered(self) -> dict[str, float]:
        """How many of the entities in test facts are in the vocabulary, by mention and each once."""
        ends = self._facts.test[:, [0, 2]].ravel()
        known = np.array([ENTITY + name in self.vocabulary for name in self._facts.entities])
        return {
            "coverage_by_token": float(known[ends].mean()),
            "coverage_by_type": float(known[np.unique(ends)].mean()),
        }


def kinds_of(vocabulary: Vocabulary, *, synsets: bool) -> Int[np.ndarray, " words"]:
    """A number for the kind of each word: 0 for relations; entities from 1 on; −1 for the special words.

    Args:
        vocabulary: of the model.
        synsets: whether the letter before the number of an entity's name tells its kind, as in dog.n.01.

    Example:
        >>> words = (*Vocabulary.SPECIAL, "r:is", "e:dog.n.01", "e:run.v.01", "e:cat.n.01", "e:odd")
        >>> kinds_of(Vocabulary(words, (0,) * 7), synsets=True)
        array([-1, -1,  0,  1,  2,  1,  3])
    """
    numbers = {RELATION: 0}
    found = np.full(len(vocabulary), -1)
    for place, word in enumerate(vocabulary.words[2:], 2):
        speech = _SYNSET.fullmatch(word) if synsets and word.startswith(ENTITY) else None
        kind = speech[1] if speech else word[: len(ENTITY)]
        found[place] = numbers.setdefault(kind, len(numbers))
    return found
