"""A word that is not there, and what it may have been meant to be."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from typing import Any

_LOOKED_AT = 50_000  # words that are compared letter by letter, the most frequent
_LONGER = 3  # letters that a spelling may have more or less
_LONGEST = 100  # letters of a word that is compared at all


class UnknownWord(KeyError):
    """A word is not among the vectors.

    The nearest spelling is looked for when the message is shown: whoever catches the error does not wait.

    Args:
        word: what was asked for.
        words: those that there are, in the order of their frequency.
    """

    def __init__(self, word: object, words: Sequence[str]) -> None:
        super().__init__(word)
        self._words = words

    def __str__(self) -> str:
        near = nearest_spelling(str(self.args[0]), self._words)
        hint = f"; near: {near!r}" if near is not None else ""
        return f"{self.args[0]!r} is not among the {len(self._words)} words{hint}"

    def __reduce__(self) -> Any:
        return KeyError, (str(self),)


def nearest_spelling(word: str, words: Sequence[str]) -> str | None:
    """The word that is written most like another: in another case, or else by letters in common.

    Args:
        word: what was written.
        words: what could be meant, the most frequent first; by letters, only the first 50,000 are compared.

    Returns:
        One of them, or None where none is near.

    Example:
        >>> nearest_spelling("Lodnon", ["paris", "london"]), nearest_spelling("PARIS", ["paris"])
        ('london', 'paris')

    Source: Python's difflib (Ratcliff and Metzener 1988).
    """
    folded = word.strip().casefold()
    if len(folded) > _LONGEST:
        return None
    same = next((other for other in words if other.casefold() == folded), None)
    if same is not None:
        return same
    alike = [other for other in words[:_LOOKED_AT] if abs(len(other) - len(folded)) <= _LONGER]
    return next(iter(difflib.get_close_matches(folded, alike, 1)), None)
