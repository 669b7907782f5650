"""What of the test facts can be read off the training facts: looked for, counted and told.

Source: the questions are those of Toutanova & Chen 2015 and Dettmers et al. 2018.
"""

from __future__ import annotations

import dataclasses

import numpy as np

from experiments.graph.triples.facts import Facts
from experiments.graph.triples.rules import Rules


@dataclasses.dataclass(frozen=True)
class Leaks:
    """Counts of test facts, and what relations give each other away.

    Attributes:
        test: how many there are.
        same: those that are training facts too.
        validated: those that are validation facts too.
        backwards: those whose reverse, by the same relation, is a training fact.
        linked: those whose head and tail a training fact links by whatever relation, either way.
        unseen: those with an entity that is in no training fact.
        repeated: training facts that are there more than once.
        follow: relations that follow from others, in words.

    Example:
        >>> from experiments.graph.triples.facts import facts_of
        >>> few = facts_of([("a", "is", "b"), ("c", "is", "a"), ("a", "is", "d"), ("b", "is", "a")],
        ...                np.array([0, 0, 1, 2]))
        >>> found = leaks(few, Rules.of(few))
        >>> found.same, found.backwards, found.linked, found.unseen
        (0, 1, 1, 0)
    """

    test: int
    same: int
    validated: int
    backwards: int
    linked: int
    unseen: int
    repeated: int
    follow: tuple[str, ...]

    def told(self) -> tuple[str, ...]:
        """What was found, in sentences."""
        counts = {
            "in training too": self.same,
            "in validation too": self.validated,
            "in training backwards by the same relation": self.backwards,
            "of two entities that training links by some relation": self.linked,
        }
        found = [f"{_times(count, 'is', 'are')} {what}" for what, count in counts.items() if count]
        none = [what for what, count in counts.items() if not count]
        parts = [", ".join(found), f"none is {' or '.join(none)}" if none else ""]
        sentences = [f"Of {self.test:,} test facts {'; '.join(filter(None, parts))}."]
        if self.unseen:
            sentences.append(
                f"{_times(self.unseen, 'has', 'have')} an entity that no training fact has; they count, with "
                "the score of the unknown word, or by its spelling or hash where an embedding takes any word."
            )
        if self.follow:
            sentences.append(f"Relations that follow from others: {', '.join(self.follow)}.")
        if self.repeated:
            sentences.append(f"{self.repeated:,} training facts are there more than once.")
        return tuple(sentences)


def leaks(facts: Facts, rules: Rules) -> Leaks:
    """Looks for them.

    Args:
        facts: of all sides.
        rules: of the same facts.

    Example:
        See `Leaks`.
    """
    train, test = facts.train, facts.test
    back = test[:, [2, 1, 0]]
    links = {(int(head), int(tail)) for head, _, tail in train}
    linked = sum((h, t) in links or (t, h) in links for h, _, t in test.tolist())
    return Leaks(
        test=len(test),
        same=_common(test, train),
        validated=_common(test, facts.valid),
        backwards=_common(back[test[:, 0] != test[:, 2]], train),
        linked=linked,
        unseen=int((test[:, [0, 2]] >= facts.seen).any(1).sum()),
        repeated=len(train) - len(np.unique(train, axis=0)),
        follow=tuple(rules.followed()),
    )


def _times(count: int, one: str, several: str) -> str:
    return f"{count:,} {one if count == 1 else several}"


def _common(some: np.ndarray, others: np.ndarray) -> int:
    """How many of some facts are among others."""
    known = set(map(tuple, others.tolist()))
    return sum(tuple(fact) in known for fact in some.tolist())
