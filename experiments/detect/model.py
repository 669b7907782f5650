"""What is expected of each column, from the vectors of the others, and how surprising it is.

With `x_c` the vector of column c of a row, `z_c = x_c A_c`, and h what is known to column c,

    h_c = tanh(Σ_{d ≠ c} z_d + a)      (or Σ_d z_d, through a bottleneck)
    ln p(v | h_c) = ln softmax_v(ln p_c(v) + e_v · (h_c U_c))

over the words v of the column, with `p_c(v)` their frequency among what is learnt from: with U = 0 it is
how rare a value is, and what is learnt is in how far the other columns say more. The surprise of a column
is `−ln p(v | h_c)` of what it holds; a number between two knots holds both in parts, less the entropy of
these parts.

Reference: Hinton & Salakhutdinov 2006, "Reducing the dimensionality of data with neural networks"; Chen,
Sun & Cai 2016, "Entity embedding-based anomaly detection for heterogeneous categorical events"; Vincent
et al. 2008, "Extracting and composing robust features with denoising autoencoders".
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, PRNGKeyArray

import embedlab
from experiments.config import Train
from experiments.detect.config import Form
from experiments.detect.expected import Expected
from experiments.study.learner import Learner
from experiments.study.tabular.vectors import row_vectors

#: What a detector keeps beside the embedding's buffers.
_IDS, _PRIORS = "expected.ids", "expected.priors"


@dataclasses.dataclass(frozen=True)
class Detector(Learner):
    """Expects each column of a row from the others.

    Attributes:
        spec: the embedding.
        form: how.
        columns: how many columns of categories there are.
        numbers: how many of numbers.
        words: how many words columns may hold, all together.
        unknown: the id of `COLUMN=?` of each column of categories; empty where every value has its own.

    Example:
        >>> detector = Detector(embedlab.Dense(9, 4), Form(), 3, 1, words=7)
        >>> detector.fields, detector.reads
        (4, 12)
    """

    spec: embedlab.Embedding
    form: Form
    columns: int
    numbers: int
    words: int
    unknown: tuple[int, ...] = ()

    @property
    def fields(self) -> int:
        """Vectors of a row."""
        return self.columns + self.numbers

    @property
    def reads(self) -> int:
        """Ids that a row reads: of what its columns hold, and of all that they might hold instead."""
        return self.columns + 2 * self.numbers + self.words

    def layers(self, key: PRNGKeyArray) -> dict[str, Any]:
        """A of variance 1 / (columns · dim), U a tenth of 1 / hidden, a = 0."""
        first, last = jax.random.split(key)
        fields, dim, hidden = self.fields, self.spec.dim, self.form.hidden
        inner = jax.random.normal(first, (fields, dim, hidden)) / (fields * dim) ** 0.5
        outer = 0.1 * jax.random.normal(last, (fields, hidden, dim)) / hidden**0.5
        return {"form": {"inner": inner, "outer": outer, "bias": jnp.zeros(hidden)}}

    def embedding(self, key: PRNGKeyArray, buffers: Any) -> embedlab.Variables:
        return super().embedding(key, _own(buffers))

    def variables(self, parameters: dict[str, Any], buffers: Any) -> embedlab.Variables:
        return super().variables(parameters, _own(buffers))

    def known(
        self, parameters: dict[str, Any], vectors: Float[Array, "rows fields dim"], shown: Any = None
    ) -> tuple[Float[Array, "rows fields hidden"], Float[Array, "rows hidden"]]:
        """What is known to each column, and to all; `shown` [rows, fields] says which are not hidden."""
        own = parameters["form"]
        each = jnp.einsum("rfd,fdh->rfh", vectors, own["inner"])
        if shown is not None:
            each = each * shown[..., None]
        whole = each.sum(1) + own["bias"]
        apart = whole[:, None] - each if self.form.others else jnp.broadcast_to(whole[:, None], each.shape)
        return jnp.tanh(apart), jnp.tanh(whole)

    def surprises(
        self,
        parameters: dict[str, Any],
        buffers: Any,
        rows: Any,
        held: Any,
        shown: Any = None,
    ) -> tuple[Float[Array, "rows fields"], Float[Array, "rows hidden"]]:
        """The surprise of each column, in nats, and the hidden numbers of each row.

        Args:
            parameters: as `init` makes them.
            buffers: see `with_expected`.
            rows: the arrays of `Read`.
            held: `places` and `weights` [rows, fields, 2] of `Held`.
            shown: bool [rows, fields], which columns are not hidden; None for all.
        """
        variables = self.variables(parameters, buffers)
        apart, whole = self.known(parameters, row_vectors(self.spec, variables, rows), shown)
        queries = jnp.einsum("rfh,fhd->rfd", apart, parameters["form"]["outer"])
        words = embedlab.embed(self.spec, variables, buffers[_IDS])
        logs = jax.nn.log_softmax(jnp.einsum("rfd,fwd->rfw", queries, words) + buffers[_PRIORS], axis=-1)
        told = jnp.take_along_axis(logs, held["places"], axis=-1)
        weights = held["weights"]
        parts = jnp.where(weights > 0, weights * (jnp.log(jnp.maximum(weights, 1e-30)) - told), 0.0)
        return parts.sum(-1), whole

    def loss(
        self, parameters: dict[str, Any], buffers: Any, batch: Any, key: PRNGKeyArray, settings: Train
    ) -> Float[Array, ""]:
        """The mean surprise of a batch's columns, some of them hidden from the others."""
        hide, lose = jax.random.split(key)
        rows, held = batch["rows"], {name: batch[name] for name in ("places", "weights")}
        if self.unknown and settings.dropout.words:
            lost = jax.random.bernoulli(lose, settings.dropout.words, rows["ids"].shape)
            rows = {**rows, "ids": jnp.where(lost, jnp.asarray(self.unknown, jnp.int32), rows["ids"])}
        shown = None
        if self.form.corrupted:
            shown = jax.random.bernoulli(hide, 1 - self.form.corrupted, held["places"].shape[:2])
        found, _ = self.surprises(parameters, buffers, rows, held, shown)
        return found.mean()


def with_expected(buffers: Mapping[str, Any], expected: Expected) -> dict[str, Any]:
    """Buffers of an embedding, and beside them what columns may hold.

    Args:
        buffers: the embedding's.
        expected: ids and priors [columns, words].
    """
    return {**buffers, _IDS: expected.ids, _PRIORS: expected.priors}


def _own(buffers: Mapping[str, Any]) -> dict[str, Any]:
    """The embedding's buffers alone."""
    return {name: array for name, array in buffers.items() if name not in (_IDS, _PRIORS)}
