"""A text in strips: some positions in a row, with the words around them that one of them may see.

All pairs of a strip are one small matrix product, which costs less than to look at each pair for itself;
and so many strips a step, that gradients of a word in them are summed before it moves.
"""

from __future__ import annotations

import dataclasses
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Int32

from embedlab.base import ABSENT, namespace
from embedlab.checks import require, require_count


class Strips(NamedTuple):
    """Strips of a text; `n` of them, each of `s` positions with `w` more on either side.

    Attributes:
        words: int32 [n, s + 2w], ids, `ABSENT` where there is no word.
        sentences: int32 [n, s + 2w], numbers of the sentences that they stand in.
        reach: int32 [n, s], words to each side that a position sees.

    Example:
        >>> words = np.zeros((2, 20), np.int32)
        >>> Strips(words, words, words[:, 5:15]).reach.shape
        (2, 10)

    Source: none.
    """

    words: Int32[np.ndarray, "n wide"]
    sentences: Int32[np.ndarray, "n wide"]
    reach: Int32[np.ndarray, "n s"]


@dataclasses.dataclass(frozen=True)
class Windows:
    """How a text is cut into strips, and how far a word sees.

    Attributes:
        window: words to each side, at most.
        dynamic: whether each position sees 1 … window words, drawn evenly, so that near words count more;
            else all of them.
        strip: positions of a strip.

    Raises:
        ValueError: a number below 1.

    Example:
        >>> windows = Windows(window=1, dynamic=False, strip=2)
        >>> strips = windows.cut(np.array([5, 6, 7, 8]), np.zeros(4, int), None)
        >>> strips.words
        array([[2147483647,          5,          6,          7],
               [         6,          7,          8, 2147483647]], dtype=int32)
        >>> windows.centres(strips.words)
        array([[5, 6],
               [7, 8]], dtype=int32)
        >>> windows.pairs(*strips).sum(-1)   # how many words each position sees
        array([[1, 2],
               [2, 1]])

    Reference: Mikolov et al. 2013, "Efficient estimation of word representations in vector space".
    """

    window: int = 5
    dynamic: bool = True
    strip: int = 16

    def __post_init__(self) -> None:
        for field in ("window", "strip"):
            require_count(field, getattr(self, field))
        require(isinstance(self.dynamic, bool), "dynamic", self.dynamic, "give True or False")

    def cut(
        self,
        words: Int32[np.ndarray, " tokens"] | np.ndarray,
        sentences: Int32[np.ndarray, " tokens"] | np.ndarray,
        draw: np.random.Generator | None,
    ) -> Strips:
        """Cuts a text into strips; the last one is filled up.

        Args:
            words: int32 [tokens], ids.
            sentences: int32 [tokens], a number for each sentence: words see none of another one.
            draw: of how far positions see; not used, and may be None, where that is not drawn.

        Returns:
            ⌈tokens / strip⌉ strips.
        """
        w, s = self.window, self.strip
        n = -(-len(words) // s)
        fill = (w, n * s - len(words) + w)
        padded = np.pad(np.asarray(words, np.int32), fill, constant_values=ABSENT)
        numbers = np.pad(np.asarray(sentences, np.int32), fill, constant_values=-1)
        places = np.arange(n)[:, None] * s + np.arange(s + 2 * w)
        if self.dynamic:
            assert draw is not None
            reach = draw.integers(1, w + 1, (n, s), dtype=np.int32)
        else:
            reach = np.full((n, s), w, np.int32)
        return Strips(padded[places], numbers[places], reach)

    def centres(self, words: Any) -> Any:
        """The positions of strips themselves, without the words at their sides.

        Args:
            words: int32 [n, s + 2w].

        Returns:
            int32 [n, s].
        """
        return words[:, self.window : self.window + self.strip]

    def pairs(self, words: Any, sentences: Any, reach: Any) -> Any:
        """Which words each position sees: those within its reach, of its sentence, but not itself.

        Args:
            words: int32 [n, s + 2w].
            sentences: int32 [n, s + 2w].
            reach: int32 [n, s].

        Returns:
            bool [n, s, s + 2w].
        """
        xp = namespace(words, sentences, reach)
        distance = xp.arange(self.strip + 2 * self.window) - self.window - xp.arange(self.strip)[:, None]
        near = (abs(distance) <= reach[..., None]) & (distance != 0)
        same = sentences[:, None, :] == self.centres(sentences)[..., None]
        there = words != ABSENT
        return near & same & there[:, None, :] & self.centres(there)[..., None]
