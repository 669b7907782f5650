"""Ranks of held-out queries against scores written out, of entities that training lacks as well."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jax
import numpy as np
import pytest

import embedlab
from experiments.graph.triples.config import TripleStudy
from experiments.graph.triples.data import TripleFile
from experiments.graph.triples.links import Links
from experiments.graph.triples.split import TripleSplit
from experiments.study.words import hashed_words

TRAIN = [("a", "r", "b"), ("a", "r", "c"), ("b", "r", "d"), ("d", "s", "a"), ("c", "s", "b"), ("e", "r", "a")]
VALID, TEST = [("a", "r", "d")], [("x", "r", "y"), ("b", "s", "y"), ("a", "r", "e"), ("c", "r", "d")]
NAMES = "abcdexy"


def split_of(folder: Path, spec: embedlab.Embedding, reciprocal: bool) -> TripleSplit:
    sides = {"train": TRAIN, "valid": VALID, "test": TEST}
    rows = [",".join((*fact, side)) for side, facts in sides.items() for fact in facts]
    (folder / "f.csv").write_text("head,relation,tail,side\n" + "\n".join(rows) + "\n")
    data = TripleFile(path=str(folder / "f.csv"), split="side")
    return TripleSplit(TripleStudy(spec, data=data, model=Links(reciprocal=reciprocal)))


def rank(spec: Any, variables: Any, query: tuple[str, str, str], heads: bool, reciprocal: bool) -> float:
    """Of one question, by ComplEx of vectors that are found by the hashes of words alone."""

    def number(word: str) -> np.ndarray:
        vector = np.asarray(embedlab.embed(spec, variables, hashed_words([word])))[0].astype(np.float64)
        return vector[:3] + 1j * vector[3:]

    head, relation, tail = query
    known, answer = (tail, head) if heads else (head, tail)
    inverse = heads and reciprocal
    r = number(f"r:{relation}⁻¹" if inverse else f"r:{relation}")
    scores = {}
    for other in NAMES:
        h, t = (other, known) if heads and not inverse else (known, other)
        fact = (other, relation, tail) if heads else (head, relation, other)
        if other == answer or fact not in TRAIN + VALID + TEST:
            scores[other] = float((number(f"e:{h}") * r * number(f"e:{t}").conj()).sum().real)
    return 1 + sum(score > scores[answer] for other, score in scores.items() if other != answer)


@pytest.mark.parametrize("reciprocal", [True, False])
def test_by_the_hashes_of_names_every_entity_has_a_rank_of_its_own(tmp_path: Path, reciprocal: bool) -> None:
    spec = embedlab.Hashed(None, 6, buckets=40)
    split = split_of(tmp_path, spec, reciprocal)
    assert "by its spelling or hash where an embedding takes any word" in " ".join(split.doubts)
    learning = split.learning(spec, "embedding")
    parameters = learning.learner.init(jax.random.key(1), learning.buffers)
    variables = learning.learner.variables(parameters, learning.train.buffers)
    wanted = [rank(spec, variables, fact, heads, reciprocal) for fact in TEST for heads in (False, True)]
    assert learning.tested(parameters)[:, 0].tolist() == wanted
    assert len(learning.vocabulary) == 2 + (4 if reciprocal else 2) + len("abcde")  # x, y: no training word


def test_by_a_vocabulary_those_that_training_lacks_tie(tmp_path: Path) -> None:
    for spec in (embedlab.Dense(40, 6), embedlab.Hashed(40, 6, buckets=40)):
        learning = split_of(tmp_path, spec, True).learning(spec, "embedding")
        parameters = learning.learner.init(jax.random.key(1), learning.buffers)
        assert (learning.tested(parameters)[:3, 0] % 1 == 0.5).all()
