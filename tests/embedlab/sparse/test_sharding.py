"""Tables over a mesh: the same training as on one device, whatever lies where, and nothing large moves."""

from __future__ import annotations

import functools
import json
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
from jax.sharding import AxisType

from embedlab.sparse import Entries, Sharding, Trainer, evaluate
from embedlab.sparse.sharding.read import reader
from tests.embedlab.sparse import mesh_worker

ROOT = Path(__file__).resolve().parents[3]


def start(devices: int, *arguments: str) -> subprocess.Popen[str]:
    """A process with so many CPU devices."""
    flags = f"{os.environ.get('XLA_FLAGS', '')} --xla_force_host_platform_device_count={devices}"
    env = {**os.environ, "XLA_FLAGS": flags, "PYTHONPATH": str(ROOT), "JAX_PLATFORMS": "cpu"}
    command = [sys.executable, str(mesh_worker.__file__), *arguments]
    return subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def result(process: subprocess.Popen[str], seconds: float = 500) -> Any:
    out, errors = process.communicate(timeout=seconds)
    assert process.returncode == 0, errors[-3000:]
    return json.loads(out.splitlines()[-1])


def in_halves(cases: list[str], seconds: float = 500) -> dict[str, Any]:
    """Cases, in two processes side by side."""
    halves = [start(8, "cases", *cases[first::2]) for first in range(2)]
    return {name: one for half in halves for name, one in result(half, seconds).items()}


def found(results: dict[str, Any], name: str) -> Any:
    assert not isinstance(results[name], str), results[name]
    return results[name]


# --- the same training ---------------------------------------------------------------------------------

CASES = [
    "dense sgd rows=8",
    "dense sgd-sort data=8",
    "dense sgd-positions data=2,rows=4",
    "dense adam data=4,rows=2",
    "dense adagrad-slots data=2,rows=2",
    "dense masked data=2,rows=4",
    "dense micro-batches data=2,rows=4",
    "hashed adagrad both=8",
    "subword adagrad data=1,rows=8",
    "embed sgd both=8",
    "ragged adagrad both=8",
    "twice adagrad-twice data=4,rows=2",
    "narrow adagrad data=4,rows=2",
]
MESHES = ("rows=8", "data=8", "both=8", "data=4,rows=2", "data=2,rows=4", "data=1,rows=8", "data=3,rows=2")
OPTIMIZERS = ("sgd", "adagrad", "frozen", "adam")
#: Each model with each optimizer and on each mesh, and each optimizer on each mesh.
PAIRS = [
    f"{model} {OPTIMIZERS[(row + column) % len(OPTIMIZERS)]} {mesh}"
    for row, model in enumerate(("dense", "hashed", "subword", "embed", "ragged"))
    for column, mesh in enumerate(MESHES)
]


def require_equal(one: dict[str, Any], name: str) -> None:
    assert one["initial"] == 0
    assert one["losses"] < 1e-5
    assert one["state"] < (1e-2 if name.startswith("narrow") else 2e-5)
    assert one["padding"] == 0
    assert one["learnt"] > 1e-4
    assert len(one["parts"]) <= 2  # one for each of two tables


