"""Steps a second of `experiments.classify`, tables trained row by row against a pass over the table.

    PYTHONPATH=. python scripts/bench_classify.py configs/quickstart.py --rounds 9 \\
        --embedding.type hashed --embedding.buckets 1000000

Any config and its overrides, as the program takes them; of its embeddings the main one. Both ways are
timed in turn in one process, a training of `--steps` each, so that a change in the machine's load meets
both. Only steps count: not compilation, not evaluation, not the drawing of the first parameters. Prints
the median of each, and the ratio of medians with a bootstrap 95 % interval.
"""

from __future__ import annotations

import argparse
import dataclasses
from collections.abc import Sequence

import jax
import numpy as np
from ratios import ratio_interval

from experiments.comparisons.single import Prepared, prepare
from experiments.config import Config, Train
from experiments.documents.material import read
from experiments.process.program import guarded
from experiments.settings import config_file, overrides
from experiments.training.lexicon import lexicon
from experiments.training.train import fit

WAYS = ("dense", "sparse")


def seconds_a_step(prepared: Prepared, settings: Train) -> float:
    """Of one training, whose programs are compiled already, all but the first time."""
    splits = prepared.material.splits
    train, valid = prepared.labelled(splits.train), prepared.labelled(splits.valid)
    fitted = fit(prepared.model, settings, train, valid, seed=0, buffers=prepared.lexicon.buffers)
    return (fitted.seconds["compile"] + fitted.seconds["train"]) / fitted.steps


def measure(config: Config, steps: int, rounds: int) -> dict[str, np.ndarray]:
    """Seconds a step, a number a round, by way."""
    material = read(config)
    prepared = prepare(lexicon(config.embedding, material, "embedding"), material)
    print(f"jax {jax.__version__}, {jax.default_backend()}; {config.embedding}")
    print(f"{config.train}; {rounds} rounds of {steps} steps each", flush=True)
    # One evaluation in the middle, as in a run: the state goes from program to program.
    chosen = dataclasses.replace(config.train, steps=steps, evaluate_every=steps // 2, patience=steps)
    times: dict[str, list[float]] = {way: [] for way in WAYS}
    for turn in range(rounds + 1):
        for way in WAYS if turn % 2 else WAYS[::-1]:
            seconds = seconds_a_step(prepared, dataclasses.replace(chosen, update=way))
            if turn:  # the first round compiles
                times[way].append(seconds)
    return {way: np.array(found) for way, found in times.items()}


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("config", help="a config file")
    parser.add_argument("--steps", type=int, default=50, help="of a training, even (default 50)")
    parser.add_argument("--rounds", type=int, default=9, help="measured rounds; at least 9 (default)")
    args, rest = parser.parse_known_args()
    return guarded(lambda: run(args, rest))


def run(args: argparse.Namespace, rest: Sequence[str]) -> int:
    """Measures, and tells of it."""
    config = overrides.apply(config_file.load(args.config), rest).config
    times = measure(config, args.steps, max(9, args.rounds))
    for way, seconds in times.items():
        middle = np.median(seconds)
        print(f"{way:<7} {1e3 * middle:9.2f} ms a step, {1 / middle:8.1f} steps a second")
    ratio, low, high = ratio_interval(times["dense"], times["sparse"])
    print(f"dense / sparse = {ratio:.2f} ({low:.2f} … {high:.2f})")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
