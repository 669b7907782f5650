"""One contract, which every kind of embedding passes.

A test file subclasses `Contract` and names its cases; that is all it takes to put a new kind to the test:

    class TestMyKind(Contract):
        cases = (Case("mine", MyKind(vocabulary=10, dim=4), parameters=40),)
"""

from __future__ import annotations

import copy
import dataclasses
import functools
from collections.abc import Mapping
from typing import Any, ClassVar

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
from jax.experimental import checkify
from jax.test_util import check_grads

import embedlab
from embedlab import sparse
from embedlab.base import Embedding
from embedlab.linear import effective_weights, main_lookup
from embedlab.lookup.bag import MODES
from embedlab.lookup.gather import gather
from embedlab.lookup.ids import canonical
from embedlab.lookup.pool import pool
from tests.embedlab.bits import same

INTEGERS = ("uint8", "int64", "uint64")  # all there are: test_ids.py
ALL = np.ones((3, 4), bool)


@dataclasses.dataclass(frozen=True, eq=False)
class Case:
    """A spec to be tested.

    Attributes:
        name: shown in the test's id.
        spec: with the fields `dim` and `dtype`; small, for speed. Ids 0 and 1 are to have a gradient.
        parameters: how many numbers its arrays hold, by the formula of its docstring.
        buffers: the buffers of its `init`.
        index_bytes: how large they are.
        slow: whether it waits for the slow tests: for a spec whose parts are all in others.
    """

    name: str
    spec: Any
    parameters: int
    buffers: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    index_bytes: int = 0
    slow: bool = False

    def make(self, dtype: str = "float32") -> tuple[Any, embedlab.Variables]:
        """The spec with tables of `dtype`, and its arrays."""
        spec = dataclasses.replace(self.spec, dtype=dtype)
        return spec, spec.init(jax.random.key(0), self.buffers)

    def twin(self) -> Any:
        """An equal spec, made anew from what the spec prints."""
        return eval(repr(self.spec), {**vars(embedlab), type(self.spec).__name__: type(self.spec)})

    @property
    def known(self) -> int | None:
        """How many ids there are."""
        return self.spec.num_ids(self.buffers)

    @property
    def ids(self) -> np.ndarray:
        """int32 [3, 4] of known ids; the last row repeats one that occurs before."""
        most = self.known or np.iinfo(np.int32).max
        ids = np.random.default_rng(1).integers(0, most, (3, 4)).astype(np.int32)
        ids[2] = ids[0, 0]
        return ids

    @property
    def bad(self) -> np.ndarray:
        """int32 [n] of ids that are not known."""
        lowest = np.iinfo(np.int32).min
        if self.known is None:
            return np.array([-1, lowest], np.int32)
        return np.array([-1, self.known, self.known + 1, lowest, embedlab.ABSENT], np.int32)


def close(found: Any, wanted: Any, ulps: float = 16) -> None:
    """Asserts that trees of arrays agree, norm by norm, to some units in the last place of their dtype."""
    assert jax.tree.structure(found) == jax.tree.structure(wanted)
    for a, b in zip(jax.tree.leaves(found), jax.tree.leaves(wanted), strict=True):
        assert a.shape == b.shape
        eps = float(jnp.finfo(a.dtype).eps)
        a, b = np.asarray(a, np.float64), np.asarray(b, np.float64)
        assert np.linalg.norm(a - b) <= ulps * eps * np.linalg.norm(b)


def stack(*trees: Any) -> Any:
    return jax.tree.map(lambda *leaves: np.stack(leaves), *trees)


def all_zero(tree: Any) -> bool:
    return not any(np.any(np.asarray(leaf, np.float64)) for leaf in jax.tree.leaves(tree))


def finite(tree: Any) -> bool:
    return all(np.isfinite(np.asarray(leaf, np.float64)).all() for leaf in jax.tree.leaves(tree))


# Few functions of few shapes, so that the tests share what they compile.


