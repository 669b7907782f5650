"""Steps in place: what they equal, what they leave alone, what memory they take."""

from __future__ import annotations

import dataclasses
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import embedlab
from experiments.config import Train
from experiments.encoders import Bag
from experiments.head import Head
from experiments.training import steps
from experiments.training.model import Model

ROWS, WORDS, LENGTH = 60, 40, 6
HASHED = embedlab.Hashed(WORDS, 4, buckets=ROWS, hashes=2, importance=WORDS)
MODEL = Model(embedlab.Dense(ROWS, 4), Bag(), 3)
KEY = jax.random.key(7)
LAZY = Train(update="sparse")


def documents(rows: int = 30) -> Any:
    """Ids, lengths and labels; no id is beyond the first two thirds of the rows."""
    rng = np.random.default_rng(0)
    ids = rng.integers(0, WORDS, (rows, LENGTH)).astype(np.int32)
    lengths = rng.integers(1, LENGTH + 1, rows).astype(np.int32)
    return jax.device_put((ids, lengths, rng.integers(0, 3, rows).astype(np.int32)))


def batches(count: int, first: int = 0) -> np.ndarray:
    return np.random.default_rng(1).integers(0, 30, (20, 5)).astype(np.int32)[first : first + count]


def begun(model: Model, settings: Train) -> tuple[Any, Any]:
    """A state, and the parameters it was made of."""
    parameters = model.init(jax.random.key(0), {})
    return steps.begin(model, settings, jax.tree.map(jnp.copy, parameters), {}), parameters


def after(model: Model, settings: Train, count: int = 8) -> tuple[Any, Any]:
    """Parameters after some steps, and their losses."""
    live, losses = taken(model, settings, begun(model, settings)[0], batches(count))
    return live.params, losses


def taken(model: Model, settings: Train, live: Any, rows: np.ndarray) -> tuple[Any, Any]:
    """The state after a step for each row, up to date, and the losses."""
    live, losses = steps.take(model, settings, live, {}, documents(), rows, len(rows), KEY)
    return steps.up_to_date(model, settings, live, {}), losses


def near(a: Any, b: Any) -> None:
    jax.tree.map(lambda x, y: np.testing.assert_allclose(x, y, rtol=2e-5, atol=2e-6), a, b)


@pytest.mark.parametrize(
    "model",  # a hashed one has two tables of rows, and so all that a dense one has
    [pytest.param(MODEL, marks=pytest.mark.slow), Model(HASHED, Bag(), 3)],
    ids=["dense", "hashed"],
)
@pytest.mark.parametrize(
    "settings",
    [
        Train(optimizer="sgd", rate=0.5, l2=0.1),
        pytest.param(Train(optimizer="adagrad", rate=0.2, l2=0.1, warmup=4), marks=pytest.mark.slow),
        pytest.param(Train(optimizer="momentum", rate=0.1, exact=True, clip=0.5), marks=pytest.mark.slow),
        pytest.param(Train(rate=0.05, exact=True, weight_decay=0.2), marks=pytest.mark.slow),
    ],
    ids=lambda settings: settings.optimizer,
)
def test_both_updates_are_one(model: Model, settings: Train) -> None:
    rows, whole, mixed = (
        after(model, dataclasses.replace(settings, update=update, batch=batch))
        for update, batch in (("sparse", 256), ("dense", 256), ("auto", 5))
    )
    near(rows, whole)
    near(rows, mixed)


def test_small_tables_are_trained_whole() -> None:
    model = Model(embedlab.Hashed(WORDS, 4, buckets=ROWS, hashes=2, importance=WORDS), Bag(), 3)
    tables = model.init(KEY, {})["tables"]

    def whole(**settings: Any) -> tuple[str, ...]:
        return steps.trained_whole(model, Train(**settings), tables, {})

    assert {name: table.shape[0] for name, table in tables.items()} == {"table": 60, "importance": 40}
    assert [whole(batch=batch) for batch in (3, 4, 5, 6)] == [(), ("table",), ("table",), tuple(tables)]
    assert whole(update="sparse", batch=999) == () == whole(max_norm=1.0) == whole(optimizer="row_adam")
    assert whole(update="dense", batch=1) == tuple(tables)
    live = steps.begin(model, Train(batch=5), model.init(KEY, {}), {})
    assert list(live.rows) == ["importance"]


