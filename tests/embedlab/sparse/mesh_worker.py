"""Trainings on a mesh of CPU devices, in a process of their own: a process has as many as it began with.

    python mesh_worker.py FUNCTION ARGUMENT …

calls a function of this module, and prints what it returns as JSON in the last line.
"""

from __future__ import annotations

import itertools
import json
import re
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
from jax.sharding import AxisType, Mesh

import embedlab
from embedlab import sparse
from embedlab.sparse import Freeze, Sharding, Trainer, TrainState

STEPS, BAGS, LENGTH, DIM = 4, 32, 5, 8
ROWS = 1003  # no multiple of anything that a mesh has

# --- what is trained: model → (parameters, loss, batches) -----------------------------------------------


def _params(spec: Any, buffers: Any = None) -> Callable[[], Any]:
    def make() -> Any:
        head = jax.random.normal(jax.random.key(1), (DIM,))
        return {"words": spec.init(jax.random.key(0), buffers), "head": head}

    return make


def _loss(vectors: Callable[..., Any]) -> Callable[..., Any]:
    def loss(params: Any, targets: Any, *inputs: Any) -> Any:
        return jnp.mean((vectors(params["words"], *inputs) @ params["head"] - targets) ** 2)

    return loss


def _batches(ids: int, *more: Callable[[np.random.Generator], Any]) -> list[tuple[Any, ...]]:
    """Targets, ids and whatever else; ids repeat, and some are bad."""
    random = np.random.default_rng(0)
    batches = []
    for _ in range(STEPS):
        own = random.integers(-1, ids + 1, (BAGS, LENGTH)).astype(np.int32)
        own[:, 0] %= 3
        targets = random.normal(size=BAGS).astype(np.float32)
        batches.append((targets, own, *(make(random) for make in more)))
    return batches


def dense(rows: int = ROWS, dtype: str = "float32") -> Any:
    spec = embedlab.Dense(rows, DIM, dtype=dtype)
    loss = _loss(lambda words, ids: embedlab.bag(spec, words, ids).astype(jnp.float32))
    return _params(spec), loss, _batches(ROWS)


def narrow() -> Any:
    return dense(dtype="bfloat16")


def hashed() -> Any:
    spec = embedlab.Hashed(5000, DIM, buckets=203, hashes=2, importance=101)

    def weights(random: np.random.Generator) -> Any:
        return random.random((BAGS, LENGTH), np.float32)

    loss = _loss(lambda words, ids, weights: embedlab.bag(spec, words, ids, mode="sum", weights=weights))
    return _params(spec), loss, _batches(5000, weights)


def subword() -> Any:
    words = [
        f"{a}{b}{a}" for a, b in itertools.product(("sun", "moon", "star", "sea"), ("light", "rise", "y"))
    ]
    spec = embedlab.Subword(len(words), DIM, buckets=97)
    loss = _loss(lambda words, ids: embedlab.bag(spec, words, ids))
    return _params(spec, spec.word_buffers(words)), loss, _batches(len(words))


def embed() -> Any:
    spec = embedlab.Hashed(5000, DIM, buckets=203, hashes=2, importance=101)
    loss = _loss(lambda words, ids: jnp.tanh(embedlab.embed(spec, words, ids)).mean(1))
    return _params(spec), loss, _batches(5000)


def ragged() -> Any:
    spec = embedlab.Hashed(5000, DIM, buckets=203, hashes=2, importance=101)

    def offsets(random: np.random.Generator) -> Any:
        inner = np.sort(random.integers(0, BAGS * LENGTH, BAGS - 1))
        return np.concatenate([[0], inner, [BAGS * LENGTH]]).astype(np.int32)

    def vectors(words: Any, ids: Any, offsets: Any) -> Any:
        return embedlab.bag(spec, words, ids.reshape(-1), offsets=offsets)

    return _params(spec), _loss(vectors), _batches(5000, offsets)


def twice() -> Any:
    """Two look-ups of one table, in `jax.checkpoint`, and a dense table that is scored as a whole."""
    spec, small = embedlab.Dense(ROWS, DIM), embedlab.Dense(11, DIM)

    def make() -> Any:
        own = jax.random.split(jax.random.key(2))
        return {"words": spec.init(own[0]), "out": small.init(own[1])}

    @jax.checkpoint
    def vectors(words: Any, ids: Any) -> Any:
        return embedlab.bag(spec, words, ids) * embedlab.embed(spec, words, ids[:, 1])

    def loss(params: Any, targets: Any, ids: Any) -> Any:
        scores = vectors(params["words"], ids) @ params["out"].tables["table"].T
        return -jnp.mean(jax.nn.log_softmax(scores)[:, 3] * targets**2)

    return make, loss, _batches(ROWS)


