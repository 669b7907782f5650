"""Row optimizers: the exact ones against optax on whole tables, the lazy ones against loops in NumPy.

What a peer of another framework does is in test_peers.py.
"""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

import embedlab
from embedlab import sparse
from tests.embedlab.sparse.steps import (
    DIM,
    ROWS,
    batches,
    by_rows,
    by_tables,
    can,
    error,
    gradients,
    loss,
    run,
    specs,
    start,
    summed,
    table_of,
)

COSINE = optax.cosine_decay_schedule(0.2, 150)
WARM = optax.warmup_cosine_decay_schedule(0.0, 0.1, 30, 180)
SCALE = optax.scale_by_learning_rate


def decayed(direction: Any, decay: float, rate: Any) -> Any:
    """Decoupled decay, as `optax.adamw` chains it."""
    return optax.chain(direction, optax.add_decayed_weights(decay), SCALE(rate))


# Ours, optax's, and the norm that gradients are clipped to.
EXACT: dict[str, tuple[sparse.RowOptimizer, optax.GradientTransformation, float | None]] = {
    "sgd": (sparse.sgd(0.1), optax.sgd(0.1), None),
    "sgd-clip": (sparse.sgd(WARM), optax.sgd(WARM), 0.3),
    "sgd-decay": (sparse.sgd(COSINE, weight_decay=0.05), decayed(optax.identity(), 0.05, COSINE), None),
    "momentum": (sparse.sgd(WARM, 0.9, exact=True), optax.sgd(WARM, 0.9), None),
    "momentum-decay": (
        sparse.sgd(0.05, 0.9, exact=True, weight_decay=0.1),
        decayed(optax.trace(0.9), 0.1, 0.05),
        None,
    ),
    "nesterov-decay-clip": (
        sparse.sgd(COSINE, 0.8, nesterov=True, exact=True, weight_decay=0.1),
        decayed(optax.trace(0.8, nesterov=True), 0.1, COSINE),
        0.3,
    ),
    "adagrad": (sparse.adagrad(0.1), optax.adagrad(0.1), None),
    "adagrad-decay-clip": (
        sparse.adagrad(COSINE, weight_decay=0.1),
        decayed(optax.scale_by_rss(), 0.1, COSINE),
        0.1,
    ),
    "adam": (sparse.adam(WARM, exact=True), optax.adam(WARM), None),
    "adamw-clip": (
        sparse.adam(COSINE, b1=0.8, b2=0.95, exact=True, weight_decay=0.1),
        optax.adamw(COSINE, b1=0.8, b2=0.95, weight_decay=0.1),
        0.1,
    ),
}


def both(name: str) -> tuple[sparse.Trainer, optax.GradientTransformation]:
    rows, dense, clip = EXACT[name]
    trainer = sparse.Trainer(loss, rows=rows, dense=dense, clip=clip)
    return trainer, dense if clip is None else optax.chain(optax.clip_by_global_norm(clip), dense)


SLOW = ("sgd", "momentum", "momentum-decay", "adagrad", "adam")  # whose parts are in others


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[pytest.mark.slow] if name in SLOW else []) for name in EXACT]
)
def test_exact_modes_equal_optax_on_whole_tables(name: str, x64: None) -> None:
    trainer, dense = both(name)
    data = batches(200)
    wanted = by_tables(dense, start("float64"), data)
    begin = start("float64")
    assert error(wanted, begin) > 0.05  # it has moved
    assert error(by_rows(trainer, begin, data), wanted) <= 1e-12


@pytest.mark.parametrize(
    "name",
    [
        "adagrad",
        *(  # compiled as for a user, which is what sums are rounded by
            pytest.param(name, marks=pytest.mark.slow)
            for name in (
                "sgd",
                "sgd-decay",
                "momentum",
                "nesterov-decay-clip",
                "adagrad-decay-clip",
                "adam",
                "adamw-clip",
            )
        ),
    ],
)
def test_exact_modes_in_float32(name: str) -> None:
    """Held against the float64 run of optax: the error is at most twice that of optax's own float32 run.

    Of the largest of three seeds each, since a single one may be lucky.
    """
    trainer, dense = both(name)
    ours, theirs = [], []
    for seed in range(3):
        data = batches(200, seed)
        with jax.enable_x64(True):
            wide = jax.tree.map(lambda x: x.astype("float64"), start("float32", seed))
            exact = jax.tree.map(np.asarray, by_tables(dense, wide, data))
        theirs.append(error(by_tables(dense, start("float32", seed), data), exact))
        ours.append(error(by_rows(trainer, start("float32", seed), data), exact))
    print(f"{name}: ours {max(ours):.1e}, optax {max(theirs):.1e}")
    assert 0 < max(ours) <= 2 * max(theirs)


@pytest.mark.slow
def test_one_step_at_a_time_equals_many(x64: None) -> None:
    trainer, _ = both("nesterov-decay-clip")
    data = batches(4)
    state = trainer.init(start("float64"))
    values = []
    for batch in zip(*data, strict=True):
        state, value = trainer.step(state, *batch)
        values.append(value)
    assert int(state.step) == 4
    many, losses = trainer.steps(trainer.init(start("float64")), *data)
    assert error(trainer.finalize(state).params, trainer.finalize(many).params) <= 1e-14
    np.testing.assert_allclose(losses, values, rtol=1e-13)


