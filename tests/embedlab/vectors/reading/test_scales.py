"""Tables whose rows have a scale: they are read as what they stand for, or refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import save_file

from embedlab.vectors import Vectors, read, write

WORDS = ("cat", "dog", "sun")
STEPS = np.array([[127, -2], [0, 0], [-127, 64]], np.int8)
SCALES = np.float32([0.5, 0, 1e-3])
MEANT = STEPS * SCALES[:, None]


@pytest.fixture
def npy(tmp_path: Path) -> Path:
    np.save(tmp_path / "a.npy", STEPS)
    np.save(tmp_path / "a.scale.npy", SCALES)
    (tmp_path / "a.words.txt").write_text("cat\ndog\nsun\n")
    return tmp_path / "a.npy"


def tensors(folder: Path, **named: np.ndarray) -> Path:
    """A safetensors file of tensors, `__` for a dot in their names."""
    path = folder / "b.safetensors"
    (folder / "words.txt").write_text("cat\ndog\nsun\n")
    save_file({name.replace("__", "."): np.ascontiguousarray(x) for name, x in named.items()}, path)
    return path


def test_rows_are_multiplied(npy: Path, tmp_path: Path) -> None:
    one, other = npy, tensors(tmp_path, embedding__weight=STEPS, embedding__scale=SCALES)
    for path in (one, other):
        np.testing.assert_array_equal(read(path).matrix, MEANT, strict=True)
        assert read(path, only=["sun"]).words == ("sun",)
        np.testing.assert_array_equal(read(path, only=["sun"]).matrix, MEANT[2:], strict=True)
    floats = tensors(
        tmp_path, embeddings=MEANT, weights=SCALES.astype(np.float64)
    )  # as model2vec weighs words
    np.testing.assert_allclose(read(floats).matrix, MEANT * SCALES[:, None])
    plain = tensors(tmp_path, other=MEANT, weights=SCALES)  # of another name: it is something else
    np.testing.assert_array_equal(read(plain).matrix, MEANT)


@pytest.mark.parametrize(
    ("scales", "message"),
    [
        (SCALES[:2], r"a\.scale\.npy holds float32 \(2,\); float \(3,\) is expected"),
        (SCALES[:, None], r"a\.scale\.npy holds float32 \(3, 1\); float \(3,\) is expected"),
        (STEPS[:, 0], r"a\.scale\.npy holds int8 \(3,\); float \(3,\) is expected"),
        (np.float32([np.inf, np.inf, 1]), r"row 0: the vector of 'cat' holds (inf|nan)"),
        (None, r"it holds int8 \(3, 2\); .*, or int8 with its scales beside it, in a\.scale\.npy"),
    ],
)
def test_scales_that_do_not_fit_an_npy(npy: Path, scales: Any, message: str) -> None:
    npy.with_name("a.scale.npy").unlink()
    if scales is not None:
        np.save(npy.with_name("a.scale.npy"), scales)
    with pytest.raises(ValueError, match=rf"^path='.*': .*{message}"):
        read(npy)


@pytest.mark.parametrize(
    ("named", "message"),
    [
        (
            {"embedding__weight": STEPS},
            "holds int8; floats .*, or whole numbers with 'embedding.scale', float",
        ),
        ({"table": STEPS, "embedding__scale": SCALES}, "'table' holds int8; floats are expected"),
        (
            {"embedding__weight": STEPS, "embedding__scale": SCALES[:2]},
            r"'embedding.scale' has shape \[2\]; one",
        ),
        (
            {"embedding__weight": STEPS, "embedding__scale": STEPS[:, 0]},
            "'embedding.scale' holds int8; floats",
        ),
        ({"embeddings": MEANT, "mapping": np.arange(3)}, "words share rows of its table, by its 'mapping'"),
    ],
)
def test_scales_that_do_not_fit_a_tensor(named: dict[str, Any], message: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=rf"^path='.*': .*{message}"):
        read(tensors(tmp_path, **named))


@pytest.mark.parametrize("format", ["npy", "safetensors"])
def test_files_cut_at_any_byte(format: Any, tmp_path: Path) -> None:
    path = tmp_path / f"c.{format}"
    written = write(Vectors(WORDS, np.float32([[1, 2], [3, 4], [5, 6]])), path, format=format, dtype="int8")
    for file in written.files:
        whole = file.read_bytes()
        for size in range(len(whole)):
            file.write_bytes(whole[:size])
            with pytest.raises(ValueError, match=r"^path="):
                read(path)
        file.write_bytes(whole)
    assert read(path).words == WORDS
