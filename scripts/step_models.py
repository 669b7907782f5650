"""The models that `bench_step.py` trains: embedlab's, and the same with a dense gradient and optax.

All have 1,024 × 32 ids a step, 64 wide, and a linear layer to 4 classes; and fresh ids in every step.
"""

from __future__ import annotations

import argparse
import dataclasses
import functools
from collections.abc import Callable, Iterator
from typing import Any

import flax.linen as nn
import jax
import jax.numpy as jnp
import numpy as np
import optax

import embedlab
from embedlab import sparse

BATCH, LENGTH, DIM, CLASSES, RATE = 1024, 32, 64, 4, 0.05
BATCHES = 512  # 16.8 million ids: few rows are still in a cache when their batch comes again
TOGETHER = 8  # steps in one program, for both: it spares the time between them
NGRAMS = 12  # rows of a word beside its own

#: name → (embedlab's, optax's). Lazy and row-wise ones are compared with the optax optimizer of that name.
OPTIMIZERS: dict[str, tuple[Any, Any]] = {
    "sgd": (sparse.sgd(RATE), optax.sgd(RATE)),
    "adagrad": (sparse.adagrad(RATE), optax.adagrad(RATE)),
    "row_adagrad": (sparse.row_adagrad(RATE), optax.adagrad(RATE)),
    "adam": (sparse.adam(RATE), optax.adam(RATE)),
    "row_adam": (sparse.row_adam(RATE), optax.adam(RATE)),
    "momentum": (sparse.sgd(RATE, 0.9), optax.sgd(RATE, 0.9)),
    "adam exact": (sparse.adam(RATE, exact=True), optax.adam(RATE)),
    "momentum exact": (sparse.sgd(RATE, 0.9, exact=True), optax.sgd(RATE, 0.9)),
    "adagrad + decay": (
        sparse.adagrad(RATE, weight_decay=1e-3),
        optax.chain(
            optax.scale_by_rss(), optax.add_decayed_weights(1e-3), optax.scale_by_learning_rate(RATE)
        ),
    ),
}
KINDS = ("bag", "unpooled", "hashed", "subword")
DISTRIBUTIONS = ("zipf", "uniform")
LEAST_ROWS = 8  # of a table: "subword" has words in a quarter of it


@dataclasses.dataclass(frozen=True)
class Case:
    """What is trained.

    Attributes:
        kind: one of `KINDS`; "bag" and "unpooled" are dense embeddings.
        rows: of the table.
        distribution: of the ids, one of `DISTRIBUTIONS`; "zipf" has the exponent 1.1.
        optimizer: a name of `OPTIMIZERS`.
        strategy: how tables are updated; None for the product's choice.
    """

    kind: str
    rows: int
    distribution: str
    optimizer: str
    strategy: str | None = None

    @property
    def words(self) -> int:
        """How many ids there are."""
        return self.rows // 4 if self.kind == "subword" else self.rows

    @property
    def spec(self) -> embedlab.Embedding:
        """The embedding, with one table of `rows` rows."""
        start = embedlab.Uniform(-0.1, 0.1)
        if self.kind == "hashed":
            return embedlab.Hashed(self.rows, DIM, buckets=self.rows, hashes=2, initialiser=start)
        if self.kind == "subword":
            return embedlab.Subword(self.words, DIM, buckets=self.rows - self.words, initialiser=start)
        return embedlab.Dense(self.rows, DIM, initialiser=start)

    def params(self) -> dict[str, Any]:
        """New parameters."""
        buffers = {}
        if self.kind == "subword":  # random buckets cost what real n-grams cost
            rng = np.random.default_rng(1)
            ngrams = rng.integers(0, self.rows - self.words, (self.words, NGRAMS), np.int32)
            buffers = {"ngrams": jnp.asarray(ngrams)}
        words = self.spec.init(jax.random.key(0), buffers)
        return {"words": words, "weight": jnp.zeros((DIM, CLASSES)), "bias": jnp.zeros(CLASSES)}

    def loss(self, params: Any, ids: Any, labels: Any) -> Any:
        """Cross-entropy of the mean bags' logits; unpooled, of the means of squashed vectors."""
        if self.kind == "unpooled":
            vectors = jnp.tanh(embedlab.embed(self.spec, params["words"], ids)).mean(1)
        else:
            vectors = embedlab.bag(self.spec, params["words"], ids)
        logits = vectors @ params["weight"] + params["bias"]
        return optax.softmax_cross_entropy_with_integer_labels(logits, labels).mean()


