"""Pickles are read, and nothing in them is run."""

from __future__ import annotations

import collections
import os
import pickle
import pickletools
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from experiments.data.pickles import read_pickle


def written(folder: Path, value: Any) -> Path:
    path = folder / "value.pickle"
    path.write_bytes(value if isinstance(value, bytes) else pickle.dumps(value, protocol=2))
    return path


class Runs:
    """Unpickled by pickle, it makes a file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, (str(self.path),)


@pytest.mark.parametrize("dtype", ["float32", ">i4", "int64", "bool", "uint8"])
def test_arrays(tmp_path: Path, dtype: str) -> None:
    array = (np.arange(12).reshape(3, 4) % 3).astype(dtype)
    for given in (array, np.asfortranarray(array), array[:0]):
        found = read_pickle(written(tmp_path, given))
        np.testing.assert_array_equal(found, given)
        assert found.dtype == given.dtype


def test_sparse_matrices(tmp_path: Path) -> None:
    matrix = csr_matrix(np.eye(4, 6, dtype=np.float32))
    found = read_pickle(written(tmp_path, matrix))
    np.testing.assert_array_equal(found.toarray(), matrix.toarray())


def test_lists_by_key(tmp_path: Path) -> None:
    lists = collections.defaultdict(list, {0: [1, 2, 300], 70_000: [], 1: [0]})
    assert read_pickle(written(tmp_path, lists)) == dict(lists)


def test_a_malicious_pickle_runs_nothing(tmp_path: Path) -> None:
    target = tmp_path / "made"
    path = written(tmp_path, Runs(target))
    with pytest.raises(ValueError, match=r"value\.pickle, byte \d+: it names 'posix\.mkdir'"):
        read_pickle(path)
    assert not target.exists()
    pickle.loads(path.read_bytes())  # it does run where pickle itself reads it
    assert target.exists()


@pytest.mark.parametrize(
    "program",
    [
        b"cbuiltins\neval\n(S'1+1'\ntR.",
        b"(S'echo'\nios\nsystem\n.",  # INST
        b"\x80\x02c__builtin__\nlist\n)R.",  # a list is a name alone
        b"\x80\x02cnumpy\ndtype\n\x8c\x01O\x85R.",
        b"\x80\x04\x8c\x02os\x8c\x06system\x93.",  # STACK_GLOBAL
        b"\x80\x02U\x02ab}b.",  # BUILD of a string
        b"\x80\x02\x82\x01.",  # EXT1
        b"\x80\x02Pname\n.",  # PERSID
    ],
)
def test_other_operations_are_refused(tmp_path: Path, program: bytes) -> None:
    with pytest.raises(ValueError, match=r"value\.pickle"):
        read_pickle(written(tmp_path, program))


def test_arrays_of_objects_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="type 'O8'"):
        read_pickle(written(tmp_path, np.array([{}, None], object)))


def test_a_shape_that_is_not_there_is_refused(tmp_path: Path) -> None:
    raw = pickle.dumps(np.zeros(7, np.uint8), protocol=2)
    assert raw.count(b"K\x07") == 1
    with pytest.raises(ValueError, match="shape"):
        read_pickle(written(tmp_path, raw.replace(b"K\x07", b"K\x63")))


def test_a_matrix_whose_places_lie_outside_is_refused(tmp_path: Path) -> None:
    matrix = csr_matrix(np.eye(4, 6, dtype=np.float32))
    matrix.indices[2] = 77
    with pytest.raises(ValueError, match="damaged"):
        read_pickle(written(tmp_path, matrix))


def test_each_cut_is_refused(tmp_path: Path) -> None:
    whole = pickle.dumps(np.arange(9), protocol=2)
    for length in range(len(whole)):
        with pytest.raises(ValueError, match=r"value\.pickle"):
            read_pickle(written(tmp_path, whole[:length]))


def test_each_damaged_byte_is_refused_or_read(tmp_path: Path) -> None:
    """No flipped byte has another error than a ValueError; some change a number alone."""
    whole = pickle.dumps({3: [1, 2], 4: [500]}, protocol=2)
    refused = 0
    for place in range(len(whole)):
        for bit in (1, 64, 128):
            damaged = bytearray(whole)
            damaged[place] ^= bit
            try:
                read_pickle(written(tmp_path, bytes(damaged)))
            except ValueError:
                refused += 1
    assert refused > len(whole) / 2
    assert len(list(pickletools.genops(whole))) > 5
