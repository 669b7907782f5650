"""A trained model of triples asked for what is not known: the best answers to new queries."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from embedlab.base import OpenVocabulary
from experiments.graph.triples.known import Known
from experiments.graph.triples.model import TripleModel
from experiments.graph.triples.scoring import Scoring
from experiments.graph.triples.words import ENTITY, RELATION, Ids
from experiments.nearest import nearest_first
from experiments.study.application import Answering, Stored
from experiments.study.words import own_numbers, takes_any_word

_BEST = 5  # answers to a query


class TripleAnswering(Answering):
    """Answers `head<TAB>relation` with tails, and `<TAB>relation<TAB>tail` with heads.

    The best five come with their scores, the best first, without those that training knows and without the
    entity itself. An entity that training does not know has no vector: its queries have no answer, which is
    said in its place. Where an embedding takes any word, it has the vector of its spelling or of its hash,
    and is answered for by that, as it is tested.

    Args:
        stored: what a finished run left.

    Example:
        See docs/applications/triples.md.
    """

    about = "head and relation with a tab between, or a tab, relation, tab and tail"

    def __init__(self, stored: Stored) -> None:
        spec, links, self._vocabulary = stored.config.embedding, stored.config.model, stored.vocabulary
        words = stored.vocabulary.words[2:]
        named = [word.removeprefix(RELATION) for word in words if word.startswith(RELATION)]
        self._relations = named[: len(named) // 2] if links.reciprocal else named
        self._entities = [word.removeprefix(ENTITY) for word in words[len(named) :]]
        self.learner = TripleModel(
            spec, links.score, links.objective, links.penalty, len(named), len(self._entities)
        )
        own, self.buffers = own_numbers(spec, stored.vocabulary)
        ids = Ids(*np.split(own[2:], [len(named)]))
        self._scoring = Scoring(self.learner, self.buffers, ids)
        self._takes_any = takes_any_word(spec) or isinstance(spec, OpenVocabulary)
        self._known = Known.of(stored.kept["known"], len(self._entities))

    @functools.cached_property
    def _numbers(self) -> tuple[dict[str, int], dict[str, int]]:
        """The number of each entity, and of each relation, by name."""
        entities, relations = (
            {name: place for place, name in enumerate(names)} for names in (self._entities, self._relations)
        )
        return entities, relations

    def answers(
        self, parameters: dict[str, Any], lines: Sequence[str], header: str = ""
    ) -> Iterator[tuple[str, ...]]:
        """The best answers to each line and their scores, in turn.

        Args:
            parameters: `tables` and `dense` of the embedding.
            lines: as a user gives them.
            header: not read.

        Raises:
            ValueError: a line has not two or three parts, or a relation that training did not have.
        """
        queries = [self._read(line, number) for number, line in enumerate(lines, 1)]
        vectors, columns = self._scoring.vectors(parameters), self._scoring.candidates[1]
        known, new = self._numbers[0], self._new([entity for entity, _ in queries])
        for entity, relation in queries:
            if entity in known:
                asked = np.array([[known[entity], relation, 0]], np.int32)
                scores = self._scoring.scores(parameters, vectors, asked)[0][columns]
                scores[self._known.pairs(asked)[1]] = -np.inf
                scores[known[entity]] = -np.inf
            elif entity in new:
                place, scoring = new[entity]
                asked = np.array([[place, relation, 0]], np.int32)
                scores = scoring.scores(parameters, vectors, asked)[0][columns]
            else:
                yield (f"unknown entity {entity!r}",)
                continue
            best = np.argsort(-scores, kind="stable")[:_BEST]
            best = best[np.isfinite(scores[best])]
            yield tuple(text for e in best for text in (self._entities[e], f"{scores[e]:.3f}"))

    def strange(self, lines: Sequence[str], header: str = "") -> list[tuple[str, ...]]:
        """See `Answering.strange`: entities."""
        entities = [self._read(line, number)[0] for number, line in enumerate(lines, 1)]
        return [() if name in self._numbers[0] else (name,) for name in entities]

    def _new(self, entities: Sequence[str]) -> dict[str, tuple[int, Scoring]]:
        """Those that training lacks and that have a vector all the same: their place, what scores them."""
        lacking = dict.fromkeys(name for name in entities if name not in self._numbers[0])
        if not (lacking and self._takes_any):
            return {}
        ids, buffers = Ids.of(self.learner.spec, self._vocabulary, list(lacking))
        scoring = dataclasses.replace(self._scoring, buffers=buffers, ids=ids)
        return {name: (place, scoring) for place, name in enumerate(lacking)}

    def _read(self, line: str, number: int) -> tuple[str, int]:
        """The entity of a line, and the directed relation."""
        parts = [part.strip() for part in line.split("\t")]
        heads = len(parts) == 3 and not parts[0]
        if not heads and not (len(parts) == 2 and parts[0]):
            raise ValueError(f"line {number}: {line!r:.60} is no query; give {self.about}")
        if parts[1] not in self._numbers[1]:
            near = nearest_first(parts[1], self._relations)
            raise ValueError(f"line {number}: there is no relation {parts[1]!r:.60}; there is {near}")
        relation = self._numbers[1][parts[1]] + heads * len(self._relations)
        return parts[2] if heads else parts[0], relation