OPTIMIZERS: dict[str, tuple[Any, dict[str, Any]]] = {
    "sgd": (sparse.sgd(0.1), {}),
    "sgd-sort": (sparse.sgd(0.1, 0.9), {"strategy": "sort"}),
    "sgd-positions": (sparse.sgd(0.1), {"strategy": "positions"}),
    "adagrad": (sparse.adagrad(0.1), {}),
    "adagrad-slots": (sparse.adagrad(0.1), {"strategy": "slots", "clip": 0.05}),
    "frozen": (sparse.adagrad(0.1, max_norm=0.9, freeze=Freeze(((1, 40), (70, 90)))), {"clip": 0.05}),
    "masked": (sparse.adagrad(0.1, freeze=Freeze(np.arange(ROWS) % 3 == 1)), {"clip": 0.05}),
    "adam": (sparse.adam(0.01, exact=True, weight_decay=0.1), {"clip": 0.05}),
    "adagrad-twice": (sparse.adagrad(0.1), {"dense_tables": ("out.table",)}),
    "micro-batches": (sparse.row_adagrad(0.1), {"accumulate": 2}),
}


def trainer(loss: Any, optimizer: str, sharding: Sharding | None = None) -> Trainer:
    rows, settings = OPTIMIZERS[optimizer]
    return Trainer(loss, rows=rows, dense=optax.adam(0.01), sharding=sharding, **settings)


def sharding(mesh: str, devices: Any = None) -> Sharding:
    """Of a name such as "data=2,rows=4", "both=8" or "rows=8"."""
    sizes = {name: int(size) for name, size in (one.split("=") for one in mesh.split(","))}
    count = int(np.prod(list(sizes.values())))
    own = np.asarray((devices or jax.devices())[:count]).reshape(*sizes.values())
    made = Mesh(own, tuple(sizes), axis_types=(AxisType.Auto,) * len(sizes))
    if "both" in sizes:
        return Sharding(made, "both", "both")
    return Sharding(made, "rows" if "rows" in sizes else None, "data" if "data" in sizes else None)


def run(trainer: Trainer, state: TrainState, batches: Any) -> tuple[TrainState, list[float]]:
    losses = []
    for batch in batches:
        if trainer.accumulate > 1:
            batch = tuple(x.reshape(trainer.accumulate, -1, *x.shape[1:]) for x in batch)
        state, value = trainer.step(state, *batch)
        losses.append(float(value))
    return state, losses


def gap(one: Any, other: Any) -> float:
    """The greatest difference between two trees of arrays of the same shapes."""

    def largest(a: Any, b: Any) -> float:
        assert a.shape == b.shape and a.dtype == b.dtype, (a.shape, b.shape, a.dtype, b.dtype)
        return float(np.max(np.abs(np.asarray(a, np.float64) - np.asarray(b, np.float64)), initial=0))

    return max(jax.tree.leaves(jax.tree.map(largest, one, other)))


# --- what is found ---------------------------------------------------------------------------------------

_one_device: dict[tuple[str, str], tuple[Any, Any, list[float]]] = {}


def on_one_device(model: str, optimizer: str) -> tuple[Any, Any, list[float]]:
    """Initial state, final state and losses without a mesh."""
    if (model, optimizer) not in _one_device:
        make, loss, batches = globals()[model]()
        alone = trainer(loss, optimizer)
        state = alone.init(make)
        first = alone.whole(state)
        state, losses = run(alone, state, batches)
        _one_device[model, optimizer] = first, alone.whole(alone.finalize(state)), losses
    return _one_device[model, optimizer]


def case(name: str) -> dict[str, Any]:
    """How far a training on a mesh, named "model optimizer mesh", is from that on one device."""
    model, optimizer, mesh = name.split()
    make, loss, batches = globals()[model]()
    first, last, losses = on_one_device(model, optimizer)
    place = sharding(mesh)
    shared = trainer(loss, optimizer, place)
    state = shared.init(make)
    initial = gap(first, shared.whole(state))
    state, found = run(shared, state, batches)
    state = shared.finalize(state)
    tables = {name: state.params["words"].tables[name.partition(".")[2]] for name, _ in state.sizes}
    return {
        "initial": initial,
        "losses": gap(np.array(losses), np.array(found)),
        "state": gap(last, shared.whole(state)),
        "padding": max(float(jnp.abs(tables[name][rows:]).sum()) for name, rows in state.sizes),
        "padded": sum(tables[name].shape[0] - rows for name, rows in state.sizes),
        "parts": sorted({shard.data.shape[0] for x in tables.values() for shard in x.addressable_shards}),
        "learnt": abs(losses[-1] - losses[0]),
    }


def cases(*names: str) -> dict[str, Any]:
    return {name: _told(case, name) for name in names}


def _told(function: Any, *arguments: Any) -> Any:
    try:
        return function(*arguments)
    except Exception:
        return traceback.format_exc()


_SIZES = {"f32": 4, "s32": 4, "u32": 4, "pred": 1, "bf16": 2, "s8": 1, "u8": 1}
_COLLECTIVE = re.compile(
    r"= (.*?) (all-reduce|all-gather|reduce-scatter|collective-permute|all-to-all|collective-broadcast)"
    r"(?:-start)?\("
)


