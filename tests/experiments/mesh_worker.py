"""Trainings of classifiers on a mesh of CPU devices, in a process of their own, which begins with 8 of them.

    python mesh_worker.py FUNCTION ARGUMENT …

calls a function of this module, and prints what it returns as JSON in the last line.
"""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import json
import sys
import traceback
from pathlib import Path
from typing import Any

import jax
import numpy as np

import embedlab
from embedlab.sparse.sharding.state import whole_of
from experiments.config import Train
from experiments.documents.feed import Labelled
from experiments.documents.prepare import Encoded
from experiments.encoders import Bag, Cnn, Dan, Encoder, Rnn, Transformer
from experiments.encoders.positions import Learned
from experiments.mesh import Mesh, sharding
from experiments.quality.inspection import _part
from experiments.runs.checkpoints import Checkpoints
from experiments.training import steps
from experiments.training.model import Model, _linked
from experiments.training.placement import placement
from experiments.training.train import fit

WORDS, DIM, ROWS, LENGTH = 61, 8, 96, 9  # no multiple of anything that a mesh has
STEPS = 6

#: Name → embedding, encoder, settings beside those of `train`, mesh.
CASES: dict[str, tuple[Any, Encoder, dict[str, Any], Mesh]] = {
    "dense": (embedlab.Dense(WORDS, DIM), Bag(), {}, Mesh(2, 4)),
    "dense, batch alone": (embedlab.Dense(WORDS, DIM), Bag(), {"optimizer": "adagrad"}, Mesh(8, 1)),
    "dense, rows alone": (embedlab.Dense(WORDS, DIM), Bag(), {"exact": True}, Mesh(1, 8)),
    "bfloat16": (embedlab.Dense(WORDS, DIM, dtype="bfloat16"), Bag(), {"optimizer": "sgd"}, Mesh(2, 2)),
    "trained whole": (embedlab.Dense(WORDS, DIM), Bag(), {"update": "dense", "l2": 0.01}, Mesh(2, 4)),
    "hashed": (
        embedlab.Hashed(500, DIM, buckets=43, hashes=2, importance=101),
        Bag("max"),
        {"l2": 0.01, "clip": 0.5, "max_norm": 0.4},
        Mesh(2, 4),
    ),
    "subword": (
        embedlab.Subword(WORDS, DIM, buckets=97),
        Bag("sqrtn"),
        {"optimizer": "row_adagrad", "weight_decay": 0.1, "warmup": 3},
        Mesh(4, 2),
    ),
    "dropout": (
        embedlab.Dense(WORDS, DIM),
        Dan((16,), dropout=0.2),
        {"dropout": embedlab.Dropout(0.2, 0.2), "freeze_until": 2},
        Mesh(2, 4),
    ),
    "cnn": (embedlab.Dense(WORDS, DIM), Cnn(maps=4), {"clip": 0.5}, Mesh(4, 2)),
    "rnn": (embedlab.Hashed(500, DIM, buckets=43, importance=101), Rnn(hidden=4), {}, Mesh(2, 2)),
    "transformer": (
        embedlab.Subword(WORDS, DIM, buckets=97),
        Transformer(heads=2, layers=1),
        {"schedule": "cosine"},
        Mesh(2, 4),
    ),
    "learned positions": (
        embedlab.Dense(WORDS, DIM),
        Transformer(heads=2, layers=1, positions=Learned()),
        {"optimizer": "sgd"},  # of a key's bias there is no gradient, and others would scale its roundings up
        Mesh(4, 2),
    ),
    "attention": (embedlab.Hashed(500, DIM, buckets=43, hashes=2), Bag("attention"), {}, Mesh(2, 4)),
}


