"""The embedding in a plain bag, trained as the encoder is: what an encoder must be worth more than.

It is not tuned: a bag might do better with another rate, or with more steps. Only the head is its own,
without dropout or max-norm, which are chosen for the encoder's features.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import get_args

from embedlab.lookup.bag import Mode
from experiments.comparisons.seeds import run_seeds
from experiments.config import BAG, Config
from experiments.documents.material import Material
from experiments.encoders import Bag, Encoder
from experiments.head import Head
from experiments.reports.progress import Progress
from experiments.runs.outcome import Outcome
from experiments.runs.run import RunDirectory
from experiments.training.lexicon import Lexicon


def is_plain(encoder: Encoder) -> bool:
    """Whether an encoder pools vectors, in whatever way, and learns nothing of its own."""
    return isinstance(encoder, Bag) and encoder.mode in get_args(Mode)


def directories(folder: Path, config: Config) -> dict[int, RunDirectory]:
    """Where its runs lie, by seed; none where the encoder is a plain bag, and is the run itself."""
    seeds = () if is_plain(config.encoder) else config.seeds
    return {seed: RunDirectory(folder / BAG / f"seed-{seed}") for seed in seeds}


def run_bag(
    folder: Path, material: Material, lexicon: Callable[[], Lexicon], progress: Progress
) -> list[Outcome]:
    """Trains the embedding in a bag with every seed, with the encoder's own settings of the training.

    Args:
        folder: of the baselines.
        material: what all runs share.
        lexicon: that of the embedding that the config is about; called where a run is not finished.
        progress: where they are told of.

    Returns:
        What came of it; nothing where the encoder is a plain bag.

    Raises:
        RunFailure: a run fails, or what a finished one left can't be read.
    """
    found = directories(folder, material.config)
    if not found:
        return []
    transfer = material.config.transfer
    own = dataclasses.replace(
        material.config,
        transfer=transfer.alone(transfer.mode),
        encoder=Bag(),
        head=Head(),
        quality=dataclasses.replace(material.config.quality, every=0),  # nobody is told of its vectors
        rivals={},
        baselines=False,
    )
    return [run_seeds(BAG, found, dataclasses.replace(material, config=own), lexicon, progress)]
