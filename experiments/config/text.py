"""How a document becomes tokens."""

from __future__ import annotations

import dataclasses

from embedlab.checks import require_count
from experiments.checks import MOST, require_bool, require_counts

_LONGEST_RUN = 5  # words; longer runs hardly ever occur twice


@dataclasses.dataclass(frozen=True)
class Text:
    """How a document becomes tokens.

    Attributes:
        lower: whether letters are lowered first.
        words_only: whether marks are left out and identifiers parted at underscores, so that only words
            stay; else each mark is a token.
        min_count: times that a word occurs in the training documents, at least, to have an id.
        max_length: tokens kept of a document; those after them are cut off.
        ngrams: words of the longest run that has an id of its own; with 2, every two neighbours are a word
            more, after the words themselves. For encoders that do not read the order of words (bag, dan):
            others would take them for a text that goes on, and are refused.
        once: whether a word, or run of words, counts once in a document, however often it occurs there: of
            long texts that say more by what they hold. For the same encoders. TF-IDF counts as ever.

    Raises:
        ValueError: a count below 1, a length above 2²⁰, runs of more than 5 words, or a switch that is no
            bool.

    Example:
        >>> Text(min_count=2)
        Text(lower=True, words_only=False, min_count=2, max_length=64, ngrams=1, once=False)
    """

    lower: bool = True
    words_only: bool = False
    min_count: int = 1
    max_length: int = 64
    ngrams: int = 1
    once: bool = False

    def __post_init__(self) -> None:
        for field in ("lower", "words_only", "once"):
            require_bool(field, getattr(self, field))
        require_count("min_count", self.min_count)
        require_counts(self, MOST, "max_length")
        require_counts(self, _LONGEST_RUN, "ngrams")

    @property
    def longest(self) -> int:
        """The most ids that a document has, n-grams among them."""
        return sum(max(self.max_length - n, 0) for n in range(self.ngrams))
