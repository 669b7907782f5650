"""Pairs of words that should lie near each other, found in any vocabulary without a list of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from jaxtyping import Int

_SHORTEST = 3  # letters: "a" and "as", "i" and "is" are no pairs


def plural_pairs(words: Sequence[str]) -> Int[np.ndarray, "pairs 2"]:
    """The places of each word and of the same word with an s.

    Most are a noun and its plural ("array", "arrays") or a verb and its third person ("return",
    "returns"): two forms of one word, which a good embedding puts side by side. A few are chance
    ("new", "news"); they cost all embeddings the same.

    Args:
        words: words, each once.

    Returns:
        int [pairs, 2], ascending: the place of a word of three letters or more that does not end in s,
        and that of it with an s.

    Example:
        >>> plural_pairs(["arrays", "a", "array", "as", "class", "return", "classs"]).tolist()
        [[2, 0]]

    Source: this project's own choice of pairs, for `embedlab.quality.alignment`.
    """
    place = {word: number for number, word in enumerate(words)}
    pairs = [
        (number, place[f"{word}s"])
        for number, word in enumerate(words)
        if len(word) >= _SHORTEST and word.isalpha() and not word.endswith("s") and f"{word}s" in place
    ]
    return np.array(pairs, np.int64).reshape(-1, 2)
