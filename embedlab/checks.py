"""What a spec checks of itself: each fault is a ValueError that names the field, its value and the remedy."""

from __future__ import annotations

import dataclasses
import math
import numbers
from typing import Any

import numpy as np

from embedlab.base import ABSENT

TABLE_DTYPES = ("float16", "bfloat16", "float32", "float64")


def require(holds: bool | np.bool_, field: str, value: object, remedy: str) -> None:
    """Raises the ValueError that every spec raises: the field, its value, the remedy.

    Args:
        holds: what must be true.
        field: name of what was given; no array, so no shape.
        value: what was given.
        remedy: what to give instead.

    Raises:
        ValueError: it does not hold.

    Example:
        >>> require(False, "dim", 0, "give a whole number of at least 1")
        Traceback (most recent call last):
        ValueError: dim=0: give a whole number of at least 1

    Source: none.
    """
    if not holds:
        raise ValueError(f"{field}={value!r}: {remedy}")


def require_count(field: str, value: object, least: int = 1) -> None:
    """Requires a whole number of at least `least`; a bool is none.

    Args:
        field: name of what was given; no array, so no shape.
        value: what was given.
        least: the smallest that will do.

    Raises:
        ValueError: it is no such number.

    Example:
        >>> require_count("buckets", True)
        Traceback (most recent call last):
        ValueError: buckets=True: give a whole number of at least 1

    Source: none.
    """
    whole = isinstance(value, int | np.integer) and not isinstance(value, bool)
    require(bool(whole and value >= least), field, value, f"give a whole number of at least {least}")  # type: ignore[operator]


def require_names(field: str, value: object, such: str) -> None:
    """Requires several names; a bare string would be taken for its letters.

    Args:
        field: name of what was given; no array, so no shape.
        value: what was given.
        such: a name that would do, for the remedy.

    Raises:
        ValueError: it is no collection of names.

    Example:
        >>> require_names("mutable", "batch_stats", "batch_stats")
        Traceback (most recent call last):
        ValueError: mutable='batch_stats': give names in a tuple, as ('batch_stats',)

    Source: none.
    """
    several = isinstance(value, tuple | list | set | frozenset)
    require(several, field, value, f"give names in a tuple, as ({such!r},)")


def require_table(rows: int, dim: int, dtype: str) -> None:
    """Requires a table [rows, dim] that 32-bit row numbers can address, of a float dtype.

    Args:
        rows: how many rows.
        dim: width of a row.
        dtype: name of the entries' type.

    Raises:
        ValueError: too many rows, no width or too large a one, or another type.

    Example:
        >>> require_table(10, 4, "int8")
        Traceback (most recent call last):
        ValueError: dtype='int8': choose one of float16, bfloat16, float32, float64

    Source: none.
    """
    require_count("dim", dim)
    require(dim < ABSENT, "dim", dim, f"give a width below {ABSENT}")
    require(rows < ABSENT, "rows", rows, f"a table has fewer than {ABSENT} rows; use several tables")
    require(dtype in TABLE_DTYPES, "dtype", dtype, f"choose one of {', '.join(TABLE_DTYPES)}")


def plain_fields(spec: Any) -> None:
    """Brings the fields of a kind to plain Python: equal specs then hash alike, and print what builds them.

    NumPy's scalars become Python's numbers, which do not overflow in sums of sizes. A dtype is a name: a
    `np.dtype` equals its name but hashes otherwise.

    Args:
        spec: a frozen dataclass, at the head of its `__post_init__`.

    Raises:
        ValueError: its `dtype` is no string.

    Example:
        >>> from embedlab import Dense
        >>> spec = Dense(vocabulary=10, dim=4)   # a table [vocabulary, dim]
        >>> object.__setattr__(spec, "dim", np.int32(4))   # as if it had been given so
        >>> plain_fields(spec)
        >>> spec.dim
        4

    Source: none.
    """
    for field in dataclasses.fields(spec):
        value = getattr(spec, field.name)
        if isinstance(value, np.generic):
            object.__setattr__(spec, field.name, value.item())
    require(isinstance(spec.dtype, str), "dtype", spec.dtype, "give its name, such as 'float32'")


def finite_fields(spec: Any, *fields: str, remedy: str = "give a finite number") -> None:
    """Requires finite numbers of any type, and holds them as floats: equal specs then hash alike.

    Args:
        spec: a frozen dataclass, in its `__post_init__`.
        fields: names of its numbers.
        remedy: what to give instead.

    Raises:
        ValueError: a field is no finite number; a bool is none.

    Example:
        >>> from embedlab import Normal
        >>> spec = Normal(0.5)   # a number, no array, so no shape
        >>> object.__setattr__(spec, "stddev", np.float32(0.25))   # as if it had been given so
        >>> finite_fields(spec, "stddev")
        >>> spec
        Normal(stddev=0.25)

    Source: none.
    """
    for field in fields:
        value = getattr(spec, field)
        number = isinstance(value, numbers.Real) and not isinstance(value, bool)
        try:
            held = float(value) if number else math.nan
        except OverflowError:  # a whole number or a fraction that no float reaches
            held = math.inf
        require(math.isfinite(held), field, value, remedy)
        object.__setattr__(spec, field, held)
