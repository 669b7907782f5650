"""A model of texts: an embedding and an encoder, as pure functions of their parameters."""

from __future__ import annotations

import dataclasses
import functools
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx
from jaxtyping import Array, Float, PRNGKeyArray

import embedlab
from embedlab.sparse import Sharding
from experiments.config import Train
from experiments.documents.feed import Feed, Labelled, feed
from experiments.documents.prepare import Encoded, Unread
from experiments.documents.widths import widths
from experiments.encoders import Documents, Encoder, EncoderModule
from experiments.errors import Mistake
from experiments.head import Head
from experiments.mesh import Spread
from experiments.tasks import Classes, Task
from experiments.training import functional
from experiments.training.learner import Learner

_ROWS = 256  # documents a step of prediction
_BLOCK = 2**14  # documents that are read at once


@dataclasses.dataclass(frozen=True)
class Model(Learner):
    """What is trained, without its arrays; static under `jit`.

    Attributes:
        spec: the embedding.
        encoder: what reads its vectors.
        num_outputs: how many numbers it has for a text.
        head: what makes outputs of the encoder's features.
        task: what the outputs mean.
        pairs: whether it reads pairs of texts.
        resting: names of tables that are never trained.
        masked: names of tables of which some rows rest, those of a mask.
    """

    spec: embedlab.Embedding
    encoder: Encoder
    num_outputs: int
    head: Head = Head()
    task: Task = Classes()
    pairs: bool = False
    resting: tuple[str, ...] = ()
    masked: tuple[str, ...] = ()

    @property
    def reads(self) -> int:
        """Ids that an example reads: of a document, 8."""
        return 8

    @property
    def max_norm(self) -> float | None:
        """That of the head."""
        return self.head.max_norm

    def layers(self, key: PRNGKeyArray) -> dict[str, Any]:
        """The part of `init` that is no embedding."""
        head_key = jax.random.split(key)[1]
        encoder = functional.init(self._build, jax.random.fold_in(head_key, 1))
        width = functional.module(self._build, encoder).width
        width = 4 * width if self.pairs else width
        return {"encoder": encoder, "head": self.head.init(head_key, width, self.num_outputs)}

    @property
    def _build(self) -> functional.Build:
        return _Build(self.encoder, self.spec.dim)

    def outputs(
        self,
        parameters: dict[str, Any],
        buffers: Any,
        ids: Any,
        lengths: Any,
        dropout: embedlab.Dropout | None = None,
        key: PRNGKeyArray | None = None,
    ) -> Float[Array, "rows outputs"]:
        """Outputs [rows, outputs] of ids [rows, length]; logits, where they are to be probabilities.

        Pairs are ids [rows, length, 2] with lengths [rows, 2]. Both texts go through one encoder, and of its
        features u and v the head reads `(u, v, |u − v|, u ⊙ v)`.

        Reference: Conneau et al. 2017, "Supervised learning of universal sentence representations".
        """
        variables = self.variables(parameters, buffers)
        documents = Documents(self.spec, variables, *single(ids, lengths), dropout, key)
        features = functional.module(self._build, parameters["encoder"])(documents)
        if self.pairs:
            u, v = features[0::2], features[1::2]
            features = jnp.concatenate([u, v, jnp.abs(u - v), u * v], -1)
        head_key = None if key is None else jax.random.fold_in(key, 2)
        return self.head.outputs(parameters["head"], features, head_key)

    def objective(
        self,
        settings: Train,
        whole: tuple[str, ...],
        buffers: Any,
        parameters: dict[str, Any],
        batch: Any,
        key: PRNGKeyArray,
    ) -> tuple[Any, Any]:
        """What is minimised, and what is told of it: the task's loss alone."""
        ids, lengths, learnt = batch
        outputs = self.outputs(parameters, buffers, ids, lengths, settings.dropout, key)
        loss = self.task.losses(outputs, learnt).mean()
        if settings.l2 and whole:  # of other tables the optimizer of rows knows
            return loss + settings.l2 * self._l2(whole, parameters, buffers, ids, lengths), loss
        return loss, loss

    def _l2(self, whole: tuple[str, ...], parameters: Any, buffers: Any, ids: Any, lengths: Any) -> Any:
        """The L2 penalty on the rows that a batch's real ids use, of some tables."""
        ids, lengths = single(ids, lengths)
        real = jnp.arange(ids.shape[1]) < lengths[:, None]
        lookups = embedlab.lookups(self.spec, self.variables(parameters, buffers), ids, mask=real)
        lookups = tuple(look for look in lookups if look.table in whole)
        return embedlab.l2_rows(embedlab.gather(parameters["tables"], lookups), lookups)

    def feed(self, train: Labelled, seed: int, batch: int, most: int, sharding: Sharding | None) -> Feed:
        """What gives steps their documents."""
        return feed(train, seed, batch, most, self.encoder.by_length, sharding)

    def watched(
        self, parameters: dict[str, Any], valid: Labelled, spread: Spread | None
    ) -> tuple[np.ndarray, float]:
        """The linked outputs of the documents, and the task's loss of them."""
        predicted = linked(self, parameters, valid.documents, spread)
        return predicted, self.task.loss(predicted, valid.labels)