def vectors(spec: Embedding, variables: embedlab.Variables, ids: Any, mask: Any) -> dict[str, Any]:
    """What a model gets from ids [..., length]: a vector an id, and one a bag."""
    return {
        "embed": embedlab.embed(spec, variables, ids, mask=mask),
        "mean": embedlab.bag(spec, variables, ids, mode="mean", mask=mask),
    }


def outcome(spec: Embedding, variables: embedlab.Variables, ids: Any, mask: Any = ALL) -> tuple[Any, Any]:
    """`vectors`, and the gradient of a loss on them with respect to tables and dense arrays."""
    return _outcome(spec, variables, ids, mask)  # a default of a jitted function would be a constant in it


@functools.partial(jax.jit, static_argnums=0)
def _outcome(spec: Embedding, variables: embedlab.Variables, ids: Any, mask: Any) -> tuple[Any, Any]:

    def loss(tables: Any, dense: Any) -> Any:
        found = vectors(spec, embedlab.Variables(tables, dense, variables.buffers), ids, mask)
        return weigh(found["embed"]) + weigh(found["mean"]), found

    gradient, found = jax.grad(loss, argnums=(0, 1), has_aux=True)(variables.tables, variables.dense)
    return found, gradient


@functools.partial(jax.jit, static_argnums=0)
def single_gradient(spec: Embedding, variables: embedlab.Variables, ids: Any) -> Any:
    """The gradient of a loss on a single id's vector, and on the bag of it alone."""

    def loss(tables: Any, dense: Any) -> Any:
        v = embedlab.Variables(tables, dense, variables.buffers)
        return weigh(embedlab.embed(spec, v, ids)) + 3 * weigh(embedlab.bag(spec, v, ids))

    return jax.grad(loss, argnums=(0, 1))(variables.tables, variables.dense)


@functools.partial(jax.jit, static_argnums=0)
def repeated_gradient(spec: Embedding, variables: embedlab.Variables) -> Any:
    """The gradient of the sums of one id 2,048 times: embedded, in a padded bag, and in a ragged one."""
    ids = jnp.ones((2048,), jnp.int32)

    def loss(tables: Any, dense: Any) -> Any:
        v = embedlab.Variables(tables, dense, variables.buffers)
        padded = embedlab.bag(spec, v, ids[None], mode="sum")
        ragged = embedlab.bag(spec, v, ids, offsets=jnp.array([0, 2048]), mode="sum")
        return sum(x.astype(jnp.float32).sum() for x in (embedlab.embed(spec, v, ids), padded, ragged))

    return jax.grad(loss, argnums=(0, 1))(variables.tables, variables.dense)


def weigh(array: Any) -> Any:
    """A loss whose gradient differs at every component, so that no two of them can be mixed up."""
    wide = array.astype(jnp.promote_types(array.dtype, jnp.float32))
    return jnp.sum(jnp.cos(jnp.arange(array.size)).reshape(array.shape) * wide)


OPTIMIZERS = {"sgd": (sparse.sgd(0.1), optax.sgd(0.1)), "adagrad": (sparse.adagrad(0.1), optax.adagrad(0.1))}


def distance(spec: Embedding, variables: embedlab.Variables, ids: Any) -> Any:
    """A loss for training: how far bags are from some goals."""
    bags = embedlab.bag(spec, variables, ids)
    return jnp.sum((bags - jnp.cos(jnp.arange(bags.size)).reshape(bags.shape)) ** 2)


def scatter(tables: Mapping[str, Any], lookups: Any, rows: Mapping[str, Any]) -> dict[str, Any]:
    """Gradients of gathered rows, put back where the rows were: `dT[r] = Σ dR` over its occurrences."""
    return {
        look.table: jnp.zeros_like(tables[look.table]).at[look.rows].add(rows[look.table], mode="drop")
        for look in lookups
    }


def _param(case: Case) -> Any:
    return pytest.param(case, id=case.name, marks=[pytest.mark.slow] if case.slow else [])


