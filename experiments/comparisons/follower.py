"""What a process does that follows another: it trains with it, and writes nothing."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import jax
import numpy as np

from experiments import mesh
from experiments.comparisons import single
from experiments.comparisons.leader import TRAIN
from experiments.comparisons.single import Prepared
from experiments.config import Config
from experiments.documents.material import read_folds
from experiments.errors import Mistake
from experiments.process import peers
from experiments.runs import fingerprint
from experiments.settings import codec
from experiments.training import optimizers
from experiments.training.lexicon import lexicon
from experiments.training.train import fit


def follow(config: Config) -> None:
    """Takes part in all trainings that process 0 announces, until there are no more.

    Raises:
        Mistake: the settings or the data are refused, or are not those of process 0.
    """
    optimizers.check(config.train)
    mesh.check(config.mesh)
    materials = read_folds(config)
    found = fingerprint.fingerprint(materials[0].dataset, *(each.splits for each in materials))
    heard = peers.hear()["data"]
    found |= materials[0].vectors_read if "vectors" in heard else {}
    _require_same(heard, found)
    by_fold = {material.fold: material for material in materials}
    known, prepared = None, None
    while (message := peers.hear())["do"] == TRAIN:
        own, fold = codec.decode(message["config"]), message["fold"]
        if prepared is None or known != (own, fold):
            material = dataclasses.replace(by_fold[fold], config=own)
            prepared, known = (
                single.prepare(lexicon(own.embedding, material, "embedding"), material),
                (own, fold),
            )
        _take_part(prepared, message["seed"])


def _take_part(prepared: Prepared, seed: int) -> None:
    """Trains with the leader, and reads of the parameters what it reads, in the same order."""
    inspector, splits = prepared.inspector, prepared.material.splits

    def begin(step: int, parameters: dict[str, Any]) -> None:
        inspector.sample(parameters)

    def evaluation(step: int, loss: float, linked: np.ndarray, parameters: dict[str, Any]) -> None:
        if prepared.looks(step):
            inspector.look(parameters)

    fitted = fit(
        prepared.model,
        prepared.material.config.train,
        prepared.labelled(splits.train),
        prepared.labelled(prepared.material.watched),
        seed=seed,
        buffers=prepared.lexicon.buffers,
        sharding=prepared.sharding,
        given=prepared.given(seed),
        on_start=begin,
        on_evaluation=evaluation,
    )
    single.read(prepared, fitted)


def _require_same(leaders: dict[str, Any], own: dict[str, Any]) -> None:
    own = json.loads(json.dumps(own))
    different = [name for name in leaders if leaders[name] != own.get(name)]
    if different:
        raise Mistake(
            f"process {jax.process_index()} has read other data than process 0 ({', '.join(different)} "
            "differ). Give all processes the same files."
        )