def test_what_auto_comes_to_is_the_way_of_the_largest_table() -> None:
    """Of the 60 rows of 4 numbers a document reads 16, of the 40 of 2 of the importance 8."""
    model = Model(HASHED, Bag(), 3)

    def auto(batch: int, *, resting: tuple[str, ...] = (), masked: tuple[str, ...] = (), **more: Any) -> str:
        changed = dataclasses.replace(model, resting=resting, masked=masked)
        return steps.auto(changed, Train(batch=batch, **more), {})

    assert [auto(batch) for batch in (3, 4, 9)] == ["sparse", "dense", "dense"]
    assert auto(4, resting=("table",)) == "dense"  # what is compared with it moves
    assert auto(4, masked=("table",)) == auto(4, max_norm=1.0) == "sparse"
    live, _ = begun(dataclasses.replace(model, resting=("table",)), LAZY)
    assert steps.updates(dataclasses.replace(model, resting=("table",)), live) == {"importance": "sparse"}
    live, _ = begun(model, Train(batch=5))
    assert steps.updates(model, live) == {"importance": "sparse", "table": "dense"}


def test_a_wide_vocabulary_is_trained_by_rows() -> None:
    for spec in (embedlab.Dense(12_800, 64), embedlab.Hashed(12_800, 64, buckets=1_000_000)):
        model = Model(spec, Bag(), 3)
        tables = jax.eval_shape(lambda model=model: model.init(KEY, {})["tables"])
        assert steps.trained_whole(model, Train(), tables, {}) == ()


def test_ngrams_that_share_few_rows_are_trained_whole() -> None:
    spec = embedlab.Subword(3, 4, buckets=3200, own_row=False)
    buffers = spec.word_buffers(["word", "another", "third"])
    model = Model(spec, Bag(), 3)
    assert steps.trained_whole(model, Train(), model.init(KEY, buffers)["tables"], buffers) == ("table",)


def test_a_lazy_row_rests_until_it_is_read() -> None:
    live, parameters = begun(MODEL, LAZY)
    live, _ = taken(MODEL, LAZY, live, batches(1))
    before = np.asarray(live.params["tables"]["table"])
    read = np.unique(used(batches(1, first=1)))
    live, _ = taken(MODEL, LAZY, live, batches(1, first=1))
    moved = np.flatnonzero((np.asarray(live.params["tables"]["table"]) != before).any(1))
    np.testing.assert_array_equal(moved, read)
    exact = after(MODEL, Train(update="sparse", exact=True), 2)[0]["tables"]["table"]
    start = np.asarray(parameters["tables"]["table"])
    np.testing.assert_array_equal(
        np.flatnonzero((np.asarray(exact) != start).any(1)), np.unique(used(batches(2)))
    )
    assert abs(exact - live.params["tables"]["table"]).max() > 1e-3


def used(rows: np.ndarray) -> np.ndarray:
    """The ids that some batches read."""
    ids, lengths, _ = map(np.asarray, documents())
    real = np.arange(LENGTH) < lengths[:, None]
    return np.concatenate([ids[row][real[row]] for row in rows.reshape(-1)])


@pytest.mark.parametrize("exact", [False, True], ids=["lazy", "exact"])
def test_the_same_bits_however_steps_are_parted_into_calls(exact: bool) -> None:
    more: Any = {"exact": True, "weight_decay": 0.1, "warmup": 3} if exact else {}
    dropout = embedlab.Dropout(words=0.3, components=0.2)
    settings = Train(update="sparse", rate=0.05, dropout=dropout, **more)
    found = []
    for counts in ([8], [4, 4], [1, 2, 5], [1] * 8):
        live, losses, first = begun(MODEL, settings)[0], [], 0
        for count in counts:
            rows = np.zeros((8, 5), np.int32)
            rows[:count] = batches(count, first)
            before = steps.take._cache_size()  # type: ignore[attr-defined]
            live, some = steps.take(MODEL, settings, live, {}, documents(), rows, count, KEY)
            assert not found or steps.take._cache_size() == before  # type: ignore[attr-defined]
            losses += np.asarray(some)[:count].tolist()
            first += count
        assert int(live.step) == 8
        found.append((steps.up_to_date(MODEL, settings, live, {}), losses))
    for other in found[1:]:
        jax.tree.map(np.testing.assert_array_equal, other, found[0])


def test_rows_stay_in_the_ball_and_weights_are_no_rows() -> None:
    model = Model(HASHED, Bag(), 3)
    tables = after(model, Train(rate=0.5, max_norm=0.7))[0]["tables"]
    free = after(model, Train(rate=0.5, update="sparse"))[0]["tables"]
    rows = model.spec.index({}, used(batches(8)))[1].rows
    longest = {
        name: np.linalg.norm(table["table"][rows.reshape(-1)], axis=-1).max()
        for name, table in (("ball", tables), ("free", free))
    }
    assert longest["ball"] <= 0.7 * (1 + 1e-6) < longest["free"]
    assert np.linalg.norm(tables["importance"], axis=-1).max() > 1.4  # they start from a length of √2


