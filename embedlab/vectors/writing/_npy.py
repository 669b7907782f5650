"""A table as NumPy's `.npy`; its words beside it, one a line, and of int8 its scales."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from embedlab.vectors.reading._npy import scale_path
from embedlab.vectors.writing._numbers import Numbers
from embedlab.vectors.writing._writable import Content, Writable


def npy_files(path: Path, raw: Sequence[bytes], numbers: Numbers) -> dict[Path, Content]:
    """What `NAME.npy`, `NAME.words.txt` and, of int8, `NAME.scale.npy` are made of.

    Args:
        path: of the `.npy`.
        raw: the words as UTF-8.
        numbers: [words, dim].

    Returns:
        Path → what writes that file, the table last.

    Example:
        >>> numbers = Numbers(["cat"], np.float32([[1, 2]]), "int8")
        >>> [file.name for file in npy_files(Path("a.npy"), [b"cat"], numbers)]
        ['a.words.txt', 'a.scale.npy', 'a.npy']

    Source: the `.npy` format of NumPy (NEP 1), which has no bfloat16.
    """
    files: dict[Path, Content] = {
        path.with_name(f"{path.stem}.words.txt"): lambda file: file.write(b"".join(w + b"\n" for w in raw))
    }
    if numbers.dtype == np.int8:
        files[scale_path(path)] = lambda file: np.save(file, numbers.scales, allow_pickle=False)
    files[path] = lambda file: _write_table(file, numbers)
    return files


def _write_table(file: Writable, numbers: Numbers) -> None:
    header = {"descr": numbers.dtype.str, "fortran_order": False, "shape": numbers.shape}
    np.lib.format.write_array_header_1_0(file, header)
    for part in numbers.parts():
        file.write(part.tobytes())
