"""What a process does that follows another: it trains with it, and writes nothing."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import jax

from experiments import mesh
from experiments.config import Config
from experiments.documents.material import read_folds
from experiments.errors import Mistake
from experiments.process import peers
from experiments.runs import fingerprint
from experiments.settings import codec
from experiments.training import optimizers
from experiments.training.lexicon import lexicon

_TRAIN, _DONE = "train", "done"


def announce_data(found: dict[str, Any]) -> None:
    """Tells the followers what the data are, once they are read: they have read the same."""
    peers.tell(data=found)


def announce(config: Config, fold: int | None, seed: int) -> None:
    """Tells the followers of a training that begins."""
    peers.tell(do=_TRAIN, config=codec.encode(config), fold=fold, seed=seed)


def announce_end() -> None:
    """Tells the followers that no training is left."""
    peers.tell(do=_DONE)


def follow(config: Config) -> None:
    """Takes part in all trainings that process 0 announces, until there are no more.

    Raises:
        Mistake: the settings or the data are refused, or are not those of process 0.
    """
    from experiments.comparisons import single
    from experiments.training.train import fit

    optimizers.check(config.train)
    mesh.check(config.mesh)
    materials = read_folds(config)
    found = fingerprint.fingerprint(materials[0].dataset, *(each.splits for each in materials))
    _require_same(peers.hear()["data"], found)
    by_fold = {material.fold: material for material in materials}
    known, prepared = None, None
    while (message := peers.hear())["do"] == _TRAIN:
        own, fold = codec.decode(message["config"]), message["fold"]
        if prepared is None or known != (own, fold):
            material = dataclasses.replace(by_fold[fold], config=own)
            prepared, known = (
                single.prepare(lexicon(own.embedding, material, "embedding"), material),
                (own, fold),
            )
        fit(
            prepared.model,
            own.train,
            prepared.labelled(prepared.material.splits.train),
            prepared.labelled(prepared.watched),
            seed=message["seed"],
            buffers=prepared.lexicon.buffers,
            sharding=mesh.sharding(own.mesh),
        )


def _require_same(leaders: dict[str, Any], own: dict[str, Any]) -> None:
    own = json.loads(json.dumps(own))
    different = [name for name in leaders if leaders[name] != own.get(name)]
    if different:
        raise Mistake(
            f"process {jax.process_index()} has read other data than process 0 ({', '.join(different)} "
            "differ). Give all processes the same files."
        )
