"""Sequences of ids → rectangles: padding, truncation, and batches of few lengths."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import Any, Literal, NamedTuple

import numpy as np
from jaxtyping import Int32, Integer

from embedlab.base import ABSENT
from embedlab.checks import require, require_count

Side = Literal["end", "start"]


def pad(
    sequences: Sequence[Any], *, length: int | None = None, pad_id: int = 0, truncate: Side = "end"
) -> tuple[Int32[np.ndarray, "n length"], Int32[np.ndarray, " n"]]:
    """Sequences of ids → one rectangle: each row holds its ids first, then `pad_id`.

    Args:
        sequences: n sequences of integers, arrays or lists, of any lengths.
        length: columns of the result; None for the longest sequence.
        pad_id: the id that fills up.
        truncate: which end of a sequence longer than `length` is cut off.

    Returns:
        ids, int32 [n, length], and how many of each row are real, int32 [n]. No sequences give
        [0, length], with length 0 if it is None.

    Raises:
        ValueError: if a sequence is no plain sequence of whole numbers, ids need more than 32 bits, or an
            argument is out of range.

    Example:
        >>> ids, lengths = pad([[5, 6, 7], [8]], length=2)
        >>> ids, lengths
        (array([[5, 6],
               [8, 0]], dtype=int32), array([2, 1], dtype=int32))

    Source: the usual form of a batch; what is cut and what fills is declared here.
    """
    require(truncate in ("end", "start"), "truncate", truncate, "choose 'end' or 'start'")
    if length is not None:
        require_count("length", length, 0)
    _check_pad_id(pad_id)
    arrays = [_row(sequence) for sequence in sequences]
    sizes = np.fromiter(map(len, arrays), np.int64, len(arrays))
    flat = _flatten(arrays)
    width = int(sizes.max(initial=0)) if length is None else length
    kept = np.minimum(sizes, width)
    if (kept < sizes).any():
        place = np.arange(len(flat)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        first = sizes - kept if truncate == "start" else np.zeros_like(sizes)
        flat = flat[(place >= np.repeat(first, sizes)) & (place < np.repeat(first + kept, sizes))]
    ids = np.full((len(sizes), width), pad_id, np.int32)
    ids[np.arange(width) < kept[:, None]] = flat
    return ids, kept.astype(np.int32)


def length_buckets(
    lengths: Sequence[int] | Integer[np.ndarray, " n"], boundaries: Sequence[int]
) -> Int32[np.ndarray, " n"]:
    """The bucket of each length: the first boundary that is not below it.

    Args:
        lengths: integers [n].
        boundaries: the padded lengths that batches may have, rising.

    Returns:
        int32 [n], positions in `boundaries`. A length above the last boundary is in the last bucket, where
        `pad` cuts it.

    Raises:
        ValueError: if the boundaries are not positive whole numbers that rise, or a length is not whole.

    Example:
        >>> length_buckets([1, 8, 9, 99], (8, 16))
        array([0, 0, 1, 1], dtype=int32)

    Source: binary search over the boundaries.
    """
    require(len(boundaries) > 0, "boundaries", boundaries, "give at least one padded length")
    for boundary in boundaries:
        require_count("boundaries", boundary)
    rising = all(a < b for a, b in itertools.pairwise(boundaries))
    require(rising, "boundaries", boundaries, "give padded lengths that rise")
    sizes = np.asarray(lengths)
    require(sizes.dtype.kind in "iu" or not sizes.size, "lengths", sizes.dtype, "give whole numbers")
    return np.minimum(np.searchsorted(boundaries, sizes), len(boundaries) - 1).astype(np.int32)


class Batch(NamedTuple):
    """A batch of one padded length, whole: a bucket's last batch is filled up with empty rows.

    Attributes:
        ids: int32 [batch, length], padded.
        lengths: int32 [batch], the real ids of each row; 0 in a row that fills up.
        rows: int32 [batch], which sequence each row is; `ABSENT` in a row that fills up.

    Example:
        >>> batch = Batch(np.zeros((2, 4), np.int32), np.int32([4, 0]), np.int32([7, 2**31 - 1]))
        >>> batch.real
        array([ True, False])

    Source: one shape a bucket, so that a jitted step compiles once for each.
    """

    ids: Int32[np.ndarray, "batch length"]
    lengths: Int32[np.ndarray, " batch"]
    rows: Int32[np.ndarray, " batch"]

    @property
    def real(self) -> np.ndarray:
        """bool [batch]: which rows are sequences."""
        return self.rows != ABSENT


def bucketed(
    sequences: Sequence[Any],
    *,
    boundaries: Sequence[int],
    batch_size: int,
    pad_id: int = 0,
    truncate: Side = "end",
    seed: int | None = None,
) -> Iterator[Batch]:
    """Batches of sequences of similar length; every batch has one of `len(boundaries)` shapes.

    Args:
        sequences: n sequences of integers.
        boundaries: the padded lengths, rising; longer sequences are cut to the last.
        batch_size: rows of every batch.
        pad_id: the id that fills up.
        truncate: which end of a sequence is cut off.
        seed: draws the order of the sequences in their buckets, and that of the batches, from all
            buckets mixed; None keeps the given order, bucket after bucket.

    Yields:
        Batches; together they hold each sequence once. No sequences, no batches.

    Raises:
        ValueError: at the call, if an argument is out of range; as `pad` does, for bad ids.

    Example:
        >>> [b.ids.shape for b in bucketed([[1], [2, 3], [4]], boundaries=(1, 4), batch_size=2)]
        [(2, 1), (2, 4)]

    Source: the usual bucketing by length; the order is NumPy's PCG64 from `seed`.
    """
    require_count("batch_size", batch_size)
    require(truncate in ("end", "start"), "truncate", truncate, "choose 'end' or 'start'")
    _check_pad_id(pad_id)
    if seed is not None:
        require_count("seed", seed, 0)
    plan = _plan(length_buckets([len(s) for s in sequences], boundaries), batch_size, seed)
    return (_batch(sequences, rows, boundaries[of], batch_size, pad_id, truncate) for of, rows in plan)


def _plan(
    bucket_of: Int32[np.ndarray, " n"], batch_size: int, seed: int | None
) -> list[tuple[int, Int32[np.ndarray, " rows"]]]:
    """(bucket, its sequences) of every batch, in order."""
    rng = None if seed is None else np.random.default_rng(seed)
    plan = []
    for bucket in np.unique(bucket_of).tolist():
        members = np.flatnonzero(bucket_of == bucket).astype(np.int32)
        if rng is not None:
            rng.shuffle(members)
        plan += [(bucket, members[i : i + batch_size]) for i in range(0, len(members), batch_size)]
    return plan if rng is None else [plan[i] for i in rng.permutation(len(plan))]


def _batch(
    sequences: Sequence[Any],
    rows: Int32[np.ndarray, " rows"],
    length: int,
    batch_size: int,
    pad_id: int,
    truncate: Side,
) -> Batch:
    empty = [()] * (batch_size - len(rows))
    ids, lengths = pad(
        [*(sequences[i] for i in rows.tolist()), *empty], length=length, pad_id=pad_id, truncate=truncate
    )
    filled = np.full(batch_size, ABSENT, np.int32)
    filled[: len(rows)] = rows
    return Batch(ids, lengths, filled)


def _row(sequence: Any) -> np.ndarray:
    """One sequence as an array; an empty one has no type of its own."""
    try:
        row = np.asarray(sequence)
    except ValueError:  # sequences of different lengths
        row = np.empty((0, 0))
    found = f"{type(sequence).__name__} of {row.ndim} dimensions"
    require(row.ndim == 1, "sequences", found, "give sequences of ids, each of one dimension")
    return row if row.size else np.zeros(0, np.int8)


def _flatten(rows: list[np.ndarray]) -> Int32[np.ndarray, " ids"]:
    """All ids in a row, checked to be whole numbers of 32 bits."""
    for dtype in {row.dtype for row in rows}:
        require(dtype.kind in "iu", "sequences", dtype, "ids are whole numbers; convert them before")
    if any(row.dtype == np.uint64 for row in rows):  # NumPy would join them with int64 to floats
        for row in rows:
            _check_int32("sequences", row)
    flat = np.concatenate([np.zeros(0, np.int8), *rows], dtype=np.int64, casting="unsafe")
    _check_int32("sequences", flat)
    return flat.astype(np.int32)


def _check_pad_id(pad_id: int) -> None:
    whole = isinstance(pad_id, int | np.integer) and not isinstance(pad_id, bool)
    require(whole, "pad_id", pad_id, "give one whole number")
    require(-(2**31) <= pad_id < 2**31, "pad_id", pad_id, "an id has 32 bits; hash wider ones first")


def _check_int32(field: str, ids: np.ndarray) -> None:
    if not ids.size:
        return
    require(ids.dtype.kind in "iu", field, ids.dtype, "ids are whole numbers")
    low, high = int(ids.min()), int(ids.max())
    odd = high if high >= 2**31 else low
    require(low >= -(2**31) and high < 2**31, field, odd, "an id has 32 bits; hash wider ones first")
