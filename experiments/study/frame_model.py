"""Models of frames: of several words each, one of every codebook, or of their numbers as they are.

The encoders are those of texts. They read one vector a frame; what differs is where it comes from.
"""

from __future__ import annotations

import dataclasses
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float, PRNGKeyArray

import embedlab
from embedlab.lookup.bag import Mode
from embedlab.regularise import drop_components, keep_words
from experiments.encoders import Documents, pooling
from experiments.training import functional
from experiments.training.model import Model


@dataclasses.dataclass(frozen=True, eq=False)
class Coded(Documents):
    """Frames of several words each, whose vectors are summed: `x_t = Σ_b e(word_{t,b})`.

    `ids` are int32 [rows, frames, books]; `lengths` count frames.
    """

    def vectors(self) -> Float[Array, "rows frames dim"]:
        """The vector of each frame; zeros at padding."""
        mask = jnp.broadcast_to(self.mask[..., None], self.ids.shape)
        found = embedlab.embed(
            self.spec, self.variables, self.ids, mask=mask, dropout=self.dropout, key=self.key
        )
        return found.sum(2)

    def pooled(self, mode: Mode) -> Float[Array, "rows dim"]:
        """One vector a row, of its frames' vectors."""
        return pooled(self.vectors(), self.mask, mode)


@dataclasses.dataclass(frozen=True, eq=False)
class Direct(Documents):
    """Frames as they are, projected: `x_t = Σ_c frame_{t,c} · e(c)`, one trained vector a column.

    So a frame is a bag of its columns, weighted by their numbers, and the projection is the table itself.
    `ids` are float [rows, frames, columns].

    Attributes:
        columns: the id of each column.
    """

    columns: tuple[int, ...] = ()

    def vectors(self) -> Float[Array, "rows frames dim"]:
        """The vector of each frame; zeros at padding and where a frame is dropped."""
        found = self.ids @ embedlab.embed(self.spec, self.variables, np.array(self.columns, np.int32))
        mask = self.mask
        if self.key is not None and self.dropout is not None:
            word_key, component_key = jax.random.split(self.key)
            if self.dropout.words:
                mask = mask & keep_words(word_key, mask.shape, self.dropout.words)
            if self.dropout.components:
                found = drop_components(component_key, found, self.dropout.components)
        return jnp.where(mask[..., None], found, 0)

    def pooled(self, mode: Mode) -> Float[Array, "rows dim"]:
        """One vector a row, of its frames' vectors."""
        return pooled(self.vectors(), self.mask, mode)


def pooled(
    vectors: Float[Array, "rows frames dim"], mask: Bool[Array, "rows frames"], mode: Mode
) -> Float[Array, "rows dim"]:
    """Mean, sum, maximum, or sum over the root of their number, of each row's frames.

    Args:
        vectors: float [rows, frames, dim].
        mask: which frames are real.
        mode: which of them.

    Example:
        >>> vectors, mask = jnp.array([[[1.0], [3.0], [9.0]]]), jnp.array([[True, True, False]])
        >>> [round(float(pooled(vectors, mask, mode)[0, 0]), 2) for mode in ("mean", "sum", "sqrtn", "max")]
        [2.0, 4.0, 2.83, 3.0]
    """
    if mode == "max":
        return pooling.maximum(vectors, mask)
    count = jnp.maximum(mask.sum(1, keepdims=True), 1).astype(vectors.dtype)
    power = {"mean": 1.0, "sqrtn": 0.5, "sum": 0.0}[mode]
    return jnp.where(mask[..., None], vectors, 0).sum(1) / count**power


@dataclasses.dataclass(frozen=True)
class FrameModel(Model):
    """A model of frames, with the encoders, heads and tasks of texts; static under `jit`.

    Attributes:
        columns: the id of each column where a row is float [frames, columns]; none where it is codes, int32
            [frames, books].
    """

    columns: tuple[int, ...] = ()

    def outputs(
        self,
        parameters: dict[str, Any],
        buffers: Any,
        ids: Any,
        lengths: Any,
        dropout: embedlab.Dropout | None = None,
        key: PRNGKeyArray | None = None,
    ) -> Float[Array, "rows outputs"]:
        """Outputs [rows, outputs] of codes or frames [rows, frames, …]."""
        variables = self.variables(parameters, buffers)
        given = (self.spec, variables, ids, lengths, dropout, key)
        documents = Direct(*given, self.columns) if self.columns else Coded(*given)
        features = functional.module(self._build, parameters["encoder"])(documents)
        head_key = None if key is None else jax.random.fold_in(key, 2)
        return self.head.outputs(parameters["head"], features, head_key)

    def _l2(self, whole: tuple[str, ...], parameters: Any, buffers: Any, ids: Any, lengths: Any) -> Any:
        if self.columns:
            used: Any = np.array(self.columns, np.int32)
            return super()._l2(whole, parameters, buffers, used[None], jnp.full(1, len(used)))
        rows, _, books = ids.shape
        return super()._l2(whole, parameters, buffers, ids.reshape(rows, -1), lengths * books)