def test_the_heads_columns_stay_in_a_ball() -> None:
    longest = {}
    for limit in (None, 0.8):
        model = dataclasses.replace(MODEL, head=Head(max_norm=limit))
        weight = after(model, Train(rate=0.3, clip=5.0))[0]["head"]["weight"]
        longest[limit] = np.linalg.norm(weight, axis=0)
    np.testing.assert_allclose(longest[0.8].max(), 0.8, rtol=1e-6)
    assert longest[None].max() > 1


def test_tables_rest_until_they_are_let_go() -> None:
    settings = Train(freeze_until=4, weight_decay=0.1)
    live, parameters = begun(MODEL, settings)
    live, _ = taken(MODEL, settings, live, batches(4))
    jax.tree.map(np.testing.assert_array_equal, live.params["tables"], parameters["tables"])
    assert (live.params["head"]["weight"] != parameters["head"]["weight"]).all()
    live, _ = taken(MODEL, settings, live, batches(4, 4))
    assert (live.params["tables"]["table"] != parameters["tables"]["table"]).all()  # the decay is of all


def test_small_updates_come_through_by_chance() -> None:
    narrow = Model(embedlab.Dense(ROWS, 4, embedlab.Constant(1.0), "bfloat16"), Bag(), 3)
    moved = {}
    for rounding in ("nearest", "stochastic"):
        settings = Train(update="sparse", optimizer="sgd", rate=1e-3, rounding=rounding)  # type: ignore[arg-type]
        table = after(narrow, settings, 20)[0]["tables"]["table"]
        assert table.dtype == jnp.bfloat16
        moved[rounding] = int((table != 1).sum())
    assert moved["nearest"] == 0 < moved["stochastic"]


@pytest.mark.parametrize(
    "optimizer",
    [
        *("adam", "row_adagrad"),
        *(pytest.param(name, marks=pytest.mark.slow) for name in ("adagrad", "sgd", "momentum", "row_adam")),
    ],
)
@pytest.mark.parametrize(
    "more",
    [
        pytest.param({}, marks=pytest.mark.slow),
        {"clip": 1.0, "l2": 0.1, "weight_decay": 0.1, "max_norm": 1.0},
    ],
    ids=["plain", "all"],
)
def test_no_temporary_is_as_large_as_the_table(optimizer: Any, more: Any) -> None:
    exact = optimizer in ("adam", "momentum") and bool(more)
    require_small(Train(optimizer=optimizer, exact=exact, **more))  # the table is large enough for auto


def require_small(settings: Train) -> None:
    rows, width = 100_000, 64
    model = Model(embedlab.Hashed(WORDS, width, buckets=rows), Bag(), 3)
    live = jax.eval_shape(lambda: steps.begin(model, settings, model.init(KEY, {}), {}))
    batch = jax.ShapeDtypeStruct((4, 5), jnp.int32)
    found = (
        steps.take.lower(model, settings, live, {}, documents(), batch, 4, KEY).compile().memory_analysis()
    )
    table = rows * width * 4
    assert found.temp_size_in_bytes < table / 4
    # All that is as large as the table is the same before and after.
    assert found.output_size_in_bytes - found.alias_size_in_bytes < table / 4
    assert found.output_size_in_bytes > table


def test_the_dense_update_takes_as_much() -> None:
    with pytest.raises(AssertionError):
        require_small(Train(update="dense"))


def test_a_state_is_used_up_and_a_copy_is_not() -> None:
    live, _ = begun(MODEL, LAZY)
    kept = jax.tree.map(jnp.copy, live.params)
    copy = steps.copied(kept, live.params)
    assert kept["tables"]["table"].is_deleted()
    before = np.array(live.params["tables"]["table"])
    taken(MODEL, LAZY, live, batches(4))
    assert live.params["tables"]["table"].is_deleted()
    np.testing.assert_array_equal(copy["tables"]["table"], before)


def test_a_copy_takes_the_place_of_the_one_before() -> None:
    table = jax.ShapeDtypeStruct((100_000, 64), jnp.float32)
    found = steps.copied.lower({"table": table}, {"table": table}).compile().memory_analysis()
    assert found.alias_size_in_bytes == found.output_size_in_bytes == 100_000 * 64 * 4
    assert found.temp_size_in_bytes < 1000
