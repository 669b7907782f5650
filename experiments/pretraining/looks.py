"""What is asked of vectors while they are trained: word similarity, which takes no time."""

from __future__ import annotations

import dataclasses

from embedlab.checks import require, require_count


@dataclasses.dataclass(frozen=True)
class Looks:
    """What is asked of vectors while they are trained, and in the end.

    Attributes:
        similarity: sets of word similarity, by name (ws353, simlex999, men, …) or file, as
            `experiments.evaluate --similarity`; none of them for all published ones that are there.
        times: how often they are asked, evenly over the training, the end among them; 0 for never.

    Raises:
        ValueError: a set that is no text, or times below 0.

    Example:
        >>> Looks(("simlex999",), times=4).times
        4
    """

    similarity: tuple[str, ...] = ()
    times: int = 10

    def __post_init__(self) -> None:
        named = isinstance(self.similarity, tuple) and all(isinstance(x, str) and x for x in self.similarity)
        require(named, "similarity", self.similarity, 'give a tuple of names or files, as ("simlex999",)')
        require_count("times", self.times, least=0)
