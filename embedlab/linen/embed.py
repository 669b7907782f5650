"""`Embed`: an embedding of any kind as a linen module."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Any, Literal

import flax.linen as nn
from jaxtyping import Array, Float

import embedlab
from embedlab.checks import require
from embedlab.lookup.bag import Mode
from embedlab.sparse.permit import may_train

__all__ = ["Embed"]

_UNTRAINED = (
    "update='sparse': in train mode this embedding would stay untrained without a word. Its tables are in "
    "the collection 'tables', which no ordinary optimizer sees. Train them by embedlab.linen.Trainer, with a "
    "loss that applies the model to the variables it is given; or build the embedding with update='dense', "
    "to train it with any optax optimizer; or use it as it is with deterministic=True."
)


class Embed(nn.Module):
    """Ids → vectors, bags → vectors, queries → scores: `embedlab.embed`, `bag` and `attend` as a module.

    Its variables are `{"params": {"tables": …, "dense": …}, "buffers": {"buffers": …}}`, each a dict by
    name as in `embedlab.Variables`, those left out that the kind has not. The table of a `Dense` is
    `["params"]["tables"]["table"]`, of shape [vocabulary, dim].

    A module that drops, or whose `update` is "sparse", needs to know whether it is in training, by
    `deterministic` as field or argument, as `nn.Dropout` does. Tables with `update="sparse"` are in the
    collection "tables", trained by `embedlab.linen.Trainer` and by no ordinary optimizer, so `apply` in train
    mode outside of its step is an error, rather than a table left as it was.

    Attributes:
        spec: the kind of embedding.
        buffers_init: a function without arguments that gives the buffers the kind needs and that depend
            on data, as `lambda: spec.word_buffers(words)` for a `Subword`; called by `init` only. A function,
            because the fields of a linen module must be hashable.
        update: "dense", trained by any optimizer; "sparse", for tables too large for one, trained by
            `embedlab.linen.Trainer`.
        dropout: what to drop in train mode; its key is of the stream "dropout".
        deterministic: False in training, True in evaluation.

    Raises:
        ValueError: `update` is neither; the buffers do not fit the spec; arrays are not the spec's (another
            module's variables, say); `update="sparse"` in train mode outside of the training step;
            `deterministic` is needed, and given nowhere or twice.

    Example:
        >>> import jax, jax.numpy as jnp
        >>> module = Embed(embedlab.Dense(vocabulary=10, dim=4))
        >>> variables = module.init(jax.random.key(0), jnp.array([0]))
        >>> module.apply(variables, jnp.array([[1, 2, 3]])).shape   # [..., dim]
        (1, 3, 4)
        >>> bound = module.bind(variables)   # or module.apply(variables, ids, method="bag")
        >>> bound.bag(jnp.array([[1, 2, 3]])).shape, bound.attend(jnp.ones((2, 4))).shape
        ((1, 4), (2, 10))

    Source: `flax.linen.Embed`, whose place it takes.
    """

    spec: embedlab.Embedding
    buffers_init: Callable[[], Mapping[str, Any]] | None = None
    update: Literal["dense", "sparse"] = "dense"
    dropout: embedlab.Dropout | None = None
    deterministic: bool | None = None

    def setup(self) -> None:
        require(self.update in ("dense", "sparse"), "update", self.update, "choose one of dense, sparse")
        buffers = self.buffers_init or dict
        made = functools.cache(lambda: self.spec.init(self.make_rng("params"), buffers()))
        # As variables, not by `self.param`: that would run `init` at each call, to compare shapes.
        home = "params" if self.update == "dense" else "tables"
        self.tables = self.variable(home, "tables", lambda: made().tables)
        if self.has_variable("params", "dense") or (self.is_initializing() and made().dense):
            self.dense = self.variable("params", "dense", lambda: made().dense)
        if self.buffers_init or self.has_variable("buffers", "buffers"):
            self.buffers = self.variable("buffers", "buffers", lambda: made().buffers)

    def __call__(
        self, ids: Any, *, mask: Any = None, checked: bool = False, deterministic: bool | None = None
    ) -> Float[Array, "*shape dim"]:
        """One vector an id: integers [...] → float [..., dim]. See `embedlab.embed`.

        Args:
            deterministic: False in training, True in evaluation; None where the module's field says it, and
                where nothing depends on it.
        """
        train = self._in_training(deterministic)
        return embedlab.embed(self.spec, self._arrays(), ids, mask=mask, checked=checked, **self._drop(train))

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
        deterministic: bool | None = None,
    ) -> Float[Array, "*bags dim"]:
        """One vector a bag: integers [..., length] → float [..., dim]. See `embedlab.bag`.

        Args:
            deterministic: False in training, True in evaluation; None where the module's field says it, and
                where nothing depends on it.
        """
        real = {"weights": weights, "lengths": lengths, "mask": mask, "offsets": offsets}
        drop = self._drop(self._in_training(deterministic))
        return embedlab.bag(self.spec, self._arrays(), ids, mode=mode, checked=checked, **real, **drop)

    def attend(
        self, queries: Float[Array, "*shape dim"], *, deterministic: bool | None = None
    ) -> Float[Array, "*shape ids"]:
        """Scores against every id's vector: float [..., dim] → float [..., ids]. See `embedlab.attend`.

        Args:
            deterministic: False in training, True in evaluation; None where the module's field says it, and
                where nothing depends on it.
        """
        self._in_training(deterministic)
        return embedlab.attend(self.spec, self._arrays(), queries)

    def _in_training(self, deterministic: bool | None) -> bool:
        """Whether in train mode, asked only where it matters; an error where that leaves tables untrained."""
        if self.dropout is None and self.update == "dense":
            return False
        train = not nn.merge_param("deterministic", self.deterministic, deterministic)
        sparse = self.update == "sparse" and not self.is_initializing()
        if train and sparse and not all(map(may_train, self.tables.value.values())):
            raise ValueError(_UNTRAINED)
        return train

    def _drop(self, train: bool) -> dict[str, Any]:
        if self.dropout is None or not train:
            return {}
        return {"dropout": self.dropout, "key": self.make_rng("dropout")}

    def _arrays(self) -> embedlab.Variables:
        parts = (getattr(self, name, None) for name in ("tables", "dense", "buffers"))
        return embedlab.Variables(*({} if part is None else dict(part.value) for part in parts))
