"""`Trainer`: one training step, in which tables cost what is read of them."""

from __future__ import annotations

import dataclasses
import functools
import zlib
from collections.abc import Callable, Mapping
from typing import Any

import jax
import jax.numpy as jnp
import optax

from embedlab.checks import finite_fields, require, require_count
from embedlab.lookup.ids import require_uncut
from embedlab.sparse import strategy as strategies
from embedlab.sparse.accumulate import as_one, over_micro_batches, require_steps
from embedlab.sparse.clip import clip_by_global_norm
from embedlab.sparse.fit import require_fit
from embedlab.sparse.gradient import RowGradient
from embedlab.sparse.merge import WAYS, Merged
from embedlab.sparse.optimizer import RowOptimizer, RowState
from embedlab.sparse.ordering import after_all_reads
from embedlab.sparse.params import split
from embedlab.sparse.program import Read
from embedlab.sparse.resize import require_changes, resize
from embedlab.sparse.roles import Roles
from embedlab.sparse.sharding import Sharding
from embedlab.sparse.sharding import state as places
from embedlab.sparse.sharding import update as sharded
from embedlab.sparse.sharding.read import reader
from embedlab.sparse.train_state import TrainState, require_alive, require_distinct
from embedlab.sparse.transform import Traced, trace


@dataclasses.dataclass(frozen=True, eq=False)
class Trainer:
    """Trains a loss with row-sparse tables: the cost of a step does not depend on how many rows there are.

        trainer = Trainer(loss, rows=sparse.adagrad(0.1), dense=optax.adam(1e-3))
        state = trainer.init(params)
        for batch in batches:
            state, value = trainer.step(state, batch)
        params = trainer.finalize(state).params

    A step brings the rows that it reads up to date (see `RowOptimizer`), takes the loss and its gradients
    (`value_and_grad`), clips them, and updates rows and all other arrays, each with its optimizer. It is
    compiled once for each shape of its arguments, and works in place: the state it is given is used up,
    and so are the arrays that `init` was given.

    Attributes:
        loss: of the parameters and a batch's arrays, a number [], or that and something else.
        rows: the optimizer of tables, or one by table name ("words.table"); None for none.
        dense: the optax optimizer of all other trained arrays; None where there are none.
        dense_tables: names of tables that it trains as well: small ones, and those that the loss scores
            against as a whole.
        has_aux: whether the loss returns something else as well; with micro-batches that is stacked. (A
            table in it would be copied in each step.)
        clip: greatest global norm of all gradients together, taken from merged rows; None for no limit.
        accumulate: micro-batches a step. From 2 on, a step's arrays are [accumulate, …], the loss and the
            gradients the means over them; rows are merged after the last, so that it is exact.
        strategy: how tables are updated, one of `strategy.STRATEGIES`; None to choose.
        sharding: over which axes of a mesh the rows of tables lie, and the batch; None for one device.
        seed: of stochastic rounding.

    Raises:
        ValueError: a loss, a limit, a strategy or a sharding that is none; from `init`, a table without an
            optimizer or a name that is no table's; from a step, a state that is used up or that of other
            optimizers, a strategy that a table does not allow, or a 64-bit id that JAX would cut off.

    Example:
        >>> import embedlab
        >>> from embedlab import sparse
        >>> spec = embedlab.Dense(1000, 4)
        >>> def loss(params, ids, targets):
        ...     return jnp.mean((embedlab.bag(spec, params["words"], ids) @ params["head"] - targets) ** 2)
        >>> params = {"words": spec.init(jax.random.key(0)), "head": jnp.ones(4)}
        >>> trainer = Trainer(loss, rows=sparse.adagrad(0.1), dense=optax.adagrad(0.1))
        >>> state = trainer.init(params)
        >>> ids, targets = jnp.array([[1, 2], [3, 3]]), jnp.array([0.0, 1.0])
        >>> losses = []
        >>> for _ in range(10):
        ...     state, value = trainer.step(state, ids, targets)
        ...     losses.append(float(value))
        >>> losses[-1] < losses[0]
        True

    Source: none; the parts are those of optax, and of FBGEMM's fused tables.
    """

    loss: Callable[..., Any]
    rows: RowOptimizer | Mapping[str, RowOptimizer] | None = None
    dense: optax.GradientTransformation | None = None
    dense_tables: tuple[str, ...] = ()
    has_aux: bool = False
    clip: float | None = None
    accumulate: int = 1
    strategy: str | None = None
    sharding: Sharding | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        require(
            callable(self.loss), "loss", self.loss, "give a function of the parameters and a batch's arrays"
        )
        if self.clip is not None:
            finite_fields(self, "clip")
            require(self.clip > 0, "clip", self.clip, "give a norm above 0, or None")
        require_count("accumulate", self.accumulate)
        Roles(self.rows, self.dense, self.dense_tables)  # finds their mistakes
        known = self.strategy is None or self.strategy in strategies.STRATEGIES
        require(known, "strategy", self.strategy, f"choose one of {', '.join(strategies.STRATEGIES)}")
        meshed = self.sharding is None or isinstance(self.sharding, Sharding)
        require(meshed, "sharding", self.sharding, "give sparse.Sharding(mesh, rows='…'), or None")
        alone = self.sharding is None or self.strategy != "host"
        remedy = "on a mesh devices would wait for each other's turn in Python; give 'sort'"
        require(alone, "strategy", self.strategy, remedy)

    def init(self, params: Any) -> TrainState:
        """The state before the first step.

        Args:
            params: a pytree with tables [rows, width], whose arrays a step will use up; or a function without
                arguments that makes it, on a mesh in pieces, so that no device holds a table whole.

        Returns:
            The state: around the same arrays, or on the mesh.
        """
        return places.start(self.sharding, self._fresh, params)

    def shapes(self, params: Any) -> TrainState:
        """What `init` would give, as shapes and places: what a checkpoint is restored into.

        A checkpoint of another number of devices has another padding. Orbax cuts or adds it with
        `StandardRestore(trainer.shapes(make), strict=False)`.

        Args:
            params: as for `init`, of tables [rows, width]; nothing is made.

        Returns:
            A state of `jax.ShapeDtypeStruct`.

        Example:
            >>> trainer = Trainer(lambda params: params["w"].sum(), dense=optax.sgd(0.1))
            >>> trainer.shapes(lambda: {"w": jnp.ones(2)}).params["w"].shape
            (2,)
        """
        return places.shapes(self.sharding, self._fresh, params)

    def whole(self, state: TrainState) -> TrainState:
        """The state as NumPy arrays, of tables on a mesh [rows, width] whole and without their padding.

        Args:
            state: of the training; it can still be used.

        Returns:
            A state for one device, in every process.

        Raises:
            ValueError: the state is used up, or is none.

        Example:
            >>> trainer = Trainer(lambda params: params["w"].sum(), dense=optax.sgd(0.1))
            >>> trainer.whole(trainer.init({"w": jnp.ones(2)})).params["w"]
            array([1., 1.], dtype=float32)
        """
        require_alive(state)
        return places.whole(state)

    def place(self, state: TrainState) -> TrainState:
        """A whole state, put on this trainer's mesh or device: the way from one to another without a file.

        Args:
            state: as `whole` gives it, with tables [rows, width].

        Returns:
            The state, to go on with.

        Raises:
            ValueError: the state is on a mesh already, is used up, or is none.

        Example:
            >>> trainer = Trainer(lambda params: params["w"].sum(), dense=optax.sgd(0.1))
            >>> trainer.place(trainer.whole(trainer.init({"w": jnp.ones(2)}))).params["w"]
            Array([1., 1.], dtype=float32)
        """
        require_alive(state)
        return places.place(self.sharding, state)

    def _fresh(self, params: Any) -> TrainState:
        """The state before the first step, on one device."""
        params = jax.tree.map(lambda leaf: jnp.asarray(leaf) if isinstance(leaf, float) else leaf, params)
        require_distinct(params)
        _, parts = split(params)
        tables = self._roles.tables(parts["table"])
        optimizers = self._roles.optimizers(tables)
        kept = {name: optimizers[name].init(table) for name, table in tables.items()}
        dense = self._roles.optimizer_of_others(parts).init(self._roles.others(parts))
        return TrainState(params, kept, dense, jnp.zeros((), jnp.int32))

    def step(self, state: TrainState, *batch: Any) -> tuple[TrainState, Any]:
        """A training step.

        Args:
            state: of the training; used up.
            batch: the loss's other arguments, pytrees of arrays.

        Returns:
            The new state, and the loss, float [], or (loss, aux).

        Raises:
            ValueError: the state is used up, is none, or is that of other optimizers; an id of the batch
                needs more than 32 bits.
        """
        require_alive(state)
        require_uncut(batch)
        return self._step(state, *batch)

    def steps(self, state: TrainState, *batches: Any) -> tuple[TrainState, Any]:
        """Several training steps in one program, which spares the time between them.

        Args:
            state: of the training; used up.
            batches: as for `step`, stacked: arrays [steps, …].

        Returns:
            The new state, and the losses, float [steps], or (losses, aux).

        Raises:
            ValueError: the state is used up, is none, or is that of other optimizers; an id of the batch
                needs more than 32 bits; there is no array [steps, …], or one of another number of steps.

        Example:
            >>> trainer = Trainer(lambda params, x: params["w"] @ x, dense=optax.sgd(0.1))
            >>> state, losses = trainer.steps(trainer.init({"w": jnp.ones(2)}), jnp.ones((3, 2)))
            >>> [round(float(loss), 1) for loss in losses]
            [2.0, 1.8, 1.6]
        """
        require_alive(state)
        require_uncut(batches)
        require_steps(batches)
        return self._steps(state, *batches)

    def finalize(self, state: TrainState) -> TrainState:
        """The state with every row up to date, for evaluation and export. Used up as by a step.

        Args:
            state: of the training, with tables [rows, width].

        Returns:
            The same training, all rows as exact as those just read.

        Raises:
            ValueError: the state is used up, is none, or is that of other optimizers.

        Example:
            >>> trainer = Trainer(lambda params: params["w"].sum(), dense=optax.sgd(0.1))
            >>> trainer.finalize(trainer.init({"w": jnp.ones(2)})).params["w"]
            Array([1., 1.], dtype=float32)
        """
        require_alive(state)
        return self._finalize(state)

    def resize(self, state: TrainState, changes: Mapping[str, tuple[Any, Any]]) -> TrainState:
        """The state for tables of other rows: a vocabulary that grew, shrank or changed its order.

        The loss is another one then, of the new specs, and so is the trainer: it is the new trainer whose
        `resize` is called, with a state that the old one has finalized.

        Args:
            state: of the training, all rows up to date; its old tables [rows, width] can be let go then.
            changes: table name → (sources, fresh), as for `sparse.resize`: of each new row its old one or
                −1, and the table [new, width] that new rows are taken from.

        Returns:
            The state, with the moments and sums of the rows that stay.

        Raises:
            ValueError: no such table, or sources and rows that don't fit; the state is used up, or on a mesh,
                has rows that have missed steps, or is that of other optimizers.

        Example:
            >>> import embedlab
            >>> from embedlab import sparse
            >>> trainer = Trainer(lambda words: words.tables["table"].sum(), rows=sparse.adagrad(0.1))
            >>> state = trainer.init(embedlab.Dense(2, 4).init(jax.random.key(0)))
            >>> fresh = embedlab.Dense(3, 4).init(jax.random.key(1)).tables["table"]
            >>> trainer.resize(state, {"table": ([0, 1, -1], fresh)}).params.tables["table"].shape
            (3, 4)
        """
        require_alive(state)
        require(not state.sizes, "state", "on a mesh", "resize whole(state), then place(…) it")
        require_changes(changes)
        structure, parts = split(state.params)
        tables, kept = dict(parts["table"]), dict(state.rows)
        for name, (sources, fresh) in changes.items():
            there = ", ".join(sorted(kept)) or "no table"
            require(name in kept, "changes", name, f"there is {there} that rows are kept of")
            optimizer = self._roles.optimizer(name)
            step = int(state.step)
            tables[name], kept[name] = resize(optimizer, tables[name], kept[name], sources, fresh, step=step)
        return dataclasses.replace(state, params=structure.join({**parts, "table": tables}), rows=kept)

    def pure_step(self, state: TrainState, *batch: Any) -> tuple[TrainState, Any]:
        """`step` as a pure function, for a `jit` or `lax.scan` of your own.

        Args:
            state: of the training, with tables [rows, width].
            batch: the loss's other arguments.

        Returns:
            As `step`. It is in place where the state is donated.

        Raises:
            ValueError: see `step`; 64-bit ids are not seen here, since a `jit` has cut them off before.

        Example:
            >>> trainer = Trainer(lambda params: params["w"].sum(), dense=optax.sgd(0.1))
            >>> step = jax.jit(trainer.pure_step, donate_argnums=0)
            >>> step(trainer.init({"w": jnp.ones(2)}))[0].params["w"]
            Array([0.9, 0.9], dtype=float32)
        """
        require_alive(state)
        structure, parts = split(state.params)
        self._require_fit(parts, state)
        seen = places.view(state)
        parts, kept = self._prepare(seen, parts, state, batch)
        value, aux, gradients = self._gradients(seen, parts, batch)
        gradients = self._of_moving(gradients)
        gradients, value, aux = after_all_reads(gradients, value, aux, state.step)
        tables, kept, gradients = jax.lax.optimization_barrier((parts["table"], kept, gradients))
        merged, dense = self._clipped(tables, kept, gradients, state.step)
        parts = {**parts, "table": dict(tables)}
        for name in self._roles.tables(tables):
            parts["table"][name], kept[name] = self._apply(
                name, tables[name], kept[name], merged[name], state.step
            )
        parts, dense_state = self._apply_dense(parts, dense, state.dense)
        params = structure.join(parts)
        new = TrainState(params, kept, dense_state, state.step + 1, state.sizes)
        return places.keep(self.sharding, new), ((value, aux) if self.has_aux else value)

    @functools.cached_property
    def _step(self) -> Any:
        return jax.jit(self.pure_step, donate_argnums=0)

    @functools.cached_property
    def _steps(self) -> Any:
        def steps(state: TrainState, *batches: Any) -> tuple[TrainState, Any]:
            return jax.lax.scan(lambda state, batch: self.pure_step(state, *batch), state, batches)

        return jax.jit(steps, donate_argnums=0)

    @functools.cached_property
    def _finalize(self) -> Any:
        def every_row(state: TrainState) -> TrainState:
            structure, parts = split(state.params)
            self._require_fit(parts, state)
            tables, kept = dict(parts["table"]), dict(state.rows)
            for name, optimizer in self._roles.optimizers(kept).items():
                here = self.sharding, optimizer, tables[name], kept[name]
                tables[name], kept[name] = sharded.finalize(*here, state.step, self._key(name, state.step, 2))
            params = structure.join({**parts, "table": tables})
            return places.keep(self.sharding, dataclasses.replace(state, params=params, rows=kept))

        return jax.jit(every_row, donate_argnums=0)

    @functools.cached_property
    def _roles(self) -> Roles:
        return Roles(self.rows, self.dense, self.dense_tables)

    def _require_fit(self, parts: Any, state: TrainState) -> None:
        """Before anything is traced on it: a state of this trainer's optimizers, on its mesh."""
        tables = self._roles.tables(parts["table"])
        if self.sharding is not None:
            padded = all(self.sharding.padded(len(table)) == len(table) for table in tables.values())
            remedy = "put it on the trainer's mesh: trainer.place(state)"
            require(padded, "state", "a whole one, whose tables are not padded", remedy)
        require_fit(self._roles.optimizers(tables), tables, state)

    # --- the parts of a step ---------------------------------------------------------------------------

    def _prepare(
        self, seen: Any, parts: Any, state: TrainState, batch: Any
    ) -> tuple[dict[str, Any], dict[str, RowState]]:
        """Brings the rows that the loss will read up to date, where they have missed something."""
        kept, tables = dict(state.rows), dict(parts["table"])
        late = {name: one for name, one in self._roles.optimizers(kept).items() if one.catches_up}
        if not late:
            return parts, kept
        gradients = self._reads(seen, parts, batch)
        for name, optimizer in late.items():
            way = self._way(name, tables[name])
            here = self.sharding, optimizer, tables[name], kept[name]
            key = self._key(name, state.step, 1)
            tables[name], kept[name] = sharded.prepare(*here, gradients[name], state.step, way, key)
        return {**parts, "table": tables}, kept

    def _reads(self, seen: Any, parts: Any, batch: Any) -> dict[str, RowGradient]:
        """Table name → what the loss will read of it, without cotangents."""

        def one(*batch: Any) -> dict[str, RowGradient]:
            reads = self._trace(seen, parts, batch).reads(reader(self.sharding))
            return {name: _of(reads, name) for name in self._roles.tables(parts["table"])}

        if self.accumulate == 1:
            return one(*batch)
        return {
            name: as_one(reads) for name, reads in over_micro_batches(one, batch, self.accumulate).items()
        }

    def _gradients(self, seen: Any, parts: Any, batch: Any) -> tuple[Any, Any, dict[str, Any]]:
        """Loss, aux and gradients by role and name; means where there are micro-batches."""

        def one(*batch: Any) -> Any:
            return self._trace(seen, parts, batch).value_and_grad(reader(self.sharding))[:3]

        if self.accumulate == 1:
            return one(*batch)
        values, aux, stacked = over_micro_batches(one, batch, self.accumulate)

        def mean(gradient: Any) -> Any:
            return as_one(gradient, 1 / self.accumulate) if _is_rows(gradient) else gradient.mean(0)

        return values.mean(), aux, jax.tree.map(mean, stacked, is_leaf=_is_rows)

    def _of_moving(self, gradients: dict[str, Any]) -> dict[str, Any]:
        """The gradients without the entries of tables that rest for good: XLA then computes none of them."""
        tables = gradients["table"]
        rows = self._roles.optimizers(self._roles.tables(tables))
        resting = {name: RowGradient(()) for name, one in rows.items() if one.rests}
        return {**gradients, "table": {**tables, **resting}}

    def _trace(self, seen: Any, parts: Any, batch: Any) -> Traced:
        """The loss, traced on parameters as it is to see them, with the parts to run it on."""
        batch = places.cut(self.sharding, batch)
        traced = trace(self.loss, seen, *batch, has_aux=self.has_aux, dense=self.dense_tables)
        return dataclasses.replace(traced, parts=parts)

    def _clipped(
        self, tables: Any, kept: dict[str, RowState], gradients: Any, step: Any
    ) -> tuple[dict[str, RowGradient | Merged], dict[str, Any]]:
        """Gradients of tables and of all else, no longer together than `clip`; frozen rows have none."""
        dense = self._roles.others(gradients)
        rows = self._roles.tables(gradients["table"])
        if self.clip is None:
            return rows, dense
        merged = {}
        for name, one in rows.items():
            if one.parts:
                here = self.sharding, self._roles.optimizer(name), kept[name], one
                way = self._way(name, tables[name])
                merged[name] = sharded.merge(*here, tables[name].shape[0], step, way)
        dense, merged = clip_by_global_norm(self.clip, dense, merged)
        return {**rows, **merged}, dense

    def _apply(self, name: str, table: Any, kept: RowState, gradient: Any, step: Any) -> tuple[Any, RowState]:
        optimizer = self._roles.optimizer(name)
        clipped = self.clip is not None
        way = strategies.choose(table, optimizer, clipped=clipped, wanted=self.strategy)
        key = self._key(name, step, 0)
        return sharded.apply(self.sharding, optimizer, table, kept, gradient, step, way, key)

    def _key(self, name: str, step: Any, stage: int) -> Any:
        """For stochastic rounding: another one for each table, step and stage of a step."""
        key = jax.random.fold_in(jax.random.key(self.seed), step)
        return jax.random.fold_in(jax.random.fold_in(key, zlib.crc32(name.encode())), stage)

    def _apply_dense(self, parts: Any, gradients: Any, state: Any) -> tuple[Any, Any]:
        """Trains all that is no sparse table by the optax optimizer."""
        old = self._roles.others(parts)
        updates, state = self._roles.optimizer_of_others(parts).update(gradients, state, old)
        new = optax.apply_updates(old, updates)
        return {**parts, "trained": new["trained"], "table": {**parts["table"], **new["table"]}}, state

    def _way(self, name: str, table: Any) -> str:
        """How duplicates are found where the update itself does not do it."""
        wanted = self.strategy if self.strategy in WAYS else None
        return strategies.choose(table, self._roles.optimizer(name), clipped=True, wanted=wanted)


def _is_rows(gradient: Any) -> bool:
    return isinstance(gradient, RowGradient)


def _of(reads: list[Read], name: str) -> RowGradient:
    return RowGradient(tuple((read.entries, None) for read in reads if read.table == name))
