"""The header of a `.npy` file: what it says, and that it is not believed."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from embedlab.npy import npy_header
from tests.embedlab.npy_files import header


def written(array: Any, version: tuple[int, int] | None = None) -> bytes:
    file = io.BytesIO()
    np.lib.format.write_array(file, np.asarray(array), version=version)
    return file.getvalue()


@pytest.mark.parametrize("version", [None, (1, 0), (2, 0)])
@pytest.mark.parametrize("shape", [(), (3,), (3, 2), (0, 5), (2, 0), (1, 2, 3)])
@pytest.mark.parametrize("dtype", ["float16", "<f4", ">f8", "int64", "bool", "<U3"])
def test_it_is_what_numpy_reads(version: Any, shape: tuple[int, ...], dtype: str) -> None:
    file = io.BytesIO(written(np.zeros(shape, dtype), version))
    assert npy_header(file) == (shape, np.dtype(dtype))
    assert np.load(file, allow_pickle=False).shape == shape  # the file is at its start


@pytest.mark.parametrize("shape", [(10**12, 64), (10**30,), (2**40, 2**40), (5, 52), (257,)], ids=str)
def test_more_than_the_file_holds(shape: tuple[int, ...]) -> None:
    with pytest.raises(
        ValueError, match=r"^its header names float32 \(.*\), \d+ bytes; it has 1024$|^its header"
    ):
        npy_header(io.BytesIO(header("<f4", shape) + bytes(1024)))
    npy_header(io.BytesIO(header("<f4", (256,)) + bytes(1024)))


@pytest.mark.parametrize("shape", [(-1,), (-2, -2), (2**63, 0)], ids=str)
def test_shapes_that_no_array_has(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match=r"^its header names the shape \("):
        npy_header(io.BytesIO(header("<f4", shape) + bytes(1024)))


def test_what_only_a_pickle_holds() -> None:
    with pytest.raises(ValueError, match=r"^it holds Python objects"):
        npy_header(io.BytesIO(header("|O", (1,)) + b"cos\nsystem\n(S'true'\ntR."))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x93NUMPY",
        b"\x93NUMPY\x01\x00\xff\xff{}",
        b"\x93NUMPY\x03\x00\x02\x00\x00\x00{}",
        b"\x93NUMPY\x09\x09\x02\x00{}",
        b"PK\x03\x04 an archive",
        header("<f4", (1,), "'more': 1"),
        header("nonsense", (1,)),
        header("<f4", "shape"),  # type: ignore[arg-type]
        b"\x93NUMPY\x01\x00\x10\x27" + b"(" * 10_000,
        b"\x93NUMPY\x01\x00\x10\x27" + b"-" * 10_000,
        b"\x93NUMPY\x02\x00\x00\x00\x00\x7f" + b"{" * 20_000,
    ],
    ids=lambda data: repr(data[:12]),
)
def test_what_is_no_header(data: bytes) -> None:
    with pytest.raises(ValueError):
        npy_header(io.BytesIO(data))


@given(st.binary(max_size=120), st.integers(0, 79))
def test_no_damage_gets_through_as_another_error(damage: bytes, place: int) -> None:
    whole = bytearray(written(np.ones((3, 2), np.float32)))
    whole[place : place + len(damage)] = damage
    try:
        shape, dtype = npy_header(io.BytesIO(bytes(whole)))
    except ValueError:
        return
    assert np.prod(shape, dtype=object) * dtype.itemsize <= len(whole)
