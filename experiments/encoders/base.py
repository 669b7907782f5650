"""What an encoder provides."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

import draccus
from jaxtyping import Array, Float, PRNGKeyArray

import embedlab


class Encoder(draccus.ChoiceRegistry, ABC):
    """From ids to logits, through an embedding of any kind. A subclass is a frozen dataclass.

    `init` makes the trained arrays, `logits` uses them; both are pure, so that the training loop can
    differentiate, scan and checkpoint them without knowing what they are.
    """

    @abstractmethod
    def init(self, key: PRNGKeyArray, dim: int, classes: int) -> Any:
        """The encoder's trained arrays, for vectors [..., dim] and logits [..., classes]."""

    @abstractmethod
    def logits(
        self,
        parameters: Any,
        spec: embedlab.Embedding,
        variables: embedlab.Variables,
        ids: Any,
        lengths: Any,
        *,
        dropout: embedlab.Dropout | None = None,
        key: PRNGKeyArray | None = None,
    ) -> Float[Array, "rows classes"]:
        """Logits [rows, classes] of ids int32 [rows, length], the first `lengths` [rows] of them real."""