def traffic(text: str) -> dict[str, int]:
    """Bytes that come out of each kind of collective in a compiled program."""
    found: dict[str, int] = {}
    for line in text.splitlines():
        matched = _COLLECTIVE.search(line)
        for kind, shape in re.findall(r"(\w+)\[([\d,]*)\]", matched[1]) if matched else ():
            size = _SIZES[kind] * int(np.prod([int(x) for x in shape.split(",") if x]))
            found[matched[2]] = found.get(matched[2], 0) + size  # type: ignore[index]
    return found


def bytes_moved(optimizer: str, mesh: str) -> dict[str, Any]:
    """What a step moves between devices, and needs beside its arguments, for two sizes of the table."""
    found: dict[str, Any] = {}
    for rows in (10_000, 100_000):
        make, loss, batches = dense(rows)
        shared = trainer(loss, optimizer, sharding(mesh))
        compiled = (
            jax.jit(shared.pure_step, donate_argnums=0).lower(shared.shapes(make), *batches[0]).compile()
        )
        memory = compiled.memory_analysis()
        found[str(rows)] = {
            "traffic": traffic(compiled.as_text()),
            "beside": memory.temp_size_in_bytes,
            "copied": memory.output_size_in_bytes - memory.alias_size_in_bytes,
            "part": rows * DIM * 4 // shared.sharding.shards,  # type: ignore[union-attr]
        }
    return found


def all_bytes_moved(*names: str) -> dict[str, Any]:
    return {name: _told(bytes_moved, *name.split()) for name in names}


def initial(rows: int, mesh: str) -> dict[str, Any]:
    """What a device needs to draw its part of a large table, and whether the bits are those of one device."""
    spec = embedlab.Dense(rows, 64)

    def make() -> Any:
        return spec.init(jax.random.key(0))

    shared = Trainer(len, rows=sparse.adagrad(0.1), sharding=sharding(mesh))
    compiled = jax.jit(lambda: shared.init(make)).lower().compile()
    found = shared.whole(shared.init(make)).params.tables["table"]
    return {
        "part": rows * 64 * 4 // shared.sharding.shards,  # type: ignore[union-attr]
        "beside": compiled.memory_analysis().temp_size_in_bytes,
        "traffic": traffic(compiled.as_text()),
        "equal": bool((found == np.asarray(make().tables["table"])).all()),
    }


def initials(mesh: str, *rows: str) -> dict[str, Any]:
    return {one: _told(initial, int(one), mesh) for one in rows}


def checkpoint(folder: str, mesh: str, other: str) -> dict[str, Any]:
    """Saves in the middle of a training, goes on, and goes on again from what is restored elsewhere."""
    import orbax.checkpoint as ocp

    make, loss, batches = dense()
    one = trainer(loss, "adam", sharding(mesh))
    state, _ = run(one, one.init(make), batches[:2])
    with ocp.StandardCheckpointer() as saver:
        saver.save(Path(folder) / "state", state)
    _, losses = run(one, state, batches[2:])
    return {"losses": losses, "restored": restored(folder, other)}


def restored(folder: str, mesh: str | None) -> list[float]:
    """The rest of that training's losses, on another mesh or without one."""
    import orbax.checkpoint as ocp

    make, loss, batches = dense()
    one = trainer(loss, "adam", None if mesh is None else sharding(mesh))
    with ocp.StandardCheckpointer() as saver:
        state = saver.restore(Path(folder) / "state", one.shapes(make), strict=False)
    return run(one, state, batches[2:])[1]


def together(*calls: str) -> list[Any]:
    """Several of these functions, one after the other: each a JSON list of its name and arguments."""
    return [_told(globals()[name], *arguments) for name, *arguments in map(json.loads, calls)]


def one_process(number: str, port: str, *names: str) -> dict[str, Any]:
    """One of two processes that train together, each with its half of every batch."""
    jax.distributed.initialize(f"127.0.0.1:{port}", 2, int(number))
    return {name: _told(_part, name, int(number)) for name in names}


def _part(name: str, number: int) -> dict[str, Any]:
    model, optimizer, mesh = name.split()
    make, loss, batches = globals()[model]()
    shared = trainer(loss, optimizer, sharding(mesh))
    place = shared.sharding.of_batch  # type: ignore[union-attr]
    # A process has what its devices take: half of the batch where the batch axis goes from one to the other.
    mine = jax.process_index() if mesh.startswith(("data", "both")) else None
    size = BAGS // 2
    state, losses = shared.init(make), []
    initial = gap(trainer(loss, optimizer).init(make).params, shared.whole(state).params)
    for batch in batches:
        own = [x if mine is None else x[mine * size : (mine + 1) * size] for x in batch]
        shapes = [x.shape for x in batch]
        arrays = [
            jax.make_array_from_process_local_data(place, x, shape)
            for x, shape in zip(own, shapes, strict=True)
        ]
        state, value = shared.step(state, *arrays)
        losses.append(float(value))
    whole = shared.whole(shared.finalize(state))
    return {
        "initial": initial,
        "losses": losses,
        "sum": float(sum(np.abs(x).sum() for x in jax.tree.leaves(whole.params))),
    }


if __name__ == "__main__":
    print(json.dumps(globals()[sys.argv[1]](*sys.argv[2:])))