STEPS = [f"{rule} {mesh}" for rule in ("adagrad", "adam") for mesh in ("both=8", "data=4,rows=2")]
DRAWN = ("30001", "270001")  # rows: drawn at once, and in pieces


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where a checkpoint is written."""
    return tmp_path_factory.mktemp("sharding")


@pytest.fixture(scope="module")
def on_eight(folder: Path) -> dict[str, Any]:
    """All that one process with eight devices finds; its start costs as much as several of them."""
    calls = {
        "trained": ["cases", *CASES],
        "moved": ["all_bytes_moved", *STEPS],
        "drawn": ["initials", "rows=8", *DRAWN],
        "restored": ["checkpoint", str(folder), "rows=8", "data=2,rows=2"],
    }
    return dict(zip(calls, result(start(8, "together", *map(json.dumps, calls.values()))), strict=True))


@pytest.fixture(scope="module")
def trained(on_eight: dict[str, Any]) -> dict[str, Any]:
    return found(on_eight, "trained")


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_training_is_that_of_one_device(trained: dict[str, Any], name: str) -> None:
    require_equal(found(trained, name), name)


@pytest.mark.slow
def test_rows_are_cut_and_padded(trained: dict[str, Any]) -> None:
    assert found(trained, "dense sgd rows=8")["parts"] == [126]  # 1003 rows, 8 · 126 = 1008
    assert found(trained, "dense sgd rows=8")["padded"] == 5
    assert found(trained, "dense sgd-sort data=8")["parts"] == [1003]


@pytest.mark.slow
def test_every_training_is_that_of_one_device() -> None:
    results = in_halves(PAIRS, seconds=3600)
    for name in PAIRS:
        require_equal(found(results, name), name)


# --- what moves ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def moved(on_eight: dict[str, Any]) -> dict[str, Any]:
    return found(on_eight, "moved")


@pytest.mark.slow
@pytest.mark.parametrize("name", STEPS)
def test_traffic_does_not_grow_with_the_table(moved: dict[str, Any], name: str) -> None:
    small, large = (found(moved, name)[rows] for rows in ("10000", "100000"))
    assert small["traffic"] == large["traffic"]
    # Ids and cotangents twice at most, and no more: [5, 32] of each id and [32, 8] floats.
    entries, vectors = 4 * mesh_worker.BAGS * mesh_worker.LENGTH, 4 * mesh_worker.BAGS * mesh_worker.DIM
    assert sum(large["traffic"].values()) < 2 * (3 * entries + 2 * vectors)


@pytest.mark.slow
@pytest.mark.parametrize("name", STEPS)
def test_a_step_works_in_place(moved: dict[str, Any], name: str) -> None:
    small, large = (found(moved, name)[rows] for rows in ("10000", "100000"))
    assert large["copied"] == small["copied"] < 1000
    assert large["beside"] - small["beside"] < 1000


# --- making, keeping, restoring ------------------------------------------------------------------------


@pytest.mark.slow
def test_no_device_makes_a_whole_table(on_eight: dict[str, Any]) -> None:
    results = found(on_eight, "drawn")
    for one in DRAWN:
        initial = found(results, one)
        assert initial["equal"]
        assert initial["traffic"] == {}
        assert initial["beside"] < 3.5 * initial["part"]  # of eight parts


@pytest.mark.slow
@pytest.mark.usefixtures("unchecked")  # Orbax puts its settings into a copy of the tree, in place of arrays
def test_a_checkpoint_goes_on_elsewhere(on_eight: dict[str, Any], folder: Path) -> None:
    results = found(on_eight, "restored")
    expected = results["losses"]
    np.testing.assert_allclose(results["restored"], expected, atol=1e-5)
    np.testing.assert_allclose(mesh_worker.restored(str(folder), None), expected, atol=1e-5)


# --- two processes -------------------------------------------------------------------------------------

TOGETHER = ["dense adam rows=2,data=2", "hashed adagrad both=4", "embed adagrad data=2,rows=2"]


@pytest.mark.slow
def test_two_processes_train_as_one() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    processes = [start(2, "one_process", str(number), port, *TOGETHER) for number in range(2)]
    first, second = map(result, processes)
    for name in TOGETHER:
        one = found(first, name)
        assert one == found(second, name)
        assert one["initial"] == 0  # each row is in its place in what is gathered from both
        _, last, losses = mesh_worker.on_one_device(*name.split()[:2])
        np.testing.assert_allclose(one["losses"], losses, atol=1e-5)
        total = float(sum(np.abs(x).sum() for x in jax.tree.leaves(last.params)))
        assert one["sum"] == pytest.approx(total, rel=1e-5)


# --- one device is a mesh too --------------------------------------------------------------------------


def mesh(*names: str) -> jax.sharding.Mesh:
    return jax.make_mesh((1,) * len(names), names, axis_types=(AxisType.Auto,) * len(names))


@pytest.mark.parametrize("owners", [None, jnp.array([[0, 1, 1], [2, -1, 2]])])
def test_a_reader_is_differentiable_in_weights(owners: Any) -> None:
    table = jax.random.normal(jax.random.key(0), (5, 2))
    rows, weights = jnp.array([[0, 4, 5], [2, -1, 4]]), jax.random.normal(jax.random.key(1), (2, 3))

    def total(weights: Any, sharding: Sharding) -> Any:
        read = reader(sharding)
        assert read is not None
        return jnp.sum(jnp.sin(read("table", table, Entries(rows, weights, owners), 3)))

    def plain(weights: Any) -> Any:
        vectors = jnp.where(((rows >= 0) & (rows < 5))[..., None], table[rows.clip(0, 4)], 0)
        own = jnp.broadcast_to(jnp.arange(3), rows.shape) if owners is None else owners
        share = weights[..., None] * vectors * (own >= 0)[..., None]
        return jnp.sum(jnp.sin(jnp.zeros((3, 2)).at[own].add(share)))

    expected = jax.value_and_grad(plain)(weights)
    for sharding in (Sharding(mesh("x"), "x", "x"), Sharding(mesh("d", "r"), "r", "d"), Sharding(mesh("d"))):
        found = jax.jit(jax.value_and_grad(total), static_argnums=1)(weights, sharding)
        for got, want in zip(found, expected, strict=True):
            np.testing.assert_allclose(got, want, atol=1e-6)


@pytest.mark.parametrize(
    "model",
    [
        pytest.param("hashed", marks=pytest.mark.slow),
        pytest.param("subword", marks=pytest.mark.slow),
        "embed",
        "ragged",
    ],
)
@pytest.mark.slow
def test_a_function_is_evaluated_where_tables_lie(model: str) -> None:
    make, loss, batches = getattr(mesh_worker, model)()
    expected = loss(make(), *batches[0])
    for place in (Sharding(mesh("x"), "x", "x"), Sharding(mesh("d", "r"), "r", "d"), Sharding(mesh("d"))):
        state = mesh_worker.trainer(loss, "adagrad", place).init(make)
        on_mesh = functools.partial(evaluate, loss, sharding=place, sizes=dict(state.sizes))
        np.testing.assert_allclose(jax.jit(on_mesh)(state.params, *batches[0]), expected, rtol=1e-5)


def test_what_is_evaluated_only_looks_up() -> None:
    place = Sharding(mesh("rows"), "rows")
    make, loss, _ = mesh_worker.dense()
    state = mesh_worker.trainer(loss, "adagrad", place).init(make)
    with pytest.raises(ValueError, match=r"it uses table words\.table otherwise; look ids up with embed"):
        evaluate(
            lambda params: params["words"].tables["table"].sum(),
            state.params,
            sharding=place,
            sizes=dict(state.sizes),
        )


def test_a_mesh_must_fit() -> None:
    with pytest.raises(ValueError, match=r"rows='y': the mesh has x"):
        Sharding(mesh("x"), rows="y")
    with pytest.raises(ValueError, match=r"axis x is not Auto; make it with axis_types"):
        Sharding(jax.make_mesh((1,), ("x",), axis_types=(AxisType.Explicit,)), rows="x")


def test_parameters_may_be_given_as_arrays() -> None:
    make, loss, batches = mesh_worker.dense()
    shared = mesh_worker.trainer(loss, "adagrad", Sharding(mesh("rows"), "rows"))
    first, _, losses = mesh_worker.on_one_device("dense", "adagrad")
    for params in (make(), jax.tree.map(np.asarray, make())):
        state = shared.init(params)
        assert mesh_worker.gap(first, shared.whole(state)) == 0
        np.testing.assert_allclose(mesh_worker.run(shared, state, batches)[1], losses, atol=1e-6)


def test_a_state_moves_on() -> None:
    make, loss, batches = mesh_worker.dense()
    alone = mesh_worker.trainer(loss, "adam")
    shared = mesh_worker.trainer(loss, "adam", Sharding(mesh("rows"), "rows"))
    state, first = mesh_worker.run(alone, alone.init(make), batches[:2])
    state, second = mesh_worker.run(shared, shared.place(alone.whole(state)), batches[2:3])
    with pytest.raises(ValueError, match=r"^state='on a mesh': resize whole"):
        shared.resize(state, {})
    with pytest.raises(ValueError, match=r"^state='on a mesh': give whole"):
        alone.place(state)
    _, third = mesh_worker.run(alone, alone.place(shared.whole(state)), batches[3:])
    expected = mesh_worker.on_one_device("dense", "adam")[2]
    np.testing.assert_allclose([*first, *second, *third], expected, atol=1e-6)


def test_keys_among_parameters() -> None:
    def loss(params: Any) -> Any:
        return (params["w"] * jax.random.normal(params["key"], (2,))).sum()

    shared = Trainer(loss, dense=optax.sgd(0.1), sharding=Sharding(mesh("rows"), "rows"))
    state = shared.init({"w": jnp.ones(2), "key": jax.random.key(0)})
    state, first = shared.step(state)
    state, _ = shared.step(shared.place(shared.whole(state)))
    assert float(first) == pytest.approx(float(jax.random.normal(jax.random.key(0), (2,)).sum()))
    assert int(state.step) == 2
