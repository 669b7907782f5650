"""Whether a recommender's training step costs the same at any number of users and items.

    PYTHONPATH=. python scripts/bench_recommend.py           # 10 k users × 10 k items against 1 M × 1 M

The users, items and interactions are generated: ids drawn evenly, ten items for each user. Timed is a step of
4,096 rows (SGD, vectors of 32 numbers of which one is a bias), for matrix factorisation and for BPR, whose
negatives are drawn in the step and looked up among what the user had; beside it a bare gather of the same ids
from a table of the same size, since rows that lie far apart miss the caches whatever one does. All are timed
in turn. The figure is the step's growth over the gather's, t(1 M)/t(10 k) ÷ g(1 M)/g(10 k), with a 95 %
interval.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from ratios import alternate

import embedlab
from embedlab import sparse
from experiments.config import Train
from experiments.recommend import negatives
from experiments.recommend.catalogue import Catalogue
from experiments.recommend.models import Bpr, Factorisation, Model
from experiments.recommend.negatives import Seen
from experiments.recommend.recommender import CATALOGUE, Recommender

BATCH, DIM, RATE, BATCHES, TOGETHER, EACH = 4096, 32, 0.05, 64, 8, 10
MODELS: dict[str, Model] = {"factorisation": Factorisation(), "bpr": Bpr()}


class Data:
    """Generated interactions of as many users as items, in batches, and what a step needs beside them."""

    def __init__(self, side: int) -> None:
        rng = np.random.default_rng(0)
        user, item = np.repeat(np.arange(side), EACH), rng.integers(side, size=side * EACH)
        self.side, self.rows = side, 2 * side
        users = np.arange(side, dtype=np.int32)[:, None]
        share = np.full(side, 1 / side, np.float32)
        made = Catalogue(users, users + side, Seen.of(user, item, side), share)
        self.catalogue = jax.tree.map(jnp.asarray, made)
        places = rng.integers(len(user), size=(BATCHES, BATCH))
        rating = rng.normal(size=places.shape).astype(np.float32)
        self.batches = {"user": user[places].astype(np.int32), "item": item[places].astype(np.int32)}
        self.batches["rating"] = rating
        self.keys = jax.random.split(jax.random.key(0), BATCHES)

    def ids(self, model: Model) -> np.ndarray:
        """The rows that each step reads, int32 [batches, ids]."""
        user, item = self.batches["user"], self.batches["item"] + self.side
        found = [user, item]
        if model.negatives:
            draw = jax.jit(negatives.draw, static_argnums=3)
            each = [
                draw(key, self.catalogue.seen, u, self.side)[0]
                for key, u in zip(self.keys, user, strict=True)
            ]
            found.append(np.stack([np.asarray(one)[:, 0] for one in each]) + self.side)
        return np.stack(found, -1).reshape(BATCHES, -1)


def lines(name: str, data: Data) -> dict[str, Callable[[int], Any]]:
    """The step and the gather, on the same ids and the same table."""
    model = MODELS[name]
    spec = embedlab.Dense(data.rows, DIM, initialiser=embedlab.Normal(0.01))
    recommender, settings = Recommender(spec, model), Train()

    def loss(parameters: Any, catalogue: Any, batch: Any, key: Any) -> Any:
        return recommender.loss(parameters, {CATALOGUE: catalogue}, batch, key, settings)

    trainer = sparse.Trainer(loss, rows=sparse.sgd(RATE))
    variables = spec.init(jax.random.key(0))
    state = trainer.init({"tables": variables.tables, "dense": {}, "towers": {}})
    ids = data.ids(model)
    held, places = {"state": state}, {"step": 0, "gather": 0}

    @jax.jit
    def gather(table: Any, ids: Any) -> Any:
        return table.at[ids].get(mode="promise_in_bounds")

    def next_place(name: str, number: int) -> int:
        first = places[name]
        places[name] = (first + number) % BATCHES
        return first

    def step(count: int) -> float:
        value = None
        for _ in range(count):
            place = next_place("step", 1)
            batch = {key: array[place] for key, array in data.batches.items()}
            held["state"], value = trainer.step(held["state"], data.catalogue, batch, data.keys[place])
        return float(value)  # type: ignore[arg-type]

    def bare(count: int) -> None:
        for _ in range(count):
            rows_read = gather(held["state"].params["tables"]["table"], ids[next_place("gather", 1)])
            rows_read.block_until_ready()

    return {"step": step, "gather": bare}


def told(times: dict[str, np.ndarray], name: str, small: int, large: int, rounds: int) -> str:
    """The figure of a model, with the ends of its interval."""
    picks = np.random.default_rng(0).integers(rounds, size=(10_000, rounds))

    def growth(median: Callable[[np.ndarray], Any], line: str) -> Any:
        return median(times[f"{name} {line} {large}"]) / median(times[f"{name} {line} {small}"])

    def drawn(found: np.ndarray) -> np.ndarray:
        return np.median(found[picks], axis=1)

    low, high = np.quantile(growth(drawn, "step") / growth(drawn, "gather"), [0.025, 0.975])
    step, gather = growth(np.median, "step"), growth(np.median, "gather")
    ratio = step / gather
    return f"{name}: step grows {step:.3f} ×, gather {gather:.3f} ×: {ratio:.3f} ({low:.3f} … {high:.3f})"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--small", type=int, default=10_000, help="users, and items (default 10,000)")
    parser.add_argument("--large", type=int, default=1_000_000, help="users, and items (default 1,000,000)")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--seconds", type=float, default=0.25, help="of a slice (default 0.25)")
    args = parser.parse_args()
    sides = {side: Data(side) for side in (args.small, args.large)}
    contestants = {
        f"{name} {line} {side}": run
        for name in MODELS
        for side, data in sides.items()
        for line, run in lines(name, data).items()
    }
    times = alternate(contestants, args.rounds, args.seconds)
    for line, found in times.items():
        print(f"{line:28} {1e3 * np.median(found):8.3f} ms")
    for name in MODELS:
        print(told(times, name, args.small, args.large, args.rounds))


if __name__ == "__main__":
    main()