# --- lazy: in loops, row by row ----------------------------------------------------------------------


def momentum(w: Any, g: Any, kept: Any, t: int) -> Any:
    m = kept["m"] = 0.9 * kept.get("m", 0) + g
    return w - 0.1 * m


def nesterov(w: Any, g: Any, kept: Any, t: int) -> Any:
    m = kept["m"] = 0.9 * kept.get("m", 0) + g
    return w - 0.1 * (g + 0.9 * m)


def adam(w: Any, g: Any, kept: Any, t: int) -> Any:
    """As SparseAdam writes it: t counts the steps of the table."""
    m = kept["m"] = 0.9 * kept.get("m", 0) + 0.1 * g
    v = kept["v"] = 0.999 * kept.get("v", 0) + 0.001 * g**2
    return w - 0.1 * np.sqrt(1 - 0.999**t) / (1 - 0.9**t) * m / (np.sqrt(v) + 1e-8)


def row_adagrad(w: Any, g: Any, kept: Any, t: int) -> Any:
    """FBGEMM's rowwise_adagrad: `momentum1 += mean(g²)`, `w −= lr / (√momentum1 + eps) · g`."""
    s = kept["s"] = kept.get("s", 0) + np.mean(g**2)
    return w - 0.1 / (np.sqrt(s) + 1e-8) * g


def row_adam(w: Any, g: Any, kept: Any, t: int) -> Any:
    """FBGEMM's partial_rowwise_adam, without its decay."""
    v = kept["v"] = 0.999 * kept.get("v", 0) + 0.001 * np.mean(g**2)
    m = kept["m"] = 0.9 * kept.get("m", 0) + 0.1 * g
    return w - 0.1 * (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)


LAZY = {
    "momentum": (sparse.sgd(0.1, 0.9), momentum),
    "nesterov": (sparse.sgd(0.1, 0.9, nesterov=True), nesterov),
    "adam": (sparse.adam(0.1), adam),
    "row_adagrad": (sparse.row_adagrad(0.1), row_adagrad),
    "row_adam": (sparse.row_adam(0.1), row_adam),
}


@pytest.mark.parametrize("name", LAZY)
def test_lazy_modes_equal_loops(name: str, x64: None) -> None:
    """In float64, and in float32 by the way that is chosen for it: a kernel, where there is one."""
    optimizer, step = LAZY[name]
    given = gradients(100)
    wanted, kept = table_of(), [{} for _ in range(ROWS)]
    for t, (rows, values) in enumerate(zip(*given, strict=True), 1):
        for row, g in summed(rows, values).items():
            wanted[row] = step(wanted[row], g, kept[row], t)
    found, _ = run(optimizer, table_of(), given)
    assert error(found, wanted) <= 1e-12
    narrow = jnp.asarray(table_of(), jnp.float32)
    way = sparse.strategy.choose(narrow, optimizer, clipped=False)
    assert error(run(optimizer, narrow, given, way)[0], wanted) <= 2e-6
    untouched = np.setdiff1d(np.arange(ROWS), given[0])
    assert untouched.size
    np.testing.assert_array_equal(found[untouched], table_of()[untouched])


# --- beside the rule ---------------------------------------------------------------------------------


def test_l2_is_the_penalty_on_the_rows_used(x64: None) -> None:
    """`l2` in the optimizer equals `embedlab.l2_rows` in the loss, trained densely."""
    spec, _ = specs("float64")
    data = batches(50)

    def plain(params: Any, words: Any, items: Any, targets: Any) -> Any:
        bags = embedlab.bag(spec, params["words"], words, mode="sum")
        return jnp.mean((jnp.tanh(bags).sum(-1) - targets) ** 2)

    def penalised(params: Any, words: Any, items: Any, targets: Any) -> Any:
        looks = embedlab.lookups(spec, params["words"], words)
        penalty = embedlab.l2_rows(embedlab.gather(params["words"].tables, looks), looks)
        return plain(params, words, items, targets) + 0.3 * penalty

    def train(loss: Any, l2: float) -> Any:
        trainer = sparse.Trainer(loss, rows=sparse.adagrad(0.1, l2=l2))
        return by_rows(trainer, {"words": start("float64")["words"]}, data)

    found, wanted = train(plain, 0.3), train(penalised, 0.0)
    assert error(found, wanted) <= 1e-12
    assert error(found, train(plain, 0.0)) > 0.01


