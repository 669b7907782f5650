"""The model of a table's row: vectors of its columns, side by side, in a linear form, layers and products.

Reference: Guo & Berkhahn 2016, "Entity embeddings of categorical variables" (layers over vectors side by
side); Rendle 2010, "Factorization machines" (products of pairs); Cheng et al. 2016, "Wide & deep learning
for recommender systems" (a linear form of crosses beside layers).
"""

from __future__ import annotations

import dataclasses
import functools
import math
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, PRNGKeyArray

import embedlab
from experiments.columns.config import Form
from experiments.config import Train
from experiments.study.learner import Learner
from experiments.study.tabular.vectors import row_vectors
from experiments.tasks import Classes


@dataclasses.dataclass(frozen=True)
class ColumnModel(Learner):
    """`outputs = bias + W x + layers(x) + ½ Σ_k U_k ((Σ_c x_ck)² − Σ_c x_ck²)`, x the vectors of all columns.

    The product runs over columns of categories and of numbers, not over crosses, which are products already.

    Attributes:
        spec: the embedding.
        form: which of these terms there are.
        columns: how many columns of categories there are; the first of the ids.
        unknown: the id of `COLUMN=?` of each column of categories and cross; empty where every value has an
            id of its own.
        crosses: how many crosses there are.
        numbers: how many columns of numbers.
        outputs: how many classes.
        task: their loss.

    Example:
        >>> model = ColumnModel(embedlab.Dense(9, 4), Form(), 2, (7, 8), 0, 1, 2, Classes())
        >>> model.width, model.reads
        (12, 4)
    """

    spec: embedlab.Embedding
    form: Form
    columns: int
    unknown: tuple[int, ...]
    crosses: int
    numbers: int
    outputs: int
    task: Classes

    @property
    def fields(self) -> int:
        """Vectors of a row."""
        return self.columns + self.crosses + self.numbers

    @property
    def width(self) -> int:
        """Numbers of a row's vectors together."""
        return self.fields * self.spec.dim

    @property
    def reads(self) -> int:
        return self.columns + self.crosses + 2 * self.numbers

    def layers(self, key: PRNGKeyArray) -> dict[str, Any]:
        """Weights of variance 1 / inputs, those of products and the last layer's as well; biases are 0."""
        form, width, made = self.form, self.width, {}
        keys = iter(jax.random.split(key, len(form.hidden) + 3))
        if form.linear:
            made["linear"] = _weights(next(keys), width, self.outputs)
        if form.factorised:
            made["products"] = _weights(next(keys), self.spec.dim, self.outputs)
        hidden = []
        for size in form.hidden:
            hidden.append({"weight": _weights(next(keys), width, size, 2.0), "bias": jnp.zeros(size)})
            width = size
        if form.hidden:
            hidden.append(
                {"weight": _weights(next(keys), width, self.outputs), "bias": jnp.zeros(self.outputs)}
            )
        return {"form": {**made, **({"hidden": hidden} if hidden else {}), "bias": jnp.zeros(self.outputs)}}

    def vectors(
        self, parameters: dict[str, Any], buffers: Any, batch: Any
    ) -> Float[Array, "rows fields dim"]:
        """The vectors of each row's columns, crosses and numbers, in this order.

        Args:
            parameters: as `init` makes them.
            buffers: the embedding's.
            batch: the arrays of `Read`, of some rows.
        """
        return row_vectors(self.spec, self.variables(parameters, buffers), batch)

    def scores(
        self, parameters: dict[str, Any], vectors: Float[Array, "rows fields dim"], key: PRNGKeyArray | None
    ) -> Float[Array, "rows outputs"]:
        """Outputs of vectors; with a key inputs of layers are dropped."""
        own, form = parameters["form"], self.form
        flat = vectors.reshape(len(vectors), self.width)
        found = own["bias"]
        if form.linear:
            found = found + flat @ own["linear"]
        if form.factorised:
            plain = jnp.concatenate(
                [vectors[:, : self.columns], vectors[:, self.columns + self.crosses :]], 1
            )
            products = (plain.sum(1) ** 2 - (plain**2).sum(1)) / 2
            found = found + products @ own["products"]
        if form.hidden:
            for place, layer in enumerate(own["hidden"]):
                if key is not None and form.dropout:
                    kept = jax.random.bernoulli(jax.random.fold_in(key, place), 1 - form.dropout, flat.shape)
                    flat = jnp.where(kept, flat / (1 - form.dropout), 0.0)
                flat = flat @ layer["weight"] + layer["bias"]
                flat = jax.nn.relu(flat) if place < len(form.hidden) else flat
            found = found + flat
        return found

    def loss(
        self, parameters: dict[str, Any], buffers: Any, batch: Any, key: PRNGKeyArray, settings: Train
    ) -> Float[Array, ""]:
        """The mean loss of a batch; a share of its values is taken for unknown."""
        words, components, layers = jax.random.split(key, 3)
        rows, dropout = batch["rows"], settings.dropout
        if self.unknown and dropout.words:
            ids = rows["ids"]
            lost = jax.random.bernoulli(words, dropout.words, ids.shape)
            rows = {**rows, "ids": jnp.where(lost, jnp.asarray(self.unknown, ids.dtype), ids)}
        vectors = self.vectors(parameters, buffers, rows)
        if dropout.components:
            kept = jax.random.bernoulli(components, 1 - dropout.components, vectors.shape)
            vectors = jnp.where(kept, vectors / (1 - dropout.components), 0.0)
        outputs = self.scores(parameters, vectors, layers)
        return self.task.losses(outputs, batch["learnt"]).mean()


def _weights(key: PRNGKeyArray, inputs: int, outputs: int, variance: float = 1.0) -> Any:
    return jax.random.normal(key, (inputs, outputs)) * math.sqrt(variance / inputs)


@functools.partial(jax.jit, static_argnames=("model",))
def _linked(model: ColumnModel, parameters: dict[str, Any], buffers: Any, rows: Any) -> Any:
    outputs = model.scores(parameters, model.vectors(parameters, buffers, rows), None)
    return model.task.link(outputs)


def predicted(
    model: ColumnModel, parameters: dict[str, Any], buffers: Any, rows: dict[str, np.ndarray], most: int
) -> Float[np.ndarray, "rows outputs"]:
    """Probabilities of classes, float32 [rows, classes].

    Args:
        model: its functions.
        parameters: its arrays.
        buffers: the embedding's, for these rows.
        rows: the arrays of `Read`, [rows, …].
        most: rows at once.
    """
    n = len(next(iter(rows.values())))
    found = []
    for first in range(0, n, most):
        part = {name: array[first : first + most] for name, array in rows.items()}
        short = most - len(next(iter(part.values()))) if n > most else 0
        if short:  # of one shape, so that it is compiled once
            part = {
                name: np.concatenate([array, np.repeat(array[-1:], short, axis=0)])
                for name, array in part.items()
            }
        outputs = np.asarray(_linked(model, parameters, buffers, part))
        found.append(outputs[: len(outputs) - short])
    return np.concatenate(found)
