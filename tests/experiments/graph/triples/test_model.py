"""Losses against their definitions written out, drawn entities, and examples against the facts."""

from __future__ import annotations

import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

import embedlab
from embedlab import sparse
from experiments.config import Train
from experiments.graph.triples.encode import examples_of
from experiments.graph.triples.facts import Facts, facts_of, queries
from experiments.graph.triples.model import ENTITIES, Penalty, TripleModel
from experiments.graph.triples.objectives import All, Negatives, Objective
from experiments.graph.triples.scores import ComplEx, DistMult, RotatE, Score, TransE
from experiments.graph.triples.words import NONE, Ids, vocabulary_of
from experiments.study.words import hashed_words

WIDTH = 6


@pytest.fixture(scope="module")
def facts() -> Facts:
    rng = np.random.default_rng(0)
    names = [(f"n{h}", f"r{r}", f"n{t}") for h, r, t in rng.integers(0, [9, 2, 9], (40, 3))]
    return facts_of(names, np.array([0] * 36 + [1, 1, 2, 2]))


def model_of(
    facts: Facts, target: Objective, score: Score | None = None, penalty: float = 0.0, reciprocal: bool = True
) -> TripleModel:
    vocabulary = vocabulary_of(facts, reciprocal=reciprocal)
    relations = len(facts.relations) * (2 if reciprocal else 1)
    spec = embedlab.Dense(len(vocabulary), WIDTH, embedlab.Normal(0.5))
    return TripleModel(spec, score or ComplEx(), target, Penalty(penalty), relations, facts.seen)


def ids_of(model: TripleModel, facts: Facts) -> Ids:
    entities = np.ones(len(facts.entities), np.int32)
    entities[: facts.seen] = model.first + np.arange(facts.seen)
    return Ids(2 + np.arange(model.relations, dtype=np.int32), entities)


def parameters_of(model: TripleModel) -> dict[str, object]:
    variables = model.spec.init(jax.random.key(0))
    return {"tables": variables.tables, "dense": variables.dense}


