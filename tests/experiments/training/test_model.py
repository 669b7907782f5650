"""A classifier as pure functions: batches of prediction, and what is trained."""

from __future__ import annotations

import jax
import numpy as np
import pytest

import embedlab
from experiments.documents.prepare import Encoded
from experiments.encoders import Bag
from experiments.training import model as module
from experiments.training.model import Model, linked

MODEL = Model(embedlab.Dense(20, 4), Bag(), 3)
PARAMETERS = MODEL.init(jax.random.key(0), {})


def documents(rows: int) -> Encoded:
    rng = np.random.default_rng(0)
    ids = rng.integers(0, 20, (1000, 6)).astype(np.int32)[:rows]
    return Encoded(ids, rng.integers(0, 7, 1000).astype(np.int32)[:rows], {})


def test_what_is_trained() -> None:
    shapes = jax.tree.map(np.shape, PARAMETERS)
    assert shapes == {
        "tables": {"table": (20, 4)},
        "dense": {},
        "encoder": {},
        "head": {"weight": (4, 3), "bias": (3,)},
    }
    assert MODEL.variables(PARAMETERS, {}).num_parameters == 80


@pytest.mark.parametrize("rows", [1, 255, 256, 257, 600])
def test_probabilities_do_not_depend_on_how_many_there_are(rows: int) -> None:
    found = linked(MODEL, PARAMETERS, documents(rows))
    assert found.shape == (rows, 3) and found.dtype == np.float32
    np.testing.assert_allclose(found.sum(1), 1, atol=1e-5)
    np.testing.assert_array_equal(found, linked(MODEL, PARAMETERS, documents(600))[:rows])


def test_probabilities_are_the_softmax_of_the_logits() -> None:
    batch = documents(5)
    logits = MODEL.outputs(PARAMETERS, {}, batch.ids, batch.lengths)
    expected = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    np.testing.assert_allclose(linked(MODEL, PARAMETERS, batch), expected, rtol=1e-5)


def test_few_shapes_are_compiled() -> None:
    module._linked.clear_cache()
    for rows in (1, 7, 200, 256):
        linked(MODEL, PARAMETERS, documents(rows))
    assert module._linked._cache_size() == 1


class _Long(Bag):
    """A bag whose documents go through with others of their length."""

    @property
    def by_length(self) -> bool:
        return True


def test_documents_of_like_length_go_through_together() -> None:
    rng = np.random.default_rng(0)
    batch = Encoded(rng.integers(0, 20, (700, 90), np.int32), rng.integers(0, 91, 700, np.int32), {})
    module._linked.clear_cache()
    found = linked(Model(MODEL.spec, _Long(), 3), PARAMETERS, batch)
    np.testing.assert_allclose(found, linked(MODEL, PARAMETERS, batch), rtol=1e-5, atol=1e-7)
    assert module._linked._cache_size() == 4 + 1  # 16, 32, 64 and 90 ids; the plain bag's own


def test_a_large_set_goes_through_in_blocks_of_one_shape(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = linked(MODEL, PARAMETERS, documents(1000))
    monkeypatch.setattr(module, "_BLOCK", 256)
    module._linked.clear_cache()
    np.testing.assert_array_equal(linked(MODEL, PARAMETERS, documents(1000)), whole)
    assert module._linked._cache_size() == 1
