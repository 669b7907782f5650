"""Trainings of several seeds in one program, under `vmap`, against one after the other.

    PYTHONPATH=. python scripts/bench_seeds.py configs/quickstart.py --trainings 3 --train.update dense

Any config and its overrides, as the program takes them; of its embeddings the main one. Both ways are timed
in turn in one process, `--steps` steps of each training, so that a change in the machine's load meets both.
Only steps count: not compilation, evaluation, nor the drawing of parameters; the first call, which compiles,
stands beside. Prints the median of each, the ratio with a bootstrap 95 % interval (above 1 the one program is
the faster), the same of the processor's seconds, which others at work on the machine disturb less, and how
far losses lie apart.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from ratios import ratio_interval

from experiments.comparisons.single import Prepared, prepare
from experiments.config import Config
from experiments.documents.feed import feed
from experiments.documents.material import read
from experiments.errors import Mistake
from experiments.settings import config_file, overrides
from experiments.training import steps, together
from experiments.training.lexicon import lexicon
from experiments.training.placement import placement

WAYS = ("one by one", "together")
Way = Callable[[], np.ndarray]


def ways(prepared: Prepared, trainings: int, count: int) -> dict[str, Way]:
    """What takes the steps in each way, from the start; the losses [trainings, steps]."""
    model, settings = prepared.model, prepared.material.config.train
    if model.encoder.by_length:
        kind = type(model.encoder).__name__.lower()
        raise Mistake(
            f"encoder.type={kind}: its batches are of documents of like length, so of other shapes for each "
            "seed, and there is no one program; give --encoder.type bag"
        )
    train = prepared.labelled(prepared.material.splits.train)
    place = placement(model, settings, prepared.lexicon.buffers)
    buffers = train.documents.buffers
    seeds = range(trainings)
    feeds = [feed(train, seed, settings.batch, count, by_length=False) for seed in seeds]
    parts = [next(iter(each.parts(0, count))) for each in feeds]
    arrays, rows = parts[0][0], np.stack([part[1] for part in parts])
    keys = jnp.stack([jax.random.key(seed) for seed in seeds])

    def begun() -> list[Any]:
        return jax.block_until_ready([place.begun(place.like(seed), seed)[0] for seed in seeds])

    def alone(states: list[Any]) -> np.ndarray:
        found = [
            np.asarray(steps.take(model, settings, state, buffers, arrays, own, count, key)[1])
            for state, own, key in zip(states, rows, keys, strict=True)
        ]
        return np.stack(found)

    def at_once(live: Any) -> np.ndarray:
        return np.asarray(together.take(model, settings, live, buffers, arrays, rows, count, keys)[1])

    return {
        "one by one": lambda: _timed(alone, begun()),
        "together": lambda: _timed(at_once, jax.block_until_ready(together.stacked(begun()))),
    }


def _timed(take: Callable[[Any], np.ndarray], states: Any) -> np.ndarray:
    """Wall seconds and the processor's, then all losses: one row of numbers."""
    wall, work = time.perf_counter(), time.process_time()
    losses = take(states)
    return np.array([time.perf_counter() - wall, time.process_time() - work, *losses.ravel()])


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("config", help="a config file")
    parser.add_argument("--trainings", type=int, default=3, help="how many seeds (default 3)")
    parser.add_argument("--steps", type=int, default=100, help="of each training (default 100)")
    parser.add_argument("--rounds", type=int, default=9, help="measured rounds; at least 9 (default)")
    args, rest = parser.parse_known_args()
    try:
        config: Config = overrides.apply(config_file.load(args.config), rest).config
        if min(args.trainings, args.steps) < 1:
            raise Mistake("--trainings, --steps: give whole numbers of at least 1")
        material = read(config)
        prepared = prepare(lexicon(config.embedding, material, "embedding"), material)
        each = ways(prepared, args.trainings, args.steps)
    except Mistake as error:
        parser.exit(2, f"error: {error}\n")
    print(f"jax {jax.__version__}, {jax.default_backend()}; {config.embedding}; update {config.train.update}")
    found: dict[str, list[np.ndarray]] = {way: [] for way in WAYS}
    for turn in range(max(9, args.rounds) + 1):
        for way in WAYS if turn % 2 else WAYS[::-1]:
            found[way].append(each[way]())
    for way, rounds in found.items():
        middle = np.median([one[0] for one in rounds[1:]])
        print(
            f"{way:<11} {middle:7.3f} s for {args.trainings} × {args.steps} steps; first {rounds[0][0]:.1f} s"
        )
    for place, name in enumerate(("by the clock", "of the processor's seconds")):
        slow, fast = (np.array([one[place] for one in found[way][1:]]) for way in WAYS)
        print("gain {}: {:.2f} × ({:.2f} … {:.2f})".format(name, *ratio_interval(slow, fast)))
    apart = np.abs(found["together"][0][2:] - found["one by one"][0][2:]).max()
    print(f"losses lie {apart:.1e} apart at most")


if __name__ == "__main__":
    main()
