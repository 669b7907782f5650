"""`Trainer`: the training step for NNX models with `update="sparse"`."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import jax
import optax
from flax import nnx

from embedlab import sparse
from embedlab.checks import require, require_names
from embedlab.nnx.embed import Buffer, Table
from embedlab.sparse.module_trainer import ModuleTrainer
from embedlab.sparse.modules import Parameters, Path
from embedlab.sparse.train_state import require_alive
from embedlab.sparse.transform import kind_of, require_loss


class Trainer:
    """Trains a model whose large tables cost what is read of them: `embedlab.sparse.Trainer` for NNX.

        trainer = embedlab.nnx.Trainer(model, loss, rows=sparse.adagrad(0.1), dense=optax.adam(1e-3))
        for batch in batches:
            value = trainer.step(*batch)
        trainer.finalize()

    A step takes the model's arrays, and the model holds the new ones after it. It works in place, so the
    old arrays are used up: whatever else held them, as another state of `nnx.split`, holds them no more.
    It is compiled once for each shape of a batch, and anew after `model.train()` and `model.eval()`.

    Tables of modules with `update="sparse"` are trained by `rows`; other `nnx.Param`s, among them the tables
    with `update="dense"`, by `dense`, to which they are a dict by name ("head.kernel"). All other
    variables are what the loss leaves in them: running averages, counts of random streams. What the loss
    itself assigns to trained variables and to those that hold constants (`Buffer`) is dropped.

    A table's name is its path in the model, "words.table"; where a module is in several places, the first of
    them by the alphabet.

    Attributes:
        model: the model; trained in place.
        loss: of the model and a batch's arrays, a number [], or that and something else.
        rows: the optimizer of tables, or one by table name; None for none.
        dense: the optax optimizer of other trained variables; None where there are none.
        wrt: which other variables are trained, a filter, as of `nnx.Optimizer`.
        dense_tables: names of tables that `dense` trains as well: those that the loss scores against.
        has_aux: whether the loss returns something else as well.
        clip: greatest global norm of all gradients together; None for no limit.
        strategy: how tables are updated, see `embedlab.sparse.Trainer`; None to choose.
        seed: of stochastic rounding.
        state: what training keeps beside the model, a `sparse.TrainState` without parameters. A checkpoint
            holds it and `nnx.state(model)`; assign it to go on.

    Raises:
        ValueError: a model or a loss that is none; a table without an optimizer; variables that nothing
            would train; a name that is no table's; from a step, a model whose arrays were used up elsewhere,
            a state of other optimizers, or a loss that uses a table otherwise than to look ids up, leaves
            new variables in the model, or returns another thing than `has_aux` says.

    Example:
        >>> import jax.numpy as jnp
        >>> import embedlab
        >>> words = embedlab.nnx.Embed(embedlab.Dense(1000, 4), rngs=nnx.Rngs(0), update="sparse")
        >>> def loss(words, ids, targets):
        ...     return jnp.mean((words.bag(ids).sum(-1) - targets) ** 2)
        >>> trainer = Trainer(words, loss, rows=sparse.adagrad(0.1))
        >>> ids, targets = jnp.array([[1, 2], [3, 3]]), jnp.array([0.0, 1.0])
        >>> losses = [float(trainer.step(ids, targets)) for _ in range(10)]
        >>> losses[-1] < losses[0], int(trainer.state.step)
        (True, 10)

    Source: `flax.nnx.Optimizer`, in whose place it stands.
    """

    def __init__(
        self,
        model: nnx.Module,
        loss: Callable[..., Any],
        *,
        rows: sparse.RowOptimizer | Mapping[str, sparse.RowOptimizer] | None = None,
        dense: optax.GradientTransformation | None = None,
        wrt: Any = nnx.Param,
        dense_tables: Sequence[str] = (),
        has_aux: bool = False,
        clip: float | None = None,
        strategy: str | None = None,
        seed: int = 0,
    ) -> None:
        remedy = "give an nnx.Module, whose arrays are trained"
        require(nnx.graph.is_node(model), "model", kind_of(model), remedy)
        require(callable(loss), "loss", loss, "give a function of the model and a batch's arrays")
        require_names("dense_tables", dense_tables, "words.table")
        self.model, self.loss, self.wrt, self.has_aux = model, loss, wrt, has_aux
        params = parameters(model, wrt)
        # Not a bound method: a trainer in a circle with its programs would keep them longer than need be.
        self._trainer = ModuleTrainer(
            sparse.Trainer(
                _loss_of_parameters(loss, has_aux),
                rows,
                dense,
                dense_tables=tuple(dense_tables),
                has_aux=True,
                clip=clip,
                strategy=strategy,
                seed=seed,
            )
        )
        self.state = dataclasses.replace(self._trainer.init(params), params=None)

    def step(self, *batch: Any) -> Any:
        """A training step; the model holds the new arrays after it.

        Args:
            batch: the loss's other arguments, pytrees of arrays.

        Returns:
            The loss before the step, float [], or (loss, aux).
        """
        return self._run(self._trainer.step, *batch)

    def steps(self, *batches: Any) -> Any:
        """Several training steps in one program, which spares the time between them.

        Args:
            batches: as for `step`, stacked: arrays [steps, …].

        Returns:
            The losses, float [steps], or (losses, aux).

        Example:
            >>> import jax.numpy as jnp
            >>> model = nnx.Linear(2, 1, rngs=nnx.Rngs(0))
            >>> trainer = Trainer(model, lambda model, x: model(x).sum(), dense=optax.sgd(0.1))
            >>> trainer.steps(jnp.ones((3, 4, 2))).shape
            (3,)
        """
        return self._run(self._trainer.steps, *batches)

    def finalize(self) -> None:
        """Brings every row of the model's tables up to date, for evaluation and export.

        Needed where the optimizer of rows has weight decay or is exact: between the steps that read them,
        rows wait with what they have to make up for.

        Example:
            >>> import embedlab
            >>> words = embedlab.nnx.Embed(embedlab.Dense(10, 4), rngs=nnx.Rngs(0), update="sparse")
            >>> trainer = Trainer(words, lambda words, ids: words(ids).sum(), rows=sparse.sgd(0.1))
            >>> trainer.finalize()
        """
        self._keep(self._trainer.finalize(self._state()))

    def _run(self, program: Any, *batch: Any) -> Any:
        state, (value, aux) = program(self._state(), *batch)
        self._keep(state)
        return (value, aux) if self.has_aux else value

    def _state(self) -> sparse.TrainState:
        """The state, with the arrays that the model holds now."""
        require_alive(self.state)
        params = parameters(self.model, self.wrt)
        _require_alive(params)
        return dataclasses.replace(self.state, params=params)

    def _keep(self, state: sparse.TrainState) -> None:
        changed = state.params.replace(constant={}).by_path()
        nnx.update(self.model, nnx.from_flat_state(changed.items()))
        self.state = dataclasses.replace(state, params=None)


def parameters(model: nnx.Module, wrt: Any = nnx.Param) -> Parameters:
    """A model's arrays by name and by what a training step does with them.

    Args:
        model: the model; tables are arrays [rows, width].
        wrt: which variables other than `Table` are trained, a filter.

    Returns:
        Its arrays, and how it is made of them again.

    Example:
        >>> import embedlab
        >>> words = embedlab.nnx.Embed(embedlab.Dense(10, 4), rngs=nnx.Rngs(0), update="sparse")
        >>> list(parameters(nnx.Dict(words=words)).tables)
        ['words.table']

    Source: `flax.nnx.split`.
    """
    graph, tables, trained, constant, carried = nnx.split(model, Table, wrt, nnx.Any(Buffer, nnx.Param), ...)
    groups = {"tables": tables, "trained": trained, "constant": constant, "carried": carried}
    return Parameters.of(graph, **{group: _arrays(state) for group, state in groups.items()})


def _loss_of_parameters(loss: Callable[..., Any], has_aux: bool) -> Callable[..., Any]:
    """The user's loss of a model as one of its arrays."""

    def of(params: Parameters, *batch: Any) -> Any:
        model = nnx.merge(params.layout.model, nnx.from_flat_state(params.by_path().items()))
        found = loss(model, *batch)
        require_loss(found, has_aux)
        value, aux = found if has_aux else (found, None)
        return value, (_carried(model, params), aux)

    return of


