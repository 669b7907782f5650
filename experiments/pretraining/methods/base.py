"""What a method of pretraining provides: batches of an encoded text, and a loss of them."""

from __future__ import annotations

import dataclasses
import functools
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any

import draccus
import jax
import numpy as np
from jaxtyping import Float32, PRNGKeyArray

import embedlab
from experiments.pretraining.encoded import Encoded, Tell
from experiments.pretraining.schedule import Schedule

_ROWS = 2**14  # words of one look-up
#: Arrays [steps, …] that go through one program.
Batches = tuple[np.ndarray, ...]


class Lesson(ABC):
    """A method on an encoded text.

    Everything that is drawn follows from (seed, epoch, block), so that a run may go on from any block.

    Attributes:
        unit: what is counted, "words" or "pairs".
        blocks: into how many blocks an epoch is parted; checkpoints lie between them.
        steps: how many steps an epoch has, about: the rate falls over them.
        spec: the embedding.
    """

    spec: embedlab.Embedding
    unit: str
    blocks: int
    steps: float

    @abstractmethod
    def init(self, key: PRNGKeyArray, buffers: Any) -> dict[str, Any]:
        """What is trained; `words` are the embedding's variables."""

    @abstractmethod
    def loss(self, params: Mapping[str, Any], *batch: Any) -> Any:
        """The loss of one step, summed."""

    @abstractmethod
    def batches(self, epoch: int, block: int) -> Batches:
        """The steps of one block, in their order, at least one."""

    @abstractmethod
    def size(self, block: int) -> int:
        """How many words or pairs a block stands for."""

    def vectors(self, params: Mapping[str, Any], ids: np.ndarray) -> Float32[np.ndarray, "ids dim"]:
        """The vectors of words that are written in the end."""
        return vectors_of(self.spec, params["words"], ids)


@dataclasses.dataclass(frozen=True)
class Method(draccus.ChoiceRegistry, ABC):
    """What is learnt of a text."""

    @abstractmethod
    def lesson(
        self, spec: embedlab.Embedding, encoded: Encoded, train: Schedule, seed: int, tell: Tell
    ) -> Lesson:
        """The method on a text.

        Args:
            spec: the embedding.
            encoded: the text.
            train: how the embedding is trained.
            seed: of what is drawn.
            tell: called with how much of the text is gone through, where that takes long.
        """


def draws(seed: int, epoch: int, block: int) -> np.random.Generator:
    """Random numbers of one block.

    Example:
        >>> draws(0, 0, 1).random() == draws(0, 0, 1).random()
        True
    """
    return np.random.default_rng((seed, epoch, block))


def vectors_of(
    spec: embedlab.Embedding, variables: embedlab.Variables, ids: np.ndarray
) -> Float32[np.ndarray, "words dim"]:
    """The vectors of some words, float32 [words, dim].

    Args:
        spec: the embedding.
        variables: its arrays.
        ids: int32 [words].
    """
    found = np.empty((len(ids), spec.dim), np.float32)
    for first in range(0, len(ids), _ROWS):
        some = ids[first : first + _ROWS]
        padded = np.pad(some, (0, (_ROWS if len(ids) > _ROWS else len(ids)) - len(some)))
        found[first : first + _ROWS] = np.asarray(_looked_up(spec, variables, padded), np.float32)[
            : len(some)
        ]
    return found


@functools.partial(jax.jit, static_argnames="spec")
def _looked_up(spec: embedlab.Embedding, variables: embedlab.Variables, ids: Any) -> Any:
    return embedlab.embed(spec, variables, ids)
