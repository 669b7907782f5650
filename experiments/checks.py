"""What several dataclasses of settings check of themselves."""

from __future__ import annotations

import math

from embedlab.checks import require, require_count

MOST = 2**20  # features, documents, tokens: beyond it a number is mistyped


def finite(value: object) -> bool:
    """Whether a value is a finite number; a bool is none.

    Example:
        >>> finite(1), finite(True), finite(float("nan"))
        (True, False, False)
    """
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def require_bool(field: str, value: object) -> None:
    """Requires a switch.

    Raises:
        ValueError: it is neither True nor False.

    Example:
        >>> require_bool("lower", 1)
        Traceback (most recent call last):
        ValueError: lower=1: give True or False
    """
    require(isinstance(value, bool), field, value, "give True or False")


def require_probability(field: str, value: object) -> None:
    """Requires a rate of dropout.

    Raises:
        ValueError: it is no number of at least 0 and below 1.

    Example:
        >>> require_probability("dropout", 1.0)
        Traceback (most recent call last):
        ValueError: dropout=1.0: give a probability of at least 0 and below 1
    """
    fits = finite(value) and 0 <= value < 1  # type: ignore[operator]
    require(fits, field, value, "give a probability of at least 0 and below 1")


def require_counts(settings: object, most: int, *fields: str, least: int = 1) -> None:
    """Refuses fields that are no whole numbers from `least` to `most`.

    Args:
        settings: what has the fields.
        most: the greatest count.
        fields: their names.
        least: the least count.

    Raises:
        ValueError: one of them is not.

    Example:
        >>> from types import SimpleNamespace
        >>> require_counts(SimpleNamespace(steps=0), 100, "steps")
        Traceback (most recent call last):
        ValueError: steps=0: ...
    """
    for field in fields:
        value = getattr(settings, field)
        require_count(field, value, least=least)
        require(value <= most, field, value, f"give at most {most}")


def require_limit(field: str, value: object) -> None:
    """Requires a greatest length, or None for no limit.

    Raises:
        ValueError: it is neither None nor a finite number above 0.

    Example:
        >>> require_limit("max_norm", 0)
        Traceback (most recent call last):
        ValueError: max_norm=0: give a finite number above 0, or none
    """
    fits = value is None or (finite(value) and value > 0)  # type: ignore[operator]
    require(fits, field, value, "give a finite number above 0, or none")


def require_choice(field: str, value: object, known: tuple[str, ...]) -> None:
    """Requires one of some names.

    Raises:
        ValueError: it is none of them.

    Example:
        >>> require_choice("cell", "rnn", ("lstm", "gru"))
        Traceback (most recent call last):
        ValueError: cell='rnn': choose one of lstm, gru
    """
    require(value in known, field, value, f"choose one of {', '.join(known)}")


def require_size(field: str, value: object) -> None:
    """Requires a number of features, layers or the like.

    Raises:
        ValueError: it is no whole number of 1 … 2²⁰.

    Example:
        >>> require_size("hidden", 2**30)
        Traceback (most recent call last):
        ValueError: hidden=1073741824: give at most 1048576
    """
    require_count(field, value)
    require(value <= MOST, field, value, f"give at most {MOST}")  # type: ignore[operator]


def require_sizes(field: str, value: object) -> None:
    """Requires a tuple of such numbers, at least one.

    Raises:
        ValueError: it is none, or one of them is no whole number of 1 … 2²⁰.

    Example:
        >>> require_sizes("widths", ())
        Traceback (most recent call last):
        ValueError: widths=(): give a tuple of one whole number or more, such as (3, 4, 5)
    """
    several = isinstance(value, tuple) and len(value) > 0
    require(several, field, value, "give a tuple of one whole number or more, such as (3, 4, 5)")
    for size in value:  # type: ignore[attr-defined]
        require_size(field, size)
