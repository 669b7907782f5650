"""`Trainer`: the training step for linen models with `update="sparse"`."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable, Mapping
from typing import Any

import flax.core
import optax
from flax.traverse_util import flatten_dict, unflatten_dict

from embedlab import sparse
from embedlab.checks import require, require_names
from embedlab.sparse.module_trainer import ModuleTrainer
from embedlab.sparse.modules import Parameters
from embedlab.sparse.transform import kind_of, require_loss


@dataclasses.dataclass(frozen=True, eq=False)
class Trainer:
    """Trains variables whose large tables cost what is read of them: `embedlab.sparse.Trainer` for linen.

        trainer = embedlab.linen.Trainer(loss, rows=sparse.adagrad(0.1), dense=optax.adam(1e-3))
        state = trainer.init(model.init(key, ids))
        for batch in batches:
            state, value = trainer.step(state, *batch)
        variables = trainer.variables(trainer.finalize(state))

    The loss applies the model to the variables it is given, all collections of them. Tables, the collection
    "tables", are trained by `rows`; the collection "params", among it the tables of modules with
    `update="dense"`, by `dense`, to which it is a dict by name ("params.Dense_0.kernel"). Collections in
    `mutable` become what the loss returns for them; all others stay.

    A step works in place: the state that it is given is used up, and so are the arrays of the variables that
    `init` was given. It is compiled once for each shape of a batch. A table's name is its path in the
    collection, without the word "tables": "Embed_0.table".

    Attributes:
        loss: of the variables and a batch's arrays. It returns a number [], or (number, beside): where there
            are `mutable` collections, `beside` is what `model.apply(…, mutable=…)` gives beside the output;
            with `has_aux`, it is something else; with both, it is (collections, something else).
        rows: the optimizer of tables, or one by table name; None for none.
        dense: the optax optimizer of the collection "params"; None where there is none.
        dense_tables: names of tables that `dense` trains as well: those that the loss scores against.
        mutable: collections that the loss returns anew, as ("batch_stats",).
        has_aux: whether the loss returns something else as well.
        clip: greatest global norm of all gradients together; None for no limit.
        strategy: how tables are updated, see `embedlab.sparse.Trainer`; None to choose.
        seed: of stochastic rounding.

    Raises:
        ValueError: a loss that is none, or names in no tuple; from `init`, a table without an optimizer,
            parameters that nothing would train, a name that is no table's or no collection's; from a step, a
            state that is used up or that of other optimizers, or a loss that uses a table otherwise than to
            look ids up, or returns another thing than `mutable` and `has_aux` say, or collections that the
            variables have not.

    Example:
        >>> import jax, jax.numpy as jnp
        >>> import embedlab, embedlab.linen
        >>> words = embedlab.linen.Embed(embedlab.Dense(1000, 4), update="sparse", deterministic=False)
        >>> def loss(variables, ids, targets):
        ...     return jnp.mean((words.apply(variables, ids, method="bag").sum(-1) - targets) ** 2)
        >>> ids, targets = jnp.array([[1, 2], [3, 3]]), jnp.array([0.0, 1.0])
        >>> trainer = Trainer(loss, rows=sparse.adagrad(0.1))
        >>> state = trainer.init(words.init(jax.random.key(0), ids))
        >>> losses = []
        >>> for _ in range(10):
        ...     state, value = trainer.step(state, ids, targets)
        ...     losses.append(float(value))
        >>> losses[-1] < losses[0]
        True

    Source: `flax.training.train_state.TrainState`, in whose place it stands.
    """

    loss: Callable[..., Any]
    rows: sparse.RowOptimizer | Mapping[str, sparse.RowOptimizer] | None = None
    dense: optax.GradientTransformation | None = None
    dense_tables: tuple[str, ...] = ()
    mutable: tuple[str, ...] = ()
    has_aux: bool = False
    clip: float | None = None
    strategy: str | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        require(
            callable(self.loss), "loss", self.loss, "give a function of the variables and a batch's arrays"
        )
        require_names("dense_tables", self.dense_tables, "words.table")
        require_names("mutable", self.mutable, "batch_stats")

    def init(self, variables: Mapping[str, Any]) -> sparse.TrainState:
        """The state before the first step.

        Args:
            variables: as `model.init` gives them; tables are arrays [rows, width]. A step uses them up, but
                for the collections that stay.

        Returns:
            The state, around the same arrays.

        Raises:
            ValueError: they are no collections; see the class.
        """
        remedy = "give the collections that model.init returns"
        require(isinstance(variables, Mapping), "variables", kind_of(variables), remedy)
        lacking = sorted({*self.mutable} - variables.keys())
        if lacking:
            there = ", ".join(sorted(variables))
            raise ValueError(f"mutable: the variables have no collection {lacking[0]!r}; there is {there}")
        return self._trainer.init(self._parameters(variables))

    def step(self, state: sparse.TrainState, *batch: Any) -> tuple[sparse.TrainState, Any]:
        """A training step.

        Args:
            state: of the training; used up.
            batch: the loss's other arguments, pytrees of arrays; keys for dropout among them.

        Returns:
            The new state, and the loss, float [], or (loss, aux).
        """
        state, (value, aux) = self._trainer.step(state, *batch)
        return state, ((value, aux) if self.has_aux else value)

    def steps(self, state: sparse.TrainState, *batches: Any) -> tuple[sparse.TrainState, Any]:
        """Several training steps in one program, which spares the time between them.

        Args:
            state: of the training; used up.
            batches: as for `step`, stacked: arrays [steps, …].

        Returns:
            The new state, and the losses, float [steps], or (losses, aux).

        Example:
            >>> import jax, jax.numpy as jnp
            >>> import flax.linen as nn
            >>> model = nn.Dense(1)
            >>> trainer = Trainer(lambda variables, x: model.apply(variables, x).sum(), dense=optax.sgd(0.1))
            >>> state = trainer.init(model.init(jax.random.key(0), jnp.ones((4, 2))))
            >>> trainer.steps(state, jnp.ones((3, 4, 2)))[1].shape
            (3,)
        """
        state, (values, aux) = self._trainer.steps(state, *batches)
        return state, ((values, aux) if self.has_aux else values)

    def finalize(self, state: sparse.TrainState) -> sparse.TrainState:
        """The state with every row up to date, for evaluation and export. Used up as by a step.

        Needed where the optimizer of rows has weight decay or is exact: between the steps that read them,
        rows wait with what they have to make up for.

        Args:
            state: of the training, with tables [rows, width].

        Returns:
            The same training, all rows as exact as those just read.

        Example:
            >>> import jax, jax.numpy as jnp
            >>> import embedlab, embedlab.linen
            >>> words = embedlab.linen.Embed(embedlab.Dense(10, 4), update="sparse", deterministic=False)
            >>> trainer = Trainer(lambda variables, ids: words.apply(variables, ids).sum(), sparse.sgd(0.1))
            >>> state = trainer.finalize(trainer.init(words.init(jax.random.key(0), jnp.array([0]))))
            >>> trainer.variables(state)["tables"]["tables"]["table"].shape
            (10, 4)
        """
        return self._trainer.finalize(state)

    def variables(self, state: sparse.TrainState) -> dict[str, Any]:
        """All collections, as `model.apply` takes them. The next step uses them up; `finalize` does, too.

        Args:
            state: of the training, with tables [rows, width].

        Returns:
            Collection → nested dicts of arrays.

        Example:
            >>> import jax, jax.numpy as jnp
            >>> import flax.linen as nn
            >>> trainer = Trainer(lambda variables, x: 0.0, dense=optax.sgd(0.1))
            >>> state = trainer.init(nn.Dense(1).init(jax.random.key(0), jnp.ones((4, 2))))
            >>> list(trainer.variables(state)["params"])
            ['bias', 'kernel']
        """
        return _variables(state.params)

    @functools.cached_property
    def _trainer(self) -> ModuleTrainer:
        return ModuleTrainer(
            sparse.Trainer(
                self._loss_of_parameters,
                self.rows,
                self.dense,
                dense_tables=self.dense_tables,
                has_aux=True,
                clip=self.clip,
                strategy=self.strategy,
                seed=self.seed,
            )
        )

    def _parameters(self, variables: Mapping[str, Any]) -> Parameters:
        flat = flatten_dict(flax.core.unfreeze(variables))
        groups: dict[str, dict[Any, Any]] = {"tables": {}, "trained": {}, "carried": {}, "constant": {}}
        group_of = {"tables": "tables", "params": "trained"} | dict.fromkeys(self.mutable, "carried")
        for path, leaf in flat.items():
            groups[group_of.get(path[0], "constant")][path] = leaf
        return Parameters.of(None, **groups)

    def _loss_of_parameters(self, params: Parameters, *batch: Any) -> Any:
        """The user's loss of variables as one of the arrays by name."""
        found = self.loss(_variables(params), *batch)
        if not self.mutable:
            require_loss(found, self.has_aux)
            value, aux = found if self.has_aux else (found, None)
            return value, ({}, aux)
        self._require_collections(found)
        value, beside = found
        updated, aux = beside if self.has_aux else (beside, None)
        return value, (self._carried(updated, params), aux)

    def _require_collections(self, found: Any) -> None:
        """With `mutable`, a loss returns collections in the place that the attribute `loss` says."""
        pair = isinstance(found, tuple) and len(found) == 2
        beside: Any = found[1] if pair else None
        if pair and self.has_aux:
            pair = isinstance(beside, tuple) and len(beside) == 2
            beside = beside[0] if pair else None
        wanted = "(loss, (collections, aux)), as has_aux=True says" if self.has_aux else "(loss, collections)"
        given = kind_of(found) if not isinstance(found, tuple) else f"({', '.join(map(kind_of, found))})"
        fits = pair and isinstance(beside, Mapping)
        require(fits, "mutable", self.mutable, f"the loss returned {given}; return {wanted}")

    def _carried(self, updated: Mapping[str, Any], params: Parameters) -> dict[str, Any]:
        names = {path: name for name, path in params.layout.of("carried").items()}
        flat = flatten_dict(flax.core.unfreeze(updated))
        unknown = sorted(".".join(path) for path in flat.keys() - names.keys())
        if unknown:
            raise ValueError(
                f"loss: it returns {unknown[0]}, which is in no collection of mutable={self.mutable!r}. "
                "Name the collection there if the variables have it, or return it as aux (has_aux=True)."
            )
        return {names[path]: leaf for path, leaf in flat.items()}


def _variables(params: Parameters) -> dict[str, Any]:
    return unflatten_dict(params.by_path())
