"""Text → tokens: Unicode normalisation, and one rule for splitting."""

from __future__ import annotations

import dataclasses
import functools
import re
import unicodedata
from typing import Literal

from embedlab.checks import require

Form = Literal["NFC", "NFD", "NFKC", "NFKD"]
_FORMS = ("NFC", "NFD", "NFKC", "NFKD")


def normalise(text: str, *, lower: bool = True, form: Form | None = "NFKC") -> str:
    """Brings strings that mean the same to the same code points.

    `form(lower(form(text)))`. Lower-casing can leave a letter and an accent apart that belong together
    ("J̌" has no capital of its own, "ǰ" has), so the form is applied again after it, and the function is
    idempotent.

    Args:
        text: any string.
        lower: whether capitals become small letters.
        form: a Unicode normalisation form, or None to keep the code points as they are. NFKC also
            replaces compatibility characters, such as "ﬁ" by "fi" and full-width letters by plain ones.

    Returns:
        The normalised string.

    Raises:
        ValueError: if `form` is no normalisation form.

    Example:
        >>> normalise("The ﬁne CAFE\u0301")
        'the fine café'

    Reference: Unicode Standard Annex 15, Unicode Normalization Forms.
    """
    require(form is None or form in _FORMS, "form", form, f"choose one of {', '.join(_FORMS)}, or None")
    if text.isascii():  # every form leaves ASCII as it is
        return text.lower() if lower else text
    text = unicodedata.normalize(form, text) if form else text
    if not lower:
        return text
    return unicodedata.normalize(form, text.lower()) if form else text.lower()


def split(text: str) -> list[str]:
    r"""Splits a text into words and single punctuation marks; nothing but white space is lost.

    The rule, in one regular expression:

    - a *word* is a run of letters, digits and underscores with their combining marks and joiners
      (U+200C, U+200D), so `foo_bar`, "naïve" in any normalisation form, and "हिन्दी" are each whole;
      text written without spaces (Chinese, Thai) stays one word from mark to mark;
    - an apostrophe (' or ’) inside a word belongs to it ("don't", "l’homme"), at its edge it does not;
    - every other character that is not white space is a token of its own, with its combining marks;
      emoji that U+200D joins are one token.

    Args:
        text: any string.

    Returns:
        The tokens, in order. Joined together they are the text without its white space.

    Example:
        >>> split("Don't call foo_bar(x) 'twice'…")
        ["Don't", 'call', 'foo_bar', '(', 'x', ')', "'", 'twice', "'", '…']

    Reference: after Unicode Standard Annex 29, Unicode Text Segmentation, rules WB4 to WB13, simplified:
        numbers are split at their points ("3.14" is three tokens).
    """
    return _pattern().findall(text)


@dataclasses.dataclass(frozen=True)
class Tokenise:
    """Text → tokens as a value: `split(normalise(text))`, with the settings that a run must remember.

    Attributes:
        lower: whether capitals become small letters.
        form: the Unicode normalisation form, or None.

    Raises:
        ValueError: if `form` is no normalisation form.

    Example:
        >>> Tokenise()("An EMBEDDING_table's rows.")
        ['an', "embedding_table's", 'rows', '.']
        >>> Tokenise(lower=False)("Rows")
        ['Rows']

    Reference: Unicode Standard Annexes 15 and 29.
    """

    lower: bool = True
    form: Form | None = "NFKC"

    def __post_init__(self) -> None:
        normalise("", lower=self.lower, form=self.form)

    def __call__(self, text: str) -> list[str]:
        """Splits one text into its tokens.

        Args:
            text: any string.

        Returns:
            The tokens, in order.
        """
        return split(normalise(text, lower=self.lower, form=self.form))


@functools.cache
def _pattern() -> re.Pattern[str]:
    r"""The rule of `split`. Python's \w leaves combining marks out, so they are listed, once, when needed."""
    mark = _combining_marks()
    word = rf"\w+(?:[{mark}\u200c\u200d]+\w*)*"
    other = rf"[^\w\s][{mark}]*"
    common = r"\w++(?=\s)"  # a plain word before a space: no exception, only the shortest way to most words
    return re.compile(rf"{common}|{word}(?:['’]{word})*|{other}(?:\u200d{other})*")


def _combining_marks() -> str:
    """The inside of a character class: all code points of category M (accents, vowel signs, …)."""
    planes = (*range(0x300, 0x20000), *range(0xE0000, 0xE1000))  # no other plane holds marks
    ranges: list[list[int]] = []
    for code in planes:
        if not unicodedata.category(chr(code)).startswith("M"):
            continue
        if ranges and ranges[-1][1] == code - 1:
            ranges[-1][1] = code
        else:
            ranges.append([code, code])
    return "".join(f"{chr(first)}-{chr(last)}" for first, last in ranges)