def complex_of(vectors: np.ndarray) -> np.ndarray:
    return vectors[..., : WIDTH // 2] + 1j * vectors[..., WIDTH // 2 :]


@pytest.mark.parametrize("reciprocal", [True, False])
@pytest.mark.parametrize("answers", [1, 3, 50])
def test_examples_hold_each_fact_once_a_side(facts: Facts, reciprocal: bool, answers: int) -> None:
    model = model_of(facts, All(), reciprocal=reciprocal)
    made = examples_of(facts, ids_of(model, facts), answers=answers)
    found = set()
    for entity, relation, heads, row in zip(*map(np.ndarray.tolist, made.values()), strict=True):
        for answer in filter(NONE.__ne__, row):
            key = (entity - model.first, relation - 2 + 2 * heads, answer - model.first)
            assert key not in found
            found.add(key)
    assert found == set(map(tuple, queries(facts.train, 2).tolist()))


@pytest.mark.parametrize("answers", [1, 4])
@pytest.mark.parametrize("reciprocal", [True, False])
def test_loss_against_all_is_the_mean_over_facts(facts: Facts, reciprocal: bool, answers: int) -> None:
    model = model_of(facts, All(0.1, answers), penalty=0.2, reciprocal=reciprocal)
    parameters, ids = parameters_of(model), ids_of(model, facts)
    batch = examples_of(facts, ids, answers=answers)
    found = model.loss(parameters, {}, batch, jax.random.key(0), Train())
    table = complex_of(np.asarray(parameters["tables"]["table"], np.float64))  # type: ignore[index]
    losses = []
    for head, relation, tail in np.unique(queries(facts.train, 2), axis=0).tolist():
        h, t, every = table[ids.entities[head]], table[ids.entities[tail]], table[model.first :]
        r = table[2 + relation] if reciprocal else table[2 + relation % 2]
        # Without reciprocal relations a head is asked for by the score of the fact itself.
        backwards = relation >= 2 and not reciprocal
        scores = ((r * every * h.conj()) if backwards else (h * r * every.conj())).sum(-1).real
        own = ((r * t * h.conj()) if backwards else (h * r * t.conj())).sum().real
        crossed = np.log(np.exp(scores).sum()) - 0.9 * own - 0.1 * scores.mean()
        losses.append(crossed + 0.2 * sum((np.abs(x) ** 3).sum() for x in (h, r, t)))
    np.testing.assert_allclose(found, np.mean(losses), rtol=1e-4)


@pytest.mark.parametrize("loss", ["softmax", "logistic", "margin", "adversarial"])
@pytest.mark.parametrize("score", [ComplEx(), TransE(1), TransE(2), RotatE()])
def test_shared_and_own_negatives_are_the_same_loss(facts: Facts, loss: str, score: Score) -> None:
    """One example alone has the same entities drawn either way, by product or one by one."""
    target = Negatives(5, loss=loss, margin=1.0)  # type: ignore[arg-type]
    parameters = parameters_of(model_of(facts, target, score))
    found = []
    for shared in (True, False):
        model = model_of(facts, dataclasses.replace(target, shared=shared), score)
        batch = examples_of(facts, ids_of(model, facts), answers=1)
        one = jax.tree.map(lambda x: x[:1], batch)
        found.append(float(model.loss(parameters, {}, one, jax.random.key(1), Train())))
    np.testing.assert_allclose(found[0], found[1], rtol=1e-5)


def test_drawn_entities_are_all_of_them_and_evenly(facts: Facts) -> None:
    """Of very many drawn ones, each is there its part of the times; the answer itself is not among them."""
    many = 40_000
    model = model_of(facts, Negatives(many, shared=True))
    batch = examples_of(facts, ids_of(model, facts), answers=1)
    parameters = parameters_of(model)
    found = model.loss(parameters, {}, batch, jax.random.key(1), Train())
    table = np.asarray(parameters["tables"]["table"])  # type: ignore[index]
    query = model.score.tails(table[batch["entity"]], table[batch["relation"]])
    powers = np.exp(np.asarray(query) @ table[model.first :].T)
    own = powers[np.arange(len(powers)), batch["answers"][:, 0] - model.first]
    wanted = np.log(own + many / facts.seen * (powers.sum(1) - own)) - np.log(own)
    assert abs(float(found) - wanted.mean()) < 0.02


def test_dropout_is_of_the_query_in_training(facts: Facts) -> None:
    model = model_of(facts, All(), DistMult())
    parameters = parameters_of(model)
    batch = examples_of(facts, ids_of(model, facts), answers=2)

    def loss(seed: int, rate: float) -> float:
        settings = Train(dropout=embedlab.Dropout(components=rate))
        return float(model.loss(parameters, {}, batch, jax.random.key(seed), settings))

    assert loss(0, 0.0) == loss(1, 0.0)
    assert loss(0, 0.5) != loss(1, 0.5)
    # Without a query every entity has the same score.
    assert abs(loss(0, 1 - 1e-7) - np.log(facts.seen)) < 1e-3


@pytest.mark.parametrize("raw", [False, True], ids=["numbers", "hashes"])
@pytest.mark.parametrize("target", [All(), Negatives(4), Negatives(4, shared=True)])
def test_a_table_by_rows_and_whole_learn_the_same_loss(facts: Facts, target: Objective, raw: bool) -> None:
    model = model_of(facts, target)
    ids, buffers = ids_of(model, facts), dict[str, jax.Array]()
    if raw:
        model = dataclasses.replace(model, spec=embedlab.Hashed(None, WIDTH, buckets=30))
        ids, _ = Ids.of(model.spec, vocabulary_of(facts, reciprocal=True), facts.entities)
        buffers = {ENTITIES: jnp.asarray(ids.entities[: facts.seen])}
    batch = examples_of(facts, ids, answers=1)

    def loss(parameters: dict[str, object], batch: object, key: jax.Array) -> jax.Array:
        return model.loss(parameters, buffers, batch, key, Train())

    whole = sparse.Trainer(loss, dense=optax.sgd(0.5), dense_tables=("table",))
    trainers = [whole] if isinstance(target, All) else [whole, sparse.Trainer(loss, rows=sparse.sgd(0.5))]
    ends = []
    for trainer in trainers:
        state = trainer.init(parameters_of(model))
        losses = []
        for step in range(20):
            state, value = trainer.step(state, batch, jax.random.key(step % 2))
            losses.append(float(value))
        ends.append(np.asarray(trainer.finalize(state).params["tables"]["table"]))
        assert losses[-2] < losses[0]
    np.testing.assert_allclose(ends[0], ends[-1], rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("reciprocal", [True, False])
@pytest.mark.parametrize("target", [All(0.1, 3), Negatives(7), Negatives(7, shared=True)])
def test_hashes_of_names_are_learnt_as_rows_of_the_same_vectors(
    facts: Facts, target: Objective, reciprocal: bool
) -> None:
    """Without a vocabulary the loss is that of a table with a row for what hashed rows make of each word."""
    model = model_of(facts, target, penalty=0.2, reciprocal=reciprocal)
    words = vocabulary_of(facts, reciprocal=reciprocal)
    answers = target.answers if isinstance(target, All) else 1
    hashed = dataclasses.replace(model, spec=embedlab.Hashed(None, WIDTH, buckets=9))
    ids, _ = Ids.of(hashed.spec, words, facts.entities)
    parameters, own = parameters_of(hashed), hashed_words(words.words)
    variables = hashed.variables(parameters, {})
    rows = {"tables": {"table": embedlab.embed(hashed.spec, variables, own)}, "dense": {}}
    batches = [examples_of(facts, each, answers=answers) for each in (ids, ids_of(model, facts))]
    buffers = {ENTITIES: jnp.asarray(ids.entities[: facts.seen])}
    found = hashed.loss(parameters, buffers, batches[0], jax.random.key(3), Train())
    wanted = model.loss(rows, {}, batches[1], jax.random.key(3), Train())
    np.testing.assert_allclose(found, wanted, rtol=1e-5)
    assert {*ids.relations.tolist(), *ids.entities.tolist()} <= {*own[2:].tolist()} and min(own) > 99
