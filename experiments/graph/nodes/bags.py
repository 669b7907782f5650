"""Words of features, node after node."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np
from jaxtyping import Int32, Int64


@dataclasses.dataclass(frozen=True, eq=False)
class Bags:
    """Words of features of each node; none where a node has none. The arrays can't be written to.

    Attributes:
        words: the different words.
        numbers: int32 [total], those of node after node.
        begins: int64 [nodes + 1], where those of each node begin.

    Example:
        >>> bags = Bags.of([np.array([1, 0]), np.array([], int)], ("a", "b"))
        >>> bags.of_node(0), bags.of_node(1), bags.counts
        (['b', 'a'], [], array([2, 0]))
    """

    words: tuple[str, ...]
    numbers: Int32[np.ndarray, " total"]
    begins: Int64[np.ndarray, " nodes_and_1"]

    def __post_init__(self) -> None:
        for array in (self.numbers, self.begins):  # all that a run does shares them
            array.setflags(write=False)

    @classmethod
    def of(cls, bags: Sequence[np.ndarray], words: tuple[str, ...]) -> Bags:
        """From the numbers of the words of each node, whole numbers [its words] each."""
        begins = np.concatenate([[0], np.cumsum([len(bag) for bag in bags])]).astype(np.int64)
        numbers = np.concatenate([np.zeros(0, np.int32), *bags]).astype(np.int32)
        return cls(words, numbers, begins)

    @classmethod
    def none(cls, nodes: int) -> Bags:
        """Of nodes without features."""
        return cls((), np.zeros(0, np.int32), np.zeros(nodes + 1, np.int64))

    @property
    def counts(self) -> Int64[np.ndarray, " nodes"]:
        """int64 [nodes], how many words each has."""
        return np.diff(self.begins)

    @property
    def owners(self) -> Int64[np.ndarray, " total"]:
        """int64 [total], the node of each word."""
        return np.repeat(np.arange(len(self.begins) - 1), self.counts)

    def of_node(self, node: int) -> list[str]:
        """The words of a node, by its number."""
        numbers = self.numbers[self.begins[node] : self.begins[node + 1]]
        return [self.words[number] for number in numbers.tolist()]