def single(ids: Any, lengths: Any) -> tuple[Any, Any]:
    """Ids [rows, length, 2] and lengths [rows, 2] of pairs, one text after the other; others as they are.

    Example:
        >>> ids, lengths = single(np.array([[[1, 3], [2, 0]]]), np.array([[2, 1]]))
        >>> ids.tolist(), lengths.tolist()
        ([[1, 2], [3, 0]], [2, 1])
    """
    if ids.ndim == 2:
        return ids, lengths
    return jnp.moveaxis(ids, 2, 1).reshape(-1, ids.shape[1]), jnp.reshape(lengths, -1)


@dataclasses.dataclass(frozen=True)
class _Build:
    """Makes the encoder's module; equal where settings are, so that its structure is found once."""

    encoder: Encoder
    dim: int

    def __call__(self, rngs: nnx.Rngs) -> EncoderModule:
        return self.encoder.build(self.dim, rngs)


def check(encoder: Encoder, dim: int) -> None:
    """Builds an encoder's module for nothing else than to hear what it refuses, before anything is trained.

    Raises:
        Mistake: it refuses this dim; what it says is put under `encoder`.

    Example:
        >>> from experiments.encoders import Transformer
        >>> check(Transformer(heads=3), 8)
        Traceback (most recent call last):
        experiments.errors.Mistake: encoder.heads=3: it does not divide the width 8; give another, or an ...
    """
    try:
        jax.eval_shape(lambda: functional.init(_Build(encoder, dim), jax.random.key(0)))
    except ValueError as error:
        raise Mistake(f"encoder.{error}") from error  # as in "heads=3: …"


def linked(
    model: Model, parameters: dict[str, Any], documents: Encoded | Unread, spread: Spread | None = None
) -> np.ndarray:
    """Outputs as the task compares them with what is learnt, float32 [rows, outputs]: probabilities, say.

    Documents go through in steps of one size, and those of an encoder that gains by it with others of about
    their length.

    Args:
        model: what reads them.
        parameters: of the model.
        documents: to be read.
        spread: how the parameters lie over a mesh, whose processes all call this; None for one device.
    """
    found = np.empty((len(documents), model.num_outputs), np.float32)
    padded = np.full(len(documents), documents.width)
    if model.encoder.by_length:
        padded = widths(documents.longest, documents.width)
    for width in np.unique(padded):
        for rows in _blocks(np.flatnonzero(padded == width)):
            found[rows] = _of_width(model, parameters, documents, rows, int(width), spread)
    return found


def _blocks(rows: np.ndarray) -> list[np.ndarray]:
    """Rows, parted where they are too many to be read at once, so that few shapes are compiled."""
    parts = -(-len(rows) // _BLOCK)
    size = -(-len(rows) // (parts * _ROWS)) * _ROWS
    return [rows[first : first + size] for first in range(0, len(rows), size)]


def _of_width(
    model: Model,
    parameters: Any,
    documents: Encoded | Unread,
    rows: np.ndarray,
    width: int,
    spread: Spread | None,
) -> np.ndarray:
    ids, lengths = documents.take(rows)
    short = -len(rows) % _ROWS
    ids, lengths = (
        np.pad(x, ((0, short), *[(0, 0)] * (x.ndim - 1))).reshape(-1, _ROWS, *x.shape[1:])
        for x in (ids[:, :width], lengths)
    )
    stacked = _linked(model, parameters, documents.buffers, ids, lengths, spread)
    return np.asarray(stacked, np.float32).reshape(-1, model.num_outputs)[: len(rows)]


@functools.partial(jax.jit, static_argnames=("model", "spread"))
def _linked(
    model: Model, parameters: Any, buffers: Any, ids: Any, lengths: Any, spread: Spread | None = None
) -> Any:
    def outputs(parameters: Any, ids: Any, lengths: Any) -> Any:
        return model.task.link(model.outputs(parameters, buffers, ids, lengths))

    def step(batch: tuple[Any, Any]) -> Any:
        return outputs(parameters, *batch) if spread is None else spread(outputs, parameters, *batch)

    return jax.lax.map(step, (ids, lengths))
