"""Padding, truncation and length buckets, against a slow reference."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from embedlab.base import ABSENT
from embedlab.text import Batch, bucketed, length_buckets, pad

SEQUENCES = st.lists(st.lists(st.integers(-(2**31), 2**31 - 1), max_size=7), max_size=8)
KINDS = st.sampled_from([list, tuple, np.int64, np.int32])


def as_kind(sequences: list[list[int]], kind) -> list:
    return [kind(s) if kind in (list, tuple) else np.array(s, kind) for s in sequences]


def slow(sequences, length, pad_id, truncate) -> tuple[list[list[int]], list[int]]:
    length = max(map(len, sequences), default=0) if length is None else length
    rows, kept = [], []
    for sequence in map(list, sequences):
        while len(sequence) > length:
            sequence.pop(-1 if truncate == "end" else 0)
        kept.append(len(sequence))
        rows.append(sequence + [pad_id] * (length - len(sequence)))
    return rows, kept


@given(SEQUENCES, KINDS, st.none() | st.integers(0, 9), st.integers(-1, 5), st.sampled_from(["end", "start"]))
def test_pad_equals_the_slow_reference(sequences, kind, length, pad_id, truncate) -> None:
    ids, lengths = pad(as_kind(sequences, kind), length=length, pad_id=pad_id, truncate=truncate)
    rows, kept = slow(sequences, length, pad_id, truncate)
    assert ids.dtype == np.int32 and lengths.dtype == np.int32
    assert ids.tolist() == rows and lengths.tolist() == kept
    assert ids.shape == (len(sequences), max(map(len, sequences), default=0) if length is None else length)


def test_pad_gives_new_arrays() -> None:
    given_ids = np.array([1, 2], np.int32)
    ids, _ = pad([given_ids])
    ids[0, 0] = 9
    assert given_ids.tolist() == [1, 2]


@pytest.mark.parametrize("dtype", [np.int8, np.uint8, np.int16, np.uint16, np.uint32, np.int64, np.uint64])
def test_pad_takes_every_integer_type(dtype) -> None:
    ids, _ = pad([np.array([7, 100], dtype), np.array([1], np.int64)])
    assert ids.tolist() == [[7, 100], [1, 0]] and ids.dtype == np.int32


@pytest.mark.parametrize(
    "sequences",
    [
        [[1.0]],
        [np.ones(2, np.float32), [1]],
        [[True]],
        [np.array([True]), [1]],
        [["a"]],
        [[2**31]],
        [[1], np.array([2**32 + 3])],
        [np.array([-(2**31) - 1])],
        [np.array([2**64 - 1], np.uint64), np.array([1], np.int64)],
        [np.array([2**31], np.uint32)],
    ],
    ids=str,
)
def test_pad_refuses_what_is_no_32_bit_id(sequences) -> None:
    with pytest.raises(ValueError, match="sequences="):
        pad(sequences)


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize(
    ("sequences", "found"),
    [
        ([[[1, 2]], [3]], "list of 2"),
        ([np.ones((1, 2), int)], "ndarray of 2"),
        (np.ones((2, 3, 4), np.int32), "ndarray of 2"),
        ([[[1], [2, 3]]], "list of 2"),  # of different lengths, which NumPy takes for no array
        ([1, 2], "int of 0"),
        ([np.int64(1)], "int64 of 0"),
    ],
    ids=str,
)
def test_pad_refuses_what_is_no_row(sequences: Any, found: str) -> None:
    message = rf"^sequences='{found} dimensions': give sequences of ids, each of one dimension$"
    with pytest.raises(ValueError, match=message):
        pad(sequences)
    if len(sequences) == 1 and found == "list of 2":
        with pytest.raises(ValueError, match=message):
            list(bucketed(sequences, boundaries=[4], batch_size=1))


@pytest.mark.usefixtures("unchecked")
def test_pad_takes_the_rows_of_a_matrix() -> None:
    ids, lengths = pad(np.arange(6).reshape(2, 3))
    assert ids.tolist() == [[0, 1, 2], [3, 4, 5]] and lengths.tolist() == [3, 3]


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"length": -1}, "length=-1: give a whole number of at least 0"),
        ({"truncate": "middle"}, "truncate='middle': choose 'end' or 'start'"),
        ({"pad_id": 2**31}, "pad_id=2147483648: an id has 32 bits"),
        ({"pad_id": -(2**31) - 1}, "pad_id=-2147483649: an id has 32 bits"),
        ({"pad_id": 2**80}, "pad_id=1208925819614629174706176: an id has 32 bits"),
        ({"pad_id": np.array([1, 2])}, r"pad_id=array\(\[1, 2\]\): give one whole number"),
        ({"pad_id": [0]}, r"pad_id=\[0\]: give one whole number"),
        ({"pad_id": 0.0}, "pad_id=0.0: give one whole number"),
        ({"pad_id": True}, "pad_id=True: give one whole number"),
        ({"pad_id": None}, "pad_id=None: give one whole number"),
    ],
    ids=str,
)
def test_pad_names_mistakes(change: dict, message: str) -> None:
    with pytest.raises(ValueError, match=f"^{message}"):
        pad([[1]], **change)
    if "length" not in change:
        with pytest.raises(ValueError, match=f"^{message}"):
            bucketed([[1]], boundaries=[4], batch_size=1, **change)


@pytest.mark.usefixtures("unchecked")
def test_pad_id_may_be_numpys() -> None:
    assert pad([[1], []], pad_id=np.int64(-1))[0].tolist() == [[1], [-1]]


# --- buckets -----------------------------------------------------------------------------------------

BOUNDARIES = st.lists(st.integers(1, 12), min_size=1, max_size=4, unique=True).map(sorted)


@given(st.lists(st.integers(0, 15)), BOUNDARIES)
def test_length_buckets_equal_the_slow_reference(lengths, boundaries) -> None:
    expected = [next((i for i, b in enumerate(boundaries) if b >= n), len(boundaries) - 1) for n in lengths]
    buckets = length_buckets(lengths, boundaries)
    assert buckets.dtype == np.int32 and buckets.tolist() == expected


@pytest.mark.parametrize("boundaries", [[], [4, 4], [8, 4], [0, 4], [-1]], ids=str)
def test_boundaries_that_do_not_rise_are_refused(boundaries: list[int]) -> None:
    with pytest.raises(ValueError, match="boundaries="):
        length_buckets([1], boundaries)


@pytest.mark.usefixtures("unchecked")
def test_lengths_that_are_not_whole_are_refused() -> None:
    with pytest.raises(ValueError, match=r"^lengths=dtype\('float64'\): give whole numbers$"):
        length_buckets(np.array([1.5]), [4])


@given(
    SEQUENCES,
    BOUNDARIES,
    st.integers(1, 3),
    st.none() | st.integers(0, 99),
    st.sampled_from(["end", "start"]),
)
def test_batches_hold_each_sequence_once(sequences, boundaries, batch_size, seed, truncate) -> None:
    batches = list(
        bucketed(
            sequences, boundaries=boundaries, batch_size=batch_size, seed=seed, truncate=truncate, pad_id=9
        )
    )
    shapes = {batch.ids.shape for batch in batches}
    assert shapes <= {(batch_size, boundary) for boundary in boundaries}
    seen = [row for batch in batches for row in batch.rows[batch.real].tolist()]
    assert sorted(seen) == list(range(len(sequences)))
    for batch in batches:
        assert (
            batch.real.any()
            and (batch.lengths[~batch.real] == 0).all()
            and (batch.ids[~batch.real] == 9).all()
        )
        length = batch.ids.shape[1]
        own = [sequences[row] for row in batch.rows[batch.real]]
        rows, kept = slow(own, length, 9, truncate)
        assert batch.ids[batch.real].tolist() == rows and batch.lengths[batch.real].tolist() == kept
        shorter = [b for b in boundaries if b < length]
        assert all(len(sequence) > max(shorter, default=-1) for sequence in own)


def test_a_seed_draws_one_order() -> None:
    sequences = [[1] * (i % 9) for i in range(200)]

    def order(seed: int | None) -> list[int]:
        batches = bucketed(sequences, boundaries=(4, 8), batch_size=16, seed=seed)
        return [row for batch in batches for row in batch.rows.tolist()]

    assert order(1) == order(1) != order(2)
    in_order = [row for row in order(None) if row != ABSENT]
    assert in_order == sorted(range(200), key=lambda i: (len(sequences[i]) > 4, i))


def test_no_sequences_no_batches() -> None:
    assert list(bucketed([], boundaries=(4,), batch_size=2)) == []


@pytest.mark.parametrize(
    "change", [{"batch_size": 0}, {"boundaries": ()}, {"seed": -1}, {"pad_id": 2**40}], ids=str
)
def test_bucketed_fails_at_the_call(change: dict) -> None:
    with pytest.raises(ValueError, match=next(iter(change))):
        bucketed([[1]], **({"boundaries": (4,), "batch_size": 2} | change))


def test_real_reads_absent_rows() -> None:
    batch = Batch(np.zeros((2, 4), np.int32), np.zeros(2, np.int32), np.array([0, ABSENT], np.int32))
    assert batch.real.tolist() == [True, False]