class Contract:
    """What holds for every kind. Subclass it and set `cases`."""

    cases: ClassVar[tuple[Case, ...]] = ()

    def __init_subclass__(cls) -> None:
        if not any(case.spec.linear for case in cls.cases):
            cls.test_tap_gradients_equal_dense_gradients = None  # type: ignore[method-assign]

    @classmethod
    def pytest_generate_tests(cls, metafunc: pytest.Metafunc) -> None:
        if "case" in metafunc.fixturenames:
            metafunc.parametrize("case", [_param(case) for case in cls.cases])
        if "linear_case" in metafunc.fixturenames:
            cases = [_param(case) for case in cls.cases if case.spec.linear]
            metafunc.parametrize("linear_case", cases)

    # --- the spec ------------------------------------------------------------------------------------

    def test_spec_is_a_value(self, case: Case) -> None:
        spec = case.spec
        assert isinstance(spec, Embedding)
        assert case.twin() == spec == copy.deepcopy(spec)
        assert hash(case.twin()) == hash(spec)
        assert dataclasses.replace(spec, dim=2 * spec.dim) != spec
        with pytest.raises(dataclasses.FrozenInstanceError):
            spec.dim = 3

    def test_spec_holds_no_arrays(self, case: Case) -> None:
        case.make()
        leaves = jax.tree.leaves(dataclasses.asdict(case.spec))
        assert not [leaf for leaf in leaves if isinstance(leaf, jax.Array | np.ndarray)]

    @pytest.mark.parametrize(("field", "value"), [("dim", 0), ("dim", True), ("dtype", "int8")])
    def test_spec_refuses(self, case: Case, field: str, value: Any) -> None:
        with pytest.raises(ValueError, match=rf"^{field}={value!r}: (give|choose) "):
            dataclasses.replace(case.spec, **{field: value})

    def test_init(self, case: Case, dtype: str) -> None:
        spec, variables = case.make(dtype)
        same(spec.init(jax.random.key(0), case.buffers), variables)
        tables = variables.tables.values()
        assert {table.dtype.name for table in tables} == {dtype}
        assert {name: t.shape for name, t in variables.tables.items()} == dict(spec.table_shapes)
        other = spec.init(jax.random.key(1), case.buffers)
        assert any(not np.array_equal(other.tables[name], variables.tables[name]) for name in other.tables)
        assert variables.num_parameters == case.parameters
        size = case.parameters * np.dtype(next(iter(tables)).dtype).itemsize
        assert variables.num_bytes == embedlab.Bytes(trainable=size, index=case.index_bytes)

    # --- index, gather, combine ----------------------------------------------------------------------

    def test_index_on_host_equals_index_under_jit(self, case: Case) -> None:
        ids = canonical(np.concatenate([case.ids.ravel(), case.bad]), case.known)
        host = case.spec.index(dict(case.buffers), ids)
        assert all(isinstance(leaf, np.ndarray) for leaf in jax.tree.leaves(host))
        assert {look.rows.dtype.name for look in host} == {"int32"}
        same(jax.jit(case.spec.index)(dict(case.buffers), ids), host)

    # --- transformations -----------------------------------------------------------------------------

    def test_jit_equals_plain_call(self, case: Case, dtype: str) -> None:
        spec, variables = case.make(dtype)
        close(embedlab.embed(spec, variables, case.ids), outcome(spec, variables, case.ids)[0]["embed"])

    def test_jit_equals_eager(self, case: Case) -> None:
        spec, variables = case.make()
        with jax.disable_jit():
            eager = vectors(spec, variables, case.ids, ALL)
        close(eager, outcome(spec, variables, case.ids)[0])

    def test_vmap_over_ids_equals_loop(self, case: Case, dtype: str) -> None:
        spec, variables = case.make(dtype)
        call = jax.jit(jax.vmap(functools.partial(vectors, spec), (None, 0, 0)))
        close(call(variables, case.ids, ALL), outcome(spec, variables, case.ids)[0])

    def test_vmap_over_variables_equals_loop(self, case: Case) -> None:
        spec, one = case.make()
        two = spec.init(jax.random.key(2), case.buffers)
        call = jax.jit(jax.vmap(functools.partial(vectors, spec), (0, None, None)))
        found = call(stack(one, two), case.ids, ALL)
        close(found, stack(*(outcome(spec, v, case.ids)[0] for v in (one, two))))

    def test_equal_specs_are_compiled_once(self, case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
        spec, variables = case.make()
        traces = []
        index = type(spec).index

        def counted(*args: Any) -> Any:
            traces.append(args)
            return index(*args)

        monkeypatch.setattr(type(spec), "index", counted)
        ids = np.resize(case.ids, (5, 3))  # a shape that no other test compiles
        embedlab.embed(spec, variables, ids)
        embedlab.bag(spec, variables, ids)
        assert traces
        traces.clear()
        for twin in (case.twin(), copy.deepcopy(spec)):
            embedlab.embed(twin, variables, ids)
            embedlab.bag(twin, variables, ids)
        assert not traces

    # --- gradients -----------------------------------------------------------------------------------

    def test_gradients_equal_finite_differences(self, case: Case, x64: None) -> None:
        spec, variables = case.make("float64")
        mask = np.arange(4) < np.array([[4], [0], [2]])

        @jax.jit
        def everything(tables: Any, dense: Any, weights: Any) -> Any:
            v = embedlab.Variables(tables, dense, variables.buffers)
            bags = (
                embedlab.bag(spec, v, case.ids, mode=m, weights=weights, mask=mask) for m in ("mean", "max")
            )
            return embedlab.embed(spec, v, case.ids), *bags

        weights = np.random.default_rng(3).uniform(0.5, 2, (3, 4))
        arguments = (variables.tables, variables.dense, weights)
        check_grads(everything, arguments, order=1, modes=["rev"], eps=1e-6)

    def test_rows_stand_for_tables(self, case: Case, dtype: str) -> None:
        """Combined rows are the vectors, and what a loss says of rows is what it says of the tables."""
        spec, variables = case.make(dtype)

        @jax.jit
        def by_rows(variables: Any) -> Any:
            lookups = spec.index(variables.buffers, canonical(jnp.asarray(case.ids), case.known))

            def loss(gathered: Any, dense: Any) -> Any:
                combined = spec.combine(dense, gathered, lookups)
                return weigh(combined) + weigh(combined.mean(-2)), combined

            gathered = gather(variables.tables, lookups)
            (rows, dense), combined = jax.grad(loss, (0, 1), has_aux=True)(gathered, variables.dense)
            return combined, (scatter(variables.tables, lookups, rows), dense)

        combined, d_combined = by_rows(variables)
        found, d_found = outcome(spec, variables, case.ids)
        assert found["embed"].shape == (3, 4, spec.dim) and found["mean"].shape == (3, spec.dim)
        close(found["embed"], combined)
        assert finite(d_found) and not all_zero(d_found)
        assert {leaf.dtype.name for leaf in jax.tree.leaves((found, d_found))} == {dtype}
        close(d_found, d_combined)

    def test_tap_gradients_equal_dense_gradients(self, linear_case: Case, x64: None) -> None:
        """Pooling inside the loss on constant tables: the gradient of a zero that is added to the pooled
        vectors says all there is to know about the table; learned weights get theirs as rows."""
        case = linear_case
        spec, variables = case.make("float64")

        @jax.jit
        def by_tap(tables: Any) -> Any:
            lookups = spec.index(case.buffers, canonical(jnp.asarray(case.ids), case.known))
            main = main_lookup(lookups)
            learned = gather(tables, tuple(look for look in lookups if look is not main))

            def loss(learned: Any, tap: Any) -> Any:
                pooled = pool(tables[main.table], main.rows, effective_weights(learned, main)) + tap
                return weigh(pooled) + weigh(pooled.mean(-2)), pooled

            tap = jnp.zeros((*main.rows.shape[:-1], spec.dim))
            (d_learned, d_tap), pooled = jax.grad(loss, argnums=(0, 1), has_aux=True)(learned, tap)
            weights = effective_weights(learned, main)
            weights = jnp.ones(main.rows.shape) if weights is None else weights
            rows = {main.table: weights[..., None] * d_tap[..., None, :], **d_learned}
            return pooled, scatter(tables, lookups, rows)

        found, (d_tables, _) = outcome(spec, variables, case.ids)
        close(by_tap(variables.tables), (found["embed"], d_tables))

    # --- training ------------------------------------------------------------------------------------

    def test_row_gradients_equal_dense_gradients(self, case: Case, x64: None) -> None:
        """Duplicates and bad ids included, for vectors and bags at once."""
        spec, variables = case.make("float64")
        ids = case.ids
        ids[1, 2:] = np.resize(case.bad, 2)

        def loss(variables: Any) -> Any:
            found = vectors(spec, variables, ids, ALL)
            return weigh(found["embed"]) + weigh(found["mean"])

        @jax.jit
        def by_rows(variables: Any) -> Any:
            gradient = sparse.value_and_grad(loss)(variables)[1]
            assert all(isinstance(one, sparse.RowGradient) for one in gradient.tables.values())
            written = {name: one.dense(variables.tables[name]) for name, one in gradient.tables.items()}
            return written, gradient.dense

        close(by_rows(variables), outcome(spec, variables, ids)[1])

    @pytest.mark.parametrize("optimizer", OPTIMIZERS)
    def test_training_by_rows_equals_training_of_tables(self, case: Case, optimizer: str, x64: None) -> None:
        spec, variables = case.make("float64")
        by_row, by_table = OPTIMIZERS[optimizer]
        batches = np.stack([case.ids, case.ids[:, ::-1], np.roll(case.ids, 1, 0), case.ids])
        batches[1, 0, :2] = np.resize(case.bad, 2)

        @jax.jit
        def whole(*trained: Any) -> Any:
            def step(carry: Any, ids: Any) -> Any:
                def loss(trained: Any) -> Any:
                    return distance(spec, embedlab.Variables(*trained, variables.buffers), ids)

                trained, state = carry
                updates, state = by_table.update(jax.grad(loss)(trained), state)
                return (optax.apply_updates(trained, updates), state), None

            return jax.lax.scan(step, (trained, by_table.init(trained)), batches)[0][0]

        wanted = whole(variables.tables, variables.dense)
        trainer = sparse.Trainer(functools.partial(distance, spec), rows=by_row, dense=by_table)
        state, _ = trainer.steps(trainer.init(variables), batches)  # uses the variables up
        found = trainer.finalize(state).params
        close((found.tables, found.dense), wanted)

    # --- bags, scores, rows --------------------------------------------------------------------------

    def test_bags_of_every_form_are_sums_of_vectors(self, case: Case) -> None:
        """Every mode, with weights, padded and ragged, by their definitions over single vectors."""
        spec, variables = case.make()
        weights = np.random.default_rng(2).uniform(0.5, 2, case.ids.shape).astype(np.float32)
        offsets = np.arange(0, case.ids.size + 1, case.ids.shape[1])

        @jax.jit
        def every(variables: Any, ids: Any) -> Any:
            flat, loose = ids.ravel(), jnp.asarray(weights).ravel()
            return {
                mode: (
                    embedlab.bag(spec, variables, ids, mode=mode, weights=weights),
                    embedlab.bag(spec, variables, flat, mode=mode, weights=loose, offsets=offsets),
                )
                for mode in MODES
            }

        found = every(variables, case.ids)
        vectors = np.asarray(embedlab.embed(spec, variables, case.ids), np.float64)
        weighed = weights[..., None] * vectors
        wanted = {
            "sum": weighed.sum(1),
            "mean": weighed.sum(1) / weights.sum(1)[:, None],
            "sqrtn": weighed.sum(1) / np.sqrt((weights**2).sum(1))[:, None],
            "max": weighed.max(1),
        }
        for mode in MODES:
            for form in found[mode]:
                np.testing.assert_allclose(form, wanted[mode], rtol=1e-4, atol=1e-5)

    def test_duplicates_are_added_up_before_they_are_rounded(self, case: Case) -> None:
        """In bfloat16 a sum of ones stops at 256."""
        spec, narrow = case.make("bfloat16")
        wide = jax.tree.map(lambda x: x.astype("float32"), (narrow.tables, narrow.dense))
        wanted = repeated_gradient(spec, embedlab.Variables(*wide, narrow.buffers))
        found = repeated_gradient(spec, narrow)
        assert finite(found) and not all_zero(found)
        close(found, jax.tree.map(lambda x: x.astype("bfloat16"), wanted), ulps=4)

    def test_scores_are_inner_products_with_every_vector(self, case: Case) -> None:
        spec, variables = case.make()
        queries = np.random.default_rng(2).normal(size=(2, spec.dim)).astype(np.float32)
        if case.known is None:
            with pytest.raises(ValueError, match=r"^vocabulary=None: give the embedding a vocabulary"):
                embedlab.attend(spec, variables, queries)
            return
        every = embedlab.all_vectors(spec, variables)
        same(every, embedlab.embed(spec, variables, np.arange(case.known)))
        with jax.default_matmul_precision("highest"):  # a GPU rounds to TF32 by default
            scores = embedlab.attend(spec, variables, queries)
        np.testing.assert_allclose(scores, queries @ np.asarray(every).T, rtol=1e-4, atol=1e-5)

    def test_max_norm_shortens_the_rows_in_use(self, case: Case) -> None:
        spec, variables = case.make()
        shortened = embedlab.max_norm(spec, variables, case.ids, 1e-3)
        looks = embedlab.lookups(spec, variables, case.ids)
        lent = {look.weights_from for look in looks}
        for look in looks:
            old, new = (np.asarray(v.tables[look.table]) for v in (variables, shortened))
            used = np.isin(np.arange(len(old)), look.rows) & (look.table not in lent)
            np.testing.assert_array_equal(new[~used], old[~used])
            assert (np.linalg.norm(new[used], axis=-1) < 1.001e-3).all()

    def test_dropout_drops(self, case: Case) -> None:
        spec, variables = case.make()
        drop, key = embedlab.Dropout(words=0.5, components=0.5), jax.random.key(0)
        for call in (embedlab.embed, embedlab.bag):
            first, again = (call(spec, variables, case.ids, dropout=drop, key=key) for _ in range(2))
            same(first, again)
            assert np.any(first != call(spec, variables, case.ids, dropout=drop))

    # --- ids -----------------------------------------------------------------------------------------

    def test_bad_ids_are_absent_in_the_fast_mode(self, case: Case) -> None:
        spec, variables = case.make()
        ids = case.ids
        ids[1, 1:] = np.resize(case.bad, 3)
        good = np.array([[True] * 4, [True, False, False, False], [True] * 4])
        same(outcome(spec, variables, ids), outcome(spec, variables, case.ids, good))
        wanted = outcome(spec, variables, case.ids)[0]["embed"]
        for form in (ids, jnp.asarray(ids), ids.astype(np.int64), ids.tolist()):
            found = embedlab.embed(spec, variables, form)
            close(found[good], wanted[good])
            assert all_zero(found[~good])
            assert embedlab.count_bad_ids(spec, form, buffers=case.buffers) == 3
            assert embedlab.count_bad_ids(spec, form, buffers=case.buffers, mask=good) == 0
        assert jax.jit(lambda i: embedlab.count_bad_ids(spec, i, buffers=case.buffers))(ids) == 3

    def test_bad_ids_are_errors_in_the_checked_mode(self, case: Case) -> None:
        spec, variables = case.make()
        ids = case.ids
        ids[1, 2] = case.bad[0]
        good = ALL.copy()
        good[1, 2] = False
        message = rf"^id {case.bad[0]} at position \(1, 2\): known are 0 … .* Check the vocabulary"
        for function in (embedlab.embed, embedlab.bag):
            for form in (ids, jnp.asarray(ids), ids.tolist()):
                with pytest.raises(ValueError, match=message):
                    function(spec, variables, form, checked=True)
        with pytest.raises(ValueError, match=message):
            embedlab.host_ids(spec, ids, case.buffers)
        embedlab.embed(spec, variables, ids, checked=True, mask=good)

        @jax.jit
        @checkify.checkify
        def checked(ids: Any, mask: Any) -> Any:
            embedlab.embed(spec, variables, ids, mask=mask, checked=True)
            return embedlab.bag(spec, variables, ids, mask=mask, checked=True)

        checked(ids, good)[0].throw()
        with pytest.raises(checkify.JaxRuntimeError, match="1 ids are out of range: known are 0 … "):
            checked(ids, ALL)[0].throw()

    def test_integer_dtypes_are_alike(self, case: Case, x64: None) -> None:
        spec, variables = case.make()
        one = np.array([1], np.int32)  # a single id: some releases of XLA had narrow ones wrong
        wanted = single_gradient(spec, variables, one)
        assert not all_zero(wanted)
        for dtype in INTEGERS:
            ids = one.astype(dtype)
            same(single_gradient(spec, variables, jnp.asarray(ids)), wanted)
            same(embedlab.host_ids(spec, ids, case.buffers), embedlab.host_ids(spec, one, case.buffers))

    @pytest.mark.parametrize(
        "ids", [[0.0, 1.0], [True, False], np.zeros(2), jnp.ones(2, bool), jnp.ones(2), ["3", "4"]], ids=repr
    )
    def test_other_ids_are_refused(self, case: Case, ids: Any) -> None:
        spec, variables = case.make()
        for call in (
            lambda: embedlab.embed(spec, variables, ids),
            lambda: embedlab.bag(spec, variables, ids),
            lambda: embedlab.count_bad_ids(spec, ids, buffers=case.buffers),
            lambda: embedlab.host_ids(spec, ids, case.buffers),
            lambda: embedlab.max_norm(spec, variables, ids, 1.0),
        ):
            with pytest.raises(TypeError, match=r"^ids have dtype .*: ids are integers; convert with"):
                call()

    # --- nothing there -------------------------------------------------------------------------------

    def test_padding_is_as_if_it_were_not_there(self, case: Case) -> None:
        spec, variables = case.make()
        mask = np.arange(4) < np.array([[2], [0], [4]])
        found, d_found = outcome(spec, variables, case.ids, mask)
        whole, _ = outcome(spec, variables, case.ids)
        same(found["embed"], jnp.where(mask[..., None], whole["embed"], 0))
        close(found["mean"][0], np.asarray(whole["embed"][0, :2]).mean(0))
        assert all_zero(found["mean"][1])
        other = np.where(mask, case.ids, np.roll(case.ids, 1))
        same(outcome(spec, variables, other, mask), (found, d_found))

    def test_bags_of_nothing_are_zeros(self, case: Case) -> None:
        spec, variables = case.make()
        assert all_zero(outcome(spec, variables, case.ids, ~ALL))

    @pytest.mark.parametrize("shape", [(0, 3), (2, 0)])
    def test_empty_input(self, case: Case, shape: tuple[int, int]) -> None:
        spec, variables = case.make()
        ids = np.zeros(shape, np.int32)
        found, gradient = outcome(spec, variables, ids, np.ones(shape, bool))
        assert found["embed"].shape == (*shape, spec.dim)
        assert found["mean"].shape == (shape[0], spec.dim)
        assert all_zero((found, gradient))
        assert embedlab.count_bad_ids(spec, ids, buffers=case.buffers) == 0
        assert embedlab.host_ids(spec, ids, case.buffers).shape == shape
        assert embedlab.embed(spec, variables, []).shape == (0, spec.dim)
