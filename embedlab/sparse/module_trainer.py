"""`ModuleTrainer`: the training step for the modules of Flax, whose loss itself changes some arrays."""

from __future__ import annotations

import dataclasses
import functools
from typing import Any

import jax

from embedlab.lookup.ids import require_uncut
from embedlab.sparse.accumulate import require_steps
from embedlab.sparse.modules import Parameters
from embedlab.sparse.train import Trainer
from embedlab.sparse.train_state import TrainState, require_alive


@dataclasses.dataclass(frozen=True, eq=False)
class ModuleTrainer:
    """A `sparse.Trainer` of `Parameters`, whose loss also says what becomes of the carried arrays.

    Attributes:
        trainer: with `has_aux`; its loss, of the parameters and a batch, returns (value, (carried, aux)),
            where `carried` holds what changed, by name.

    Example:
        >>> import jax.numpy as jnp
        >>> import optax
        >>> def loss(params, x):
        ...     count = params.carried["count"]
        ...     return (params.trained["w"] * x).sum(), ({"count": count + 1}, count)
        >>> both = ModuleTrainer(Trainer(loss, dense=optax.sgd(0.125), has_aux=True))
        >>> params = Parameters.of(trained={("w",): jnp.ones(2)}, carried={("count",): jnp.array(0)})
        >>> state, (value, aux) = both.step(both.init(params), jnp.ones(2))
        >>> state, (values, aux) = both.steps(state, jnp.ones((3, 2)))
        >>> aux.tolist(), both.finalize(state).params.trained["w"].tolist()
        ([1, 2, 3], [0.5, 0.5])

    Source: `flax.nnx` and `flax.linen`, where changed state comes out beside the loss.
    """

    trainer: Trainer

    def init(self, params: Parameters) -> TrainState:
        """The state before the first step. A step uses its arrays up, but for the constant ones.

        Args:
            params: with tables [rows, width].
        """
        return self.trainer.init(params)

    def step(self, state: TrainState, *batch: Any) -> tuple[TrainState, tuple[Any, Any]]:
        """A training step.

        Args:
            state: of the training; used up.
            batch: the loss's other arguments, pytrees of arrays.

        Returns:
            The new state; value, float [], and aux.

        Raises:
            ValueError: the state is used up, is none, or is that of other optimizers; an id of the batch
                needs more than 32 bits.
        """
        return self._call(self._step, state, *batch)

    def steps(self, state: TrainState, *batches: Any) -> tuple[TrainState, tuple[Any, Any]]:
        """Several steps in one program.

        Args:
            state: of the training; used up.
            batches: as for `step`, stacked: arrays [steps, …].

        Returns:
            The new state; values, float [steps], and aux, stacked.

        Raises:
            ValueError: there is no array [steps, …], or one of another number of steps; see `step`.
        """
        require_steps(batches)
        return self._call(self._steps, state, *batches)

    def finalize(self, state: TrainState) -> TrainState:
        """The state with every row up to date.

        Args:
            state: of the training, with tables [rows, width]; used up.

        Raises:
            ValueError: the state is used up, is none, or is that of other optimizers.
        """
        _require_state(state)
        constant = state.params.constant
        return _with(self.trainer.finalize(_with(state, constant={})), constant=constant)

    def _call(self, program: Any, state: TrainState, *batch: Any) -> tuple[TrainState, Any]:
        _require_state(state)
        require_uncut(batch)
        constant = state.params.constant
        state, out = program(_with(state, constant={}), constant, *batch)
        return _with(state, constant=constant), out

    @functools.cached_property
    def _step(self) -> Any:
        return jax.jit(self._pure_step, donate_argnums=0)

    @functools.cached_property
    def _steps(self) -> Any:
        def steps(state: TrainState, constant: Any, *batches: Any) -> Any:
            return jax.lax.scan(lambda state, batch: self._pure_step(state, constant, *batch), state, batches)

        return jax.jit(steps, donate_argnums=0)

    def _pure_step(self, state: TrainState, constant: Any, *batch: Any) -> tuple[TrainState, Any]:
        new, (value, (changed, aux)) = self.trainer.pure_step(_with(state, constant=constant), *batch)
        carried = {**state.params.carried, **changed}
        return _with(new, carried=carried, constant={}), (value, aux)


def _require_state(state: TrainState) -> None:
    require_alive(state)
    if not isinstance(state.params, Parameters):
        raise ValueError(
            f"state.params: it is a {type(state.params).__name__}, of another kind of trainer; go on with "
            "the state that this trainer's init made"
        )


def _with(state: TrainState, **groups: dict[str, Any]) -> TrainState:
    return dataclasses.replace(state, params=state.params.replace(**groups))
