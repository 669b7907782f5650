"""What one embedding learns on one split of an application's data."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any

import numpy as np
from jaxtyping import Int

from embedlab.text import Vocabulary
from experiments.training import learner
from experiments.training.placement import Given


class Learning(ABC):
    """One embedding on one split, ready to be trained.

    Attributes:
        learner: what is trained.
        vocabulary: the word of each id; 0 is padding, 1 any word that is not known.
        buffers: the embedding's, for the ids of the vocabulary; see `own_buffers`.
        train: what is learnt from, as the learner's `feed` takes it: `Examples`, as a rule.
    """

    learner: learner.Learner
    vocabulary: Vocabulary
    buffers: Mapping[str, Any]
    train: Any

    @property
    def valid(self) -> Any:
        """What the learner's `watched` is given; by default this itself."""
        return self

    @abstractmethod
    def watched(self, parameters: dict[str, Any]) -> tuple[np.ndarray, float]:
        """What is predicted for the validation rows, in the form of the judge, and a loss to stop early by.

        Args:
            parameters: as `learner.init` makes them.
        """

    @abstractmethod
    def tested(self, parameters: dict[str, Any]) -> np.ndarray:
        """What is predicted for the test rows, float [rows, outputs], in the form of the judge.

        Args:
            parameters: as `learner.init` makes them.
        """

    def given(self, seed: int) -> Given | None:
        """Tables that begin as something else than they are drawn, pretrained vectors say; None for none.

        Args:
            seed: of what is drawn of them.
        """
        return None

    def decoded(self, predicted: np.ndarray) -> np.ndarray:
        """What `watched` predicts, in the form of the judge; by default as it is."""
        return predicted

    @property
    def kinds(self) -> Int[np.ndarray, " words"]:
        """What kind each word is of, int [words], by which vectors may cluster; −1 for none.

        By default the part of a word before its `=`, as `user` of `user=17`.
        """
        return kinds_of(self.vocabulary.words)

    @property
    def kind_names(self) -> tuple[str, ...]:
        """What the numbers of `kinds` stand for; by default what stands before the `=` of words."""
        return tuple(dict.fromkeys(word.partition("=")[0] for word in self.vocabulary.words if "=" in word))

    def kept(self) -> dict[str, Any]:
        """What a stored model needs for new rows beside the vocabulary: arrays, and values for JSON."""
        return {}

    def covered(self) -> dict[str, float]:
        """How much of the test side the vocabulary knows, by name: `coverage_by_token`, say."""
        return {}


def kinds_of(words: tuple[str, ...]) -> Int[np.ndarray, " words"]:
    """A number for what stands before the `=` of each word; −1 for words without one.

    Example:
        >>> kinds_of(("<pad>", "<unk>", "user=1", "item=1", "user=2"))
        array([-1, -1,  0,  1,  0])
    """
    numbers: dict[str, int] = {}
    found = np.full(len(words), -1)
    for place, word in enumerate(words):
        kind, equals, _ = word.partition("=")
        if equals:
            found[place] = numbers.setdefault(kind, len(numbers))
    return found
