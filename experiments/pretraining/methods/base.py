"""What a method of pretraining provides: batches of an encoded text, and a loss of them."""

from __future__ import annotations

import dataclasses
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any

import draccus
import numpy as np
from jaxtyping import PRNGKeyArray

import embedlab
from experiments.pretraining.encoded import Encoded, Tell
from experiments.pretraining.schedule import Schedule

#: Arrays [steps, …] that go through one program.
Batches = tuple[np.ndarray, ...]


class Lesson(ABC):
    """A method on an encoded text.

    Everything that is drawn follows from (seed, epoch, block), so that a run may go on from any block.

    Attributes:
        unit: what is counted, "words" or "pairs".
        blocks: into how many blocks an epoch is parted; checkpoints lie between them.
        steps: how many steps an epoch has, about: the rate falls over them.
    """

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
