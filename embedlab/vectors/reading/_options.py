"""How a file of vectors is to be read, beside where it lies."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection
from typing import Literal, get_args

from embedlab.checks import require, require_count
from embedlab.vectors.reading._errors import Damaged

Duplicates = Literal["first", "last", "error"]
NonFinite = Literal["error", "drop", "zero"]
Utf8 = Literal["strict", "replace"]

_CHOICES = {"duplicates": Duplicates, "non_finite": NonFinite, "utf8": Utf8}
_DTYPES = ("float16", "float32", "float64")


@dataclasses.dataclass(frozen=True)
class Options:
    """What `read` was told; the fields are described there.

    Raises:
        ValueError: a field of another type, or a value that it does not take.

    Example:
        >>> Options(only=["cat", "cat"]).only
        frozenset({'cat'})

    Source: none.
    """

    only: Collection[str] | None = None
    dtype: str = "float32"
    dim: int | None = None
    limit: int | None = None
    expected_rows: int | None = None
    duplicates: Duplicates = "first"
    non_finite: NonFinite = "error"
    utf8: Utf8 = "strict"
    numeric_words: bool = False
    unterminated: bool = False

    def __post_init__(self) -> None:
        require(self.dtype in _DTYPES, "dtype", self.dtype, f"choose one of {', '.join(_DTYPES)}")
        for field, kind in _CHOICES.items():
            value, choices = getattr(self, field), get_args(kind)
            require(value in choices, field, value, f"choose one of {', '.join(choices)}")
        for field in ("dim", "limit", "expected_rows"):
            if getattr(self, field) is not None:
                require_count(field, getattr(self, field), least=int(field != "expected_rows"))
        for field in ("numeric_words", "unterminated"):
            require(isinstance(getattr(self, field), bool), field, getattr(self, field), "give True or False")
        if self.only is not None:
            object.__setattr__(self, "only", _words(self.only))

    def require_stated(self, rows: int | None, dim: int) -> None:
        """Holds what a file states of itself against what was expected of it; rows of None are not stated.

        Raises:
            Damaged: it is something else.
        """
        if self.dim not in (None, dim):
            raise Damaged(f"it has dim {dim}, not {self.dim}; leave dim out, or give the right file")
        if rows is not None and self.expected_rows not in (None, rows):
            raise Damaged(f"it holds {rows:,} words; expected_rows={self.expected_rows:,}")


def _words(only: Collection[str]) -> frozenset[str]:
    require(not isinstance(only, str), "only", only, "give a collection of words, not one string")
    words = frozenset(only)
    odd = next((word for word in words if not isinstance(word, str)), None)
    require(odd is None, "only", odd, "a word is a string")
    return words