@pytest.mark.parametrize("way", ["sort", "slots", "host"])
def test_max_norm_is_that_of_the_rows_used(way: str, x64: None) -> None:
    spec = embedlab.Dense(ROWS, DIM, dtype="float64")
    rows, values = gradients(1)
    free, _ = run(sparse.sgd(0.5), table_of(), (rows, values), way)
    wanted = embedlab.max_norm(spec, embedlab.Variables({"table": free}), rows[0], 1.0).tables["table"]
    found, _ = run(sparse.sgd(0.5, max_norm=1.0), table_of(), (rows, values), way)
    np.testing.assert_allclose(found, wanted, rtol=1e-14)
    assert (
        (np.linalg.norm(table_of(), axis=1) > 1).sum() > (np.linalg.norm(found, axis=1) > 1 + 1e-9).sum() > 0
    )


@pytest.mark.slow
def test_max_norm_holds_for_rows_that_move_while_they_wait(x64: None) -> None:
    """A step at a time and made up for: the same, and no row is longer than the limit."""
    optimizer = sparse.sgd(0.3, 0.9, exact=True, weight_decay=0.01, max_norm=1.0)
    table = table_of() / 10
    at_once, _ = run(optimizer, table, gradients(30))
    stepwise, _ = run(optimizer, table, gradients(30), every=1)
    np.testing.assert_allclose(at_once, stepwise, rtol=1e-12)
    norms = np.linalg.norm(at_once, axis=1)
    assert norms.max() <= 1 + 1e-9 and (norms > 0.99).any()


@pytest.mark.parametrize("bad", [np.nan, np.inf])
@pytest.mark.parametrize("name", ["sgd", "momentum", "adagrad", "row_adagrad", "adam", "row_adam"])
def test_a_gradient_that_is_no_number_is_not_hidden(name: str, bad: float) -> None:
    rows, values = np.array([[3, 5, 3]], np.int32), np.ones((1, 3, DIM), np.float32)
    values[0, 2] = bad
    table = jnp.asarray(table_of(), jnp.float32)
    for way in ["sort", *WAYS[name]]:
        if can(table, RULES[name], way):
            found = np.asarray(run(RULES[name], table, (rows, values), way)[0])
            # Without a state, what is infinite stays so; divided by its own size it is no number.
            assert not np.isfinite(found[3]).any(), way
            assert np.isfinite(np.delete(found, 3, 0)).all(), way


@pytest.mark.slow
@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_exact_adam_of_narrow_tables_where_jax_is_wide(dtype: str) -> None:
    optimizer = sparse.adam(optax.linear_schedule(0.1, 0.0, 50), exact=True, weight_decay=0.1)
    table = jnp.asarray(table_of(), dtype)
    narrow, _ = run(optimizer, table, gradients(20))
    with jax.enable_x64(True):
        found, _ = run(optimizer, table, gradients(20))
        exact, _ = run(optimizer, table.astype("float64"), gradients(20))
    assert found.dtype == narrow.dtype
    assert error(found, exact) <= error(narrow, exact)  # the bias corrections alone are wider


# --- every way gives the same -------------------------------------------------------------------------

RULES = {
    "sgd": sparse.sgd(0.1),
    "clipped_sgd": sparse.sgd(0.1, limit=1.5),
    "momentum": sparse.sgd(0.1, 0.9),
    "adagrad": sparse.adagrad(0.1),
    "row_adagrad": sparse.row_adagrad(0.1),
    "adam": sparse.adam(0.1),
    "row_adam": sparse.row_adam(0.1),
}
WAYS = {name: ["kernel"] for name in RULES} | {
    "sgd": ["kernel", "positions", "native", "host", "scan", "slots"],
    "clipped_sgd": ["kernel", "native", "scan"],
    "adagrad": ["kernel", "native", "host", "scan", "slots"],
}


@pytest.mark.parametrize("name", RULES)
def test_every_strategy_gives_the_same(name: str) -> None:
    """In float32, each as far from a float64 run as rounding explains, and bit for bit the same twice."""
    given = gradients(30)
    with jax.enable_x64(True):
        exact = jax.tree.map(np.asarray, run(RULES[name], table_of(), given))
    table = jnp.asarray(table_of(), jnp.float32)
    for way in ["sort", *WAYS[name]]:
        if not can(table, RULES[name], way):
            assert way in ("kernel", "native") and not embedlab.native.available()
            continue
        first, again = (run(RULES[name], table, given, way) for _ in range(2))
        assert error(first, exact) <= 2e-6, way
        for a, b in zip(jax.tree.leaves(first), jax.tree.leaves(again), strict=True):
            np.testing.assert_array_equal(a, b)


def test_numbers_out_of_range(unchecked: None) -> None:
    for field, value in {"weight_decay": -0.1, "l2": -1.0, "max_norm": 0.0, "rounding": "up"}.items():
        with pytest.raises(ValueError, match=rf"^{field}={value!r}: "):
            sparse.sgd(0.1, **{field: value})
    for rate in (0.0, -1.0, float("nan")):
        with pytest.raises(ValueError, match=r"^rate="):
            sparse.adagrad(rate)
    with pytest.raises(ValueError, match=r"^exact=True: RowAdam is lazy only"):
        sparse.row_adam(0.1, exact=True)
    with pytest.raises(ValueError, match=r"^b1=0\.99: give one below"):
        sparse.adam(0.1, b1=0.99, b2=0.9)
