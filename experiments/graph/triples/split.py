"""A knowledge graph as the studies of embeddings take it: queries, and what ranks without vectors."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Int32

import embedlab
from experiments.graph.triples.baselines import Frequent, Reversed
from experiments.graph.triples.config import TripleStudy
from experiments.graph.triples.facts import SIDES, Facts, queries
from experiments.graph.triples.known import Known
from experiments.graph.triples.leaks import leaks
from experiments.graph.triples.learning import TripleLearning
from experiments.graph.triples.ranking import ranks
from experiments.graph.triples.rules import Rules
from experiments.study.digests import digest
from experiments.study.split import Baseline, Fit, Split
from experiments.tasks.ranks import Ranks


class TripleSplit(Split):
    """Both questions of every test fact: which tail, and which head.

    Args:
        config: the settings.

    Raises:
        ValueError: the facts can't be read.
    """

    config: TripleStudy
    fold, names = None, ()

    def __init__(self, config: TripleStudy) -> None:
        data = config.data
        self.config, self.judge = config, Ranks()
        self._links = config.model
        self._facts, told = data.facts(config.split_seed)
        self.title = data.title or Path(data.path).name.partition(".")[0]
        test = self._facts.queries("test")
        self._watched = evenly(self._facts.queries("valid"), config.train.evaluate_rows)
        self.targets, self.valid_targets = test[:, 2], self._watched[:, 2]
        self.groups, self.groups_of = _pairs(self._facts.test), "questions of the same two entities"
        found = leaks(self._facts, self._rules).told()
        self.about = (*_counts(self._facts, len(self._watched)), *told, *found)
        self.doubts = found
        self.fingerprint = {
            "entities": len(self._facts.entities),
            "relations": len(self._facts.relations),
            "train": len(self._facts.train),
            "facts": digest([*self._facts.entities, *self._facts.relations, self._facts.everything]),
        }

    @functools.cached_property
    def _rules(self) -> Rules:
        return Rules.of(self._facts)

    @functools.cached_property
    def _known(self) -> Known:
        facts = self._facts
        return Known.of(queries(facts.everything, len(facts.relations)), len(facts.entities))

    def learning(self, spec: embedlab.Embedding, where: str) -> TripleLearning:
        """Words of entities and relations, and examples of the training facts."""
        self._links.require_trainable(spec, self.config.train)
        return TripleLearning(spec, self._links, self.config.data, self._facts, self._known, self._watched)

    def by_name(self, predicted: np.ndarray) -> dict[str, dict[str, float]]:
        """MRR, hits and rank of both questions of the test facts of each relation, by its name."""
        names = self._facts.relations
        relation = self._facts.queries("test")[:, 1] % len(names)
        parts = {name: relation == number for number, name in enumerate(names)}
        return {
            name: {**self.judge.metrics(predicted[rows], self.targets[rows]), "rows": int(rows.sum())}
            for name, rows in parts.items()
            if rows.any()
        }

    def baselines(self) -> Mapping[str, Baseline]:
        """The most frequent answers of a relation, and rules between relations."""
        return {"frequent": self._frequent, "rules": self._by_rules}

    def _frequent(self) -> Fit:
        made = Frequent(self._facts)
        return self._fit(made, made.parameters, "ranks by how often an entity answers the relation")

    def _by_rules(self) -> Fit:
        made = Reversed(self._rules, Frequent(self._facts))
        return self._fit(made, made.parameters, "ranks entities that training links by other relations first")

    def _fit(self, scores: Callable[..., Any], parameters: int, what: str) -> Fit:
        found = ranks(self._facts.queries("test"), scores, self._known)
        return Fit(found[:, None], what, parameters, 8 * parameters)


def evenly(rows: Int32[np.ndarray, "rows 3"], most: int | None) -> Int32[np.ndarray, "kept 3"]:
    """So many rows [rows, 3] at most, evenly taken; all of them where there is no bound.

    Example:
        >>> evenly(np.arange(12, dtype=np.int32).reshape(4, 3), 2)[:, 0]
        array([0, 6], dtype=int32)
    """
    if most is None or most >= len(rows):
        return rows
    return rows[np.arange(most) * len(rows) // most]


def _pairs(facts: np.ndarray) -> np.ndarray:
    """Which queries hang together: both of a fact, and those of other facts of the same two entities."""
    ends = np.sort(facts[:, [0, 2]], axis=1)
    _, groups = np.unique(ends, axis=0, return_inverse=True)
    return np.repeat(groups.reshape(-1), 2)


def _counts(facts: Facts, watched: int) -> tuple[str, ...]:
    sizes = " / ".join(f"{len(getattr(facts, side)):,}" for side in SIDES)
    return (
        f"{sizes} facts to train, validate and test on, of {len(facts.entities):,} entities and "
        f"{len(facts.relations):,} relations; each asks for its tail and for its head.",
        "Ranks are among all entities, without other known answers of all three sides; entities that tie "
        f"share the mean of their places. Training is watched on {watched:,} validation queries.",
    )
