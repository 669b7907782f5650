"""`Embed`: an embedding of any kind as an NNX module, and the types of its variables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from flax import nnx
from jaxtyping import Array, Float

import embedlab
from embedlab.checks import require
from embedlab.lookup.bag import Mode
from embedlab.sparse.permit import may_train

__all__ = ["Buffer", "Embed", "Table"]

_UNTRAINED = (
    "update='sparse': in train mode this embedding would stay untrained without a word. Its tables are of "
    "the variable type embedlab.nnx.Table, which no ordinary optimizer sees. Train the model by "
    "embedlab.nnx.Trainer, with a loss that uses the model it is given; or build the embedding with "
    "update='dense', to train it with any optax optimizer; or call model.eval() to use it as it is."
)


class Buffer(nnx.Variable):
    """Integer or constant arrays of an embedding: in the state and in checkpoints, never differentiated.

    Example:
        >>> issubclass(Buffer, nnx.Param)
        False

    Source: the buffers of `embedlab.Variables`.
    """


class Table(nnx.Variable):
    """A table with `update="sparse"`, which `Trainer` trains; no ordinary optimizer walks all its rows.

    Example:
        >>> issubclass(Table, nnx.Param)
        False

    Source: the tables of `embedlab.Variables`.
    """


class Embed(nnx.Module):
    """Ids → vectors, bags → vectors, queries → scores: `embedlab.embed`, `bag` and `attend` as a module.

    `tables`, `dense` and `buffers` are `nnx.Dict`s of variables by name, as in `embedlab.Variables`:
    the table of a `Dense` is `module.tables["table"]`, of shape [vocabulary, dim].

    The module starts in train mode; `model.train()` and `model.eval()` switch it, as they do
    `nnx.Dropout`. Train mode matters to dropout, and to `update="sparse"`: those tables are trained by
    `embedlab.nnx.Trainer` and by no optimizer of Flax, so a use in train mode outside of its step is an
    error, rather than a table left as it was.

    Attributes:
        spec: the kind of embedding.
        rngs: draws the arrays from its stream "params"; where there is dropout, keys from "dropout".
        buffers: arrays that the kind needs and that depend on data, as `spec.word_buffers(words)` for a
            `Subword`.
        update: "dense", trained by any optimizer; "sparse", for tables too large for one, trained by
            `embedlab.nnx.Trainer`.
        dropout: what to drop in train mode.

    Raises:
        ValueError: `update` is neither; the buffers do not fit the spec; from any use, arrays that are not
            the spec's (another module's state, say), and `update="sparse"` in train mode outside of the
            training step.

    Example:
        >>> import jax.numpy as jnp
        >>> module = Embed(embedlab.Dense(vocabulary=10, dim=4), rngs=nnx.Rngs(0))
        >>> module(jnp.array([[1, 2, 3]])).shape   # [..., dim]
        (1, 3, 4)
        >>> module.bag(jnp.array([[1, 2, 3]])).shape, module.attend(jnp.ones((2, 4))).shape
        ((1, 4), (2, 10))

    Source: `flax.nnx.Embed`, whose place it takes.
    """

    def __init__(
        self,
        spec: embedlab.Embedding,
        *,
        rngs: nnx.Rngs,
        buffers: Mapping[str, Any] | None = None,
        update: Literal["dense", "sparse"] = "dense",
        dropout: embedlab.Dropout | None = None,
    ) -> None:
        require(update in ("dense", "sparse"), "update", update, "choose one of dense, sparse")
        made = spec.init(rngs.params(), buffers)
        table = nnx.Param if update == "dense" else Table
        self.tables = nnx.Dict({name: table(array) for name, array in made.tables.items()})
        self.dense = nnx.Dict({name: nnx.Param(array) for name, array in made.dense.items()})
        self.buffers = nnx.Dict({name: Buffer(array) for name, array in made.buffers.items()})
        self.spec, self.update, self.dropout = spec, update, dropout
        self.deterministic = False  # the name that train() and eval() set
        self.rngs = nnx.data(None) if dropout is None else rngs["dropout"].fork()

    @property
    def variables(self) -> embedlab.Variables:
        """The arrays as they are now, for the functions of embedlab: sizes, neighbours, quality.

        Raises:
            ValueError: `update="sparse"`, in train mode outside of the training step.
        """
        parts = (self.tables, self.dense, self.buffers)
        made = embedlab.Variables(*({name: x.get_value() for name, x in part.items()} for part in parts))
        if (
            self.update == "sparse"
            and not self.deterministic
            and not all(map(may_train, made.tables.values()))
        ):
            raise ValueError(_UNTRAINED)
        return made

    def __call__(self, ids: Any, *, mask: Any = None, checked: bool = False) -> Float[Array, "*shape dim"]:
        """One vector an id: integers [...] → float [..., dim]. See `embedlab.embed`."""
        return embedlab.embed(self.spec, self.variables, ids, mask=mask, checked=checked, **self._drop())

    def bag(
        self,
        ids: Any,
        *,
        mode: Mode = "mean",
        weights: Any = None,
        lengths: Any = None,
        mask: Any = None,
        offsets: Any = None,
        checked: bool = False,
    ) -> Float[Array, "*bags dim"]:
        """One vector a bag: integers [..., length] → float [..., dim]. See `embedlab.bag`."""
        real = {"weights": weights, "lengths": lengths, "mask": mask, "offsets": offsets}
        return embedlab.bag(
            self.spec, self.variables, ids, mode=mode, checked=checked, **real, **self._drop()
        )

    def attend(self, queries: Float[Array, "*shape dim"]) -> Float[Array, "*shape ids"]:
        """Scores against every id's vector: float [..., dim] → float [..., ids]. See `embedlab.attend`."""
        return embedlab.attend(self.spec, self.variables, queries)

    def set_view(self, deterministic: bool | None = None) -> None:
        """What `nnx.view(model, deterministic=…)` calls.

        Args:
            deterministic: True for eval mode, False for train mode, None to leave it.

        Example:
            >>> module = Embed(embedlab.Dense(vocabulary=10, dim=4), rngs=nnx.Rngs(0))
            >>> nnx.view(module, deterministic=True).deterministic, module.deterministic
            (True, False)
        """
        if deterministic is not None:
            self.deterministic = deterministic

    def _drop(self) -> dict[str, Any]:
        if self.dropout is None or self.deterministic:
            return {}
        return {"dropout": self.dropout, "key": self.rngs()}
