"""What a `.npy` file says it holds, told before any of it is read."""

from __future__ import annotations

import io
import math
import os

import numpy as np
from numpy.lib import format as npy


def npy_header(file: io.BufferedIOBase) -> tuple[tuple[int, ...], np.dtype]:
    """The shape and the dtype that a `.npy` file's header names, checked against the file's length.

    A header is a few bytes that anybody can write: by itself it would have `np.load` ask for any amount of
    memory. After this call `np.load(file, allow_pickle=False)` takes no more than the file is long.

    Args:
        file: the file, open at its start; it is left there.

    Returns:
        The shape and the dtype.

    Raises:
        ValueError: it has no header of a plain array, or is shorter than its header says.

    Example:
        >>> import io
        >>> file = io.BytesIO()
        >>> np.save(file, np.ones((3, 2), np.float32))
        >>> _ = file.seek(0)
        >>> npy_header(file)
        ((3, 2), dtype('float32'))

    Source: the `.npy` format of NumPy (NEP 1).
    """
    shape, dtype = _read(file)
    start, end = file.tell(), file.seek(0, os.SEEK_END)
    file.seek(0)
    if dtype.hasobject:
        raise ValueError("it holds Python objects, which only unpickling would give back")
    if not all(0 <= size < 2**63 for size in shape):
        raise ValueError(f"its header names the shape {shape}")
    wanted = math.prod(shape) * dtype.itemsize
    if wanted > end - start:
        raise ValueError(f"its header names {dtype} {shape}, {wanted} bytes; it has {end - start}")
    return shape, dtype


def _read(file: io.BufferedIOBase) -> tuple[tuple[int, ...], np.dtype]:
    # Format 3.0 is that of records whose fields have names beyond Latin 1.
    readers = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}
    try:
        version = npy.read_magic(file)
        shape, _, dtype = readers[version](file)
    except KeyError:
        raise ValueError(f"version {version} of the format is not one of plain arrays") from None
    except Exception as error:  # the header is a Python literal: whatever reading one may raise
        raise ValueError(str(error)) from None
    return shape, dtype