def row_count(text: str) -> int:
    """A number of rows, as argparse has it checked."""
    try:
        rows = int(text)
    except ValueError:
        rows = 0
    if rows < LEAST_ROWS:
        raise argparse.ArgumentTypeError(f"{text!r}: give a whole number of at least {LEAST_ROWS}")
    return rows


@functools.cache
def batches(words: int, distribution: str) -> tuple[np.ndarray, np.ndarray]:
    """Ids int32 [BATCHES, BATCH, LENGTH] and labels int32 [BATCHES, BATCH]."""
    rng = np.random.default_rng(0)
    shape = (BATCHES, BATCH, LENGTH)
    if distribution == "uniform":
        ids = rng.integers(0, words, shape, np.int32)
    else:
        share = np.cumsum(np.arange(1, words + 1, dtype=np.float64) ** -1.1)
        drawn = np.searchsorted(share / share[-1], rng.random(shape))
        ids = np.minimum(drawn, words - 1).astype(np.int32)
    return ids, rng.integers(0, CLASSES, shape[:2], np.int32)


class Contestant:
    """A training that takes steps on demand.

    Attributes:
        state: what it trains.
        steps: takes several steps in one program: (state, ids, labels) → (state, losses).
    """

    def __init__(self, case: Case, state: Any, steps: Callable[..., Any]) -> None:
        self.state, self.steps = state, steps
        self._data = batches(case.words, case.distribution)
        self._places = _endless()

    def __call__(self, count: int) -> float:
        """Takes so many steps, all that is done for them included, and waits for their end; the last loss."""
        while count:
            now = TOGETHER if count >= TOGETHER else 1  # two programs in all
            chosen = [next(self._places) for _ in range(now)]
            ids, labels = (array[chosen] for array in self._data)
            self.state, losses = self.steps(self.state, ids, labels)
            count -= now
        return float(losses[-1])


def _endless() -> Iterator[int]:
    while True:
        yield from range(BATCHES)


def embedlab_sparse(case: Case) -> Contestant:
    """The product's training step."""
    rows, dense = OPTIMIZERS[case.optimizer]
    trainer = sparse.Trainer(case.loss, rows=rows, dense=dense, strategy=case.strategy)
    return Contestant(case, trainer.init(case.params()), trainer.steps)


def dense_gradient(case: Case) -> Contestant:
    """The same model with JAX's own gradient, and optax over the whole table."""
    return _by_optax(case, case.params(), case.loss)


def flax_optax(case: Case) -> Contestant:
    """What one writes without the library: `flax.linen.Embed`, a mean, a layer, and optax."""

    class Classifier(nn.Module):
        @nn.compact
        def __call__(self, ids: Any) -> Any:
            return nn.Dense(CLASSES)(nn.Embed(case.rows, DIM)(ids).mean(1))

    def loss(params: Any, ids: Any, labels: Any) -> Any:
        logits = Classifier().apply(params, ids)
        return optax.softmax_cross_entropy_with_integer_labels(logits, labels).mean()

    table = case.params()["words"].tables["table"]
    head = {"kernel": jnp.zeros((DIM, CLASSES)), "bias": jnp.zeros(CLASSES)}
    return _by_optax(case, {"params": {"Embed_0": {"embedding": table}, "Dense_0": head}}, loss)


def _by_optax(case: Case, params: Any, loss: Callable[..., Any]) -> Contestant:
    optimizer = OPTIMIZERS[case.optimizer][1]
    fixed = {}
    if "words" in params:  # integers are not differentiated
        fixed = params["words"].buffers
        params = {**params, "words": embedlab.Variables(params["words"].tables)}

    def with_buffers(params: Any, ids: Any, labels: Any) -> Any:
        if "words" in params:
            params = {**params, "words": embedlab.Variables(params["words"].tables, buffers=fixed)}
        return loss(params, ids, labels)

    def step(state: Any, batch: Any) -> Any:
        value, gradient = jax.value_and_grad(with_buffers)(state[0], *batch)
        updates, kept = optimizer.update(gradient, state[1], state[0])
        return (optax.apply_updates(state[0], updates), kept), value

    @functools.partial(jax.jit, donate_argnums=0)
    def steps(state: Any, ids: Any, labels: Any) -> Any:
        return jax.lax.scan(step, state, (ids, labels))

    return Contestant(case, (params, jax.jit(optimizer.init)(params)), steps)