def _carried(model: nnx.Module, params: Parameters) -> dict[str, Any]:
    """What a loss left in the variables that nobody trains."""
    after = _arrays(nnx.state(model))
    new = sorted(".".join(map(str, path)) for path in after.keys() - params.by_path().keys())
    if new:
        raise ValueError(
            f"loss: it leaves a new variable in the model, {new[0]}. Take it out again and return it as aux: "
            "nnx.pop(model, nnx.Intermediate), for what was sown."
        )
    return {name: after[path] for name, path in params.layout.of("carried").items() if path in after}


def _arrays(state: Any) -> dict[Path, Any]:
    """Path → array, of a state of variables or of bare arrays."""
    flat = nnx.to_flat_state(state)
    return {path: leaf.get_value() if isinstance(leaf, nnx.Variable) else leaf for path, leaf in flat}


def _require_alive(params: Parameters) -> None:
    for path, leaf in params.by_path().items():
        if isinstance(leaf, jax.Array) and not isinstance(leaf, jax.core.Tracer) and leaf.is_deleted():
            raise ValueError(
                f"model: its array {'.'.join(map(str, path))} was used up by a training step of another "
                "model that shared it (nnx.clone does not copy arrays). Copy before you train: "
                "nnx.update(model, jax.tree.map(jnp.copy, nnx.state(model)))."
            )
