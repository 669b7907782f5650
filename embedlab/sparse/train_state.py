"""`TrainState`: all that a training changes."""

from __future__ import annotations

import dataclasses
from typing import Any

import jax

from embedlab.sparse.optimizer import RowState


@jax.tree_util.register_dataclass
@dataclasses.dataclass(frozen=True)
class TrainState:
    """All that a training changes. A pytree, which a step takes over: the one it was given is used up.

    Attributes:
        params: the parameters, as they were given; tables are arrays [rows, width].
        rows: what is kept of each table, by its name.
        dense: the state of the optimizer of all else.
        step: int32 [], steps taken.
        sizes: of tables on a mesh, whose rows are padded there, (name, rows) without the padding.

    Example:
        >>> import jax.numpy as jnp, optax
        >>> from embedlab.sparse import Trainer
        >>> trainer = Trainer(lambda params: (params["w"] ** 2).sum(), dense=optax.sgd(0.1))
        >>> int(trainer.init({"w": jnp.ones(2)}).step)
        0

    Source: `flax.training.train_state.TrainState`.
    """

    params: Any
    rows: dict[str, RowState]
    dense: Any
    step: Any
    sizes: tuple[tuple[str, int], ...] = dataclasses.field(default=(), metadata={"static": True})


def require_alive(state: TrainState) -> None:
    """Requires a state that no step has used up: its arrays would have been changed in place.

    Args:
        state: of a training, with tables [rows, width].

    Raises:
        ValueError: it is no `TrainState`, or an array of it was used up; it is named.

    Example:
        >>> require_alive(TrainState({}, {}, (), 0))

    Source: none.
    """
    if not isinstance(state, TrainState):
        raise ValueError(
            f"state: it is a {type(state).__name__}; give the TrainState that init or the last step returned "
            "(a checkpoint is restored into one of trainer.shapes)"
        )
    for path, leaf in jax.tree_util.tree_flatten_with_path(state)[0]:
        if isinstance(leaf, jax.Array) and not isinstance(leaf, jax.core.Tracer) and leaf.is_deleted():
            raise ValueError(
                f"state{jax.tree_util.keystr(path)}: this array was changed in place by an earlier step. Go "
                "on with the state that the step returned; to keep one, copy it first: "
                "jax.tree.map(jnp.copy, state)."
            )


def require_distinct(params: Any) -> None:
    """Requires that no array stands in two places: a step could not change it in place.

    Args:
        params: a pytree with tables [rows, width].

    Raises:
        ValueError: two leaves are one array; both are named.

    Example:
        >>> import jax.numpy as jnp
        >>> require_distinct({"a": jnp.ones(2), "b": jnp.ones(2)})

    Source: none.
    """
    seen: dict[int, Any] = {}
    for path, leaf in jax.tree_util.tree_flatten_with_path(params)[0]:
        if not isinstance(leaf, jax.Array) or isinstance(leaf, jax.core.Tracer):
            continue
        if id(leaf) in seen:
            first, second = (f"params{jax.tree_util.keystr(x)}" for x in (seen[id(leaf)], path))
            raise ValueError(
                f"{first} and {second} are one array, which a step could not train in place twice. To share "
                "it, keep it in one place and let the loss use it for both; else copy it: jnp.copy."
            )
        seen[id(leaf)] = path
