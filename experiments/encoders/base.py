"""What an encoder provides, and what it reads."""

from __future__ import annotations

import dataclasses
from abc import ABC, abstractmethod
from typing import Any, ClassVar, Protocol

import draccus
import jax
import jax.numpy as jnp
from flax import nnx
from jaxtyping import Array, Bool, Float, PRNGKeyArray

import embedlab
from embedlab.lookup.bag import Mode


@dataclasses.dataclass(frozen=True, eq=False)
class Documents:
    """Documents as an encoder reads them, through an embedding of any kind.

    An encoder that only adds vectors up asks for `pooled`, which holds no vector of every position; any
    other asks for `vectors` and `mask`. What is dropped in training is dropped here, so that an encoder
    need not know of it.

    Attributes:
        spec: the embedding.
        variables: its arrays.
        ids: int32 [rows, length], padded at the end.
        lengths: int32 [rows], how many of them are real.
        dropout: words and components that are dropped in training.
        key: of what is dropped; None where nothing is: in evaluation.
    """

    spec: embedlab.Embedding
    variables: embedlab.Variables
    ids: Any
    lengths: Any
    dropout: embedlab.Dropout | None = None
    key: PRNGKeyArray | None = None

    @property
    def mask(self) -> Bool[Array, "rows length"]:
        """Which positions are real; words that dropout takes stay positions, whose vector is zeros."""
        return jnp.arange(self.ids.shape[1]) < jnp.asarray(self.lengths)[:, None]

    def vectors(self) -> Float[Array, "rows length dim"]:
        """The vector of each position; zeros at padding and where a word is dropped."""
        return embedlab.embed(
            self.spec, self.variables, self.ids, mask=self.mask, dropout=self.dropout, key=self.key
        )

    def pooled(self, mode: Mode) -> Float[Array, "rows dim"]:
        """One vector a document: see `embedlab.bag`."""
        return embedlab.bag(
            self.spec,
            self.variables,
            self.ids,
            mode=mode,
            lengths=self.lengths,
            dropout=self.dropout,
            key=self.key,
        )

    def rngs(self) -> nnx.Rngs | None:
        """For the encoder's own dropout, apart from that of words; None where nothing is dropped."""
        # 2 is the head's; 0 and 1 would have the bits of the keys of words and components, which split it.
        return None if self.key is None else nnx.Rngs(dropout=jax.random.fold_in(self.key, 3))


class EncoderModule(Protocol):
    """What `Encoder.build` makes: a module of Flax NNX from documents to features.

    Attributes:
        width: how many features a document has.
    """

    width: int

    def __call__(self, documents: Documents) -> Float[Array, "rows width"]:
        """Features of documents; deterministic where `documents.rngs()` is None."""
        ...


class Encoder(draccus.ChoiceRegistry, ABC):
    """From a document's vectors to its features, of which `experiments.head` makes logits.

    A subclass is a frozen dataclass of settings, and one small file: it is registered under the name that
    a config gives it, and builds a Flax NNX module whose trained arrays are `nnx.Param`. Padding and what
    an empty document gives are the encoder's to get right: features are finite, and those of a document do
    not depend on how far it is padded or on which others stand beside it.

    Attributes:
        reads_order: whether features depend on the order of the words; False for bags, which alone may be
            given n-grams (`text.ngrams`): these stand after the words, as if the text went on.
    """

    reads_order: ClassVar[bool] = True

    @property
    def by_length(self) -> bool:
        """Whether documents of like length go through together, since padding costs as much as words."""
        return True

    @property
    def longest(self) -> int | None:
        """Ids of a document, at most, that it can read; None for any number."""
        return None

    @abstractmethod
    def build(self, dim: int, rngs: nnx.Rngs) -> EncoderModule:
        """The module, with fresh arrays, for vectors [rows, length, dim].

        Raises:
            ValueError: a setting does not fit this dim.
        """