@functools.cache
def documents(seed: int) -> Labelled:
    """Documents whose label is whether most of their ids are above the middle."""
    random = np.random.default_rng(seed)
    labels = random.integers(0, 2, ROWS).astype(np.int32)
    upper = random.random((ROWS, LENGTH)) < np.where(labels, 0.7, 0.3)[:, None]
    ids = random.integers(0, WORDS // 2, (ROWS, LENGTH)) + upper * (WORDS // 2)
    return Labelled(Encoded(ids.astype(np.int32), random.integers(1, LENGTH + 1, ROWS, np.int32), {}), labels)


@functools.cache
def buffers(spec: Any) -> dict[str, Any]:
    words = [f"{a}{b}{c}" for a in "aeiou" for b in ("st", "nd", "r") for c in ("e", "ing", "s", "ly", "o")]
    return spec.word_buffers(words[:WORDS]) if isinstance(spec, embedlab.Subword) else {}


def train(name: str, mesh: Mesh, *, count: int = STEPS, checkpoints: Any = None) -> dict[str, Any]:
    """What is seen of a training: parameters at the start and at the end, losses of each evaluation."""
    spec, encoder, more, _ = CASES[name]
    given: dict[str, Any] = {"update": "sparse", "rate": 0.05, "batch": 16} | more
    settings = Train(steps=count, evaluate_every=2, checkpoint_seconds=0, **given)
    model, place = Model(spec, encoder, 2), sharding(mesh)
    spread = placement(model, settings, buffers(spec), place).spread
    sizes = {} if spread is None else dict(spread.sizes)
    found: dict[str, Any] = {"losses": [], "predicted": [], "held": []}

    def begin(step: int, parameters: Any) -> None:
        found["first"] = whole_of(parameters, sizes)

    def evaluation(step: int, loss: float, predicted: np.ndarray, parameters: Any) -> None:
        found["losses"].append(loss)
        found["predicted"].append(predicted)
        found["held"] += [held(parameters["tables"][name]) for name in sizes]

    def with_buffers(labelled: Labelled) -> Labelled:
        return dataclasses.replace(
            labelled, documents=dataclasses.replace(labelled.documents, buffers=buffers(spec))
        )

    before = steps.programs()
    fitted = fit(
        model,
        settings,
        with_buffers(documents(0)),
        with_buffers(documents(1)),
        seed=3,
        buffers=buffers(spec),
        sharding=place,
        checkpoints=checkpoints,
        on_start=begin,
        on_evaluation=evaluation,
    )
    last = fitted.parameters
    found["held"] += [held(last["tables"][name]) for name in sizes]
    return found | {"last": whole_of(last, sizes), "programs": steps.programs() - before}


def held(table: Any) -> float:
    """The greatest part of all live arrays of a table's shape that a device holds: of all its rows."""
    alike = [array for array in jax.live_arrays() if array.shape == table.shape]
    return max(shard.data.shape[0] for array in alike for shard in array.addressable_shards) / len(table)


def digest(parameters: Any) -> str:
    """Of the bits of all arrays."""
    found = hashlib.sha256()
    for path, leaf in jax.tree_util.tree_flatten_with_path(parameters)[0]:
        found.update(f"{path}{leaf.dtype}{leaf.shape}".encode() + np.asarray(leaf).tobytes())
    return found.hexdigest()


def gap(one: Any, other: Any) -> float:
    """The greatest difference between two trees of arrays."""
    pairs = zip(jax.tree.leaves(one), jax.tree.leaves(other), strict=True)
    return max(float(np.abs(np.asarray(a, np.float64) - np.asarray(b, np.float64)).max()) for a, b in pairs)


def case(name: str) -> dict[str, Any]:
    """How far a training on a mesh is from that on one device."""
    meshed = train(name, CASES[name][-1])  # first, while no array of the other is alive
    alone = train(name, Mesh())
    return {
        "initial": digest(meshed["first"]),
        "losses": gap(alone["losses"], meshed["losses"]),
        "predicted": gap(alone["predicted"], meshed["predicted"]),
        "last": gap(alone["last"], meshed["last"]),
        "learnt": abs(alone["losses"][-1] - alone["losses"][0]),
        "moved": gap(alone["first"], alone["last"]),
        "programs": [alone["programs"], meshed["programs"]],
        "held": max(meshed["held"], default=0),
    }


def cases(*names: str) -> dict[str, Any]:
    return {name: _told(case, name) for name in names}


def resumed(folder: str, name: str, first: str, second: str) -> dict[str, Any]:
    """A training on one mesh that goes on, on another; beside it, the whole of it on the second."""
    one, other = _mesh(first), _mesh(second)
    place = Path(folder) / f"{name} {first} {second}"
    with Checkpoints(place) as checkpoints:
        train(name, one, count=STEPS - 2, checkpoints=checkpoints)
        went_on = train(name, other, checkpoints=checkpoints)
    whole = train(name, other)
    return {
        "losses": gap(whole["losses"][-len(went_on["losses"]) :], went_on["losses"]),
        "last": gap(whole["last"], went_on["last"]),
        "evaluations": len(went_on["losses"]),
    }


def all_resumed(folder: str, *names: str) -> dict[str, Any]:
    return {name: _told(resumed, folder, *name.split(", ")) for name in names}


def large() -> tuple[bool, list[int]]:
    """Whether a table drawn in pieces has the bits of one device, and how many rows a device holds."""
    spec = embedlab.Dense(20_000, 1000)
    model, settings, place = Model(spec, Bag(), 2), Train(update="sparse"), sharding(Mesh(1, 8))
    live = steps.begin(model, settings, steps.drawn(model, 0, {}), {}, place)
    table = live.params["tables"]["table"]
    whole = steps.whole(model, settings, live, {}, place).params  # type: ignore[arg-type]
    equal = digest(whole) == digest(model.init(jax.random.key(0), {}))
    return equal, sorted({shard.data.shape[0] for shard in table.addressable_shards})


def evaluated(mesh: str) -> dict[str, Any]:
    """What the programs of an evaluation need of a device, for two sizes of a table.

    Bytes of their arguments, and of all that they make beside: what collectives bring among it.
    """
    found: dict[str, Any] = {}
    for rows in (20_000, 200_000):
        spec = embedlab.Dense(rows, DIM)
        model, settings, place = Model(spec, Cnn(maps=4), 2), Train(update="sparse"), sharding(_mesh(mesh))
        spread = placement(model, settings, {}, place).spread
        live = steps.begin(model, settings, steps.drawn(model, 0, {}), {}, place)
        ids, lengths = np.zeros((2, 256, LENGTH), np.int32), np.ones((2, 256), np.int32)
        lowered = {
            "outputs": _linked.lower(model, live.params, {}, ids, lengths, spread),
            "vectors": _part.lower(model, live.params, {}, ids[:, :, 0].ravel(), spread),
        }
        for name, one in lowered.items():
            memory = one.compile().memory_analysis()
            found.setdefault(name, {})[rows] = {
                "arguments": memory.argument_size_in_bytes,
                "beside": memory.temp_size_in_bytes + memory.output_size_in_bytes,
                "table": rows * DIM * 4,
            }
    return found


def in_pieces(mesh: str) -> dict[str, Any]:
    """Both of large tables: how they are drawn, and how they are read."""
    return {"drawn": large(), "read": evaluated(mesh)}


def _mesh(name: str) -> Mesh:
    return Mesh(*map(int, name.split("x")))


def programs(*commands: str) -> list[int]:
    """Exit statuses of the program, started in this process with each of these arguments, as JSON lists."""
    from experiments.classify import main

    return [main(json.loads(command)) for command in commands]


def _told(function: Any, *arguments: Any) -> Any:
    try:
        return function(*arguments)
    except Exception:
        return traceback.format_exc()


if __name__ == "__main__":
    print(json.dumps(globals()[sys.argv[1]](*sys.argv[2:])))
