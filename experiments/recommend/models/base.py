"""What a model provides."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, ClassVar, Literal

import draccus
from jaxtyping import Array, Float, PRNGKeyArray

from experiments.recommend.scores import Half

Goal = Literal["ratings", "ranking"]
Layers = dict[str, Any]


class Model(draccus.ChoiceRegistry, ABC):
    """What is made of vectors: a frozen dataclass, chosen in a config by its registered name.

    Attributes:
        goal: "ratings", to tell what a user would rate an item; "ranking", to tell which items a user takes.
        features: whether it reads side words, as genre and age, beside the ids.
        negatives: items drawn for each row in a step, or for all rows of it together.
    """

    goal: ClassVar[Goal]
    features: bool
    negatives: int

    @classmethod
    def default_choice_name(cls) -> str:
        """The model that is meant where a config names none."""
        return "factorisation"

    def layers(self, key: PRNGKeyArray, dim: int) -> Layers:
        """The trained arrays that are no embedding, of vectors of a width."""
        return {}

    @abstractmethod
    def half(self, layers: Layers, side: str, vectors: Float[Array, "*rows words dim"], present: Any) -> Half:
        """Half of a score.

        Args:
            layers: the arrays of `layers`.
            side: "user" or "item".
            vectors: float [..., words, dim], of the words of each; zeros where there is none. The first is
                of the id.
            present: bool [..., words], where there is a word.
        """
