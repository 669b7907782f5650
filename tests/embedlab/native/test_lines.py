"""Numbers as text: they come back bit for bit, and compiled code and NumPy write the same bytes."""

from __future__ import annotations

import numpy as np
import pytest

from embedlab.native import build, text

F32, F64 = np.finfo(np.float32), np.finfo(np.float64)


def patterns(dtype: str, count: int) -> np.ndarray:
    """Finite numbers of any bits, and those at which the way of writing changes."""
    rng = np.random.default_rng(0)
    kind = np.dtype(dtype)
    bits = rng.integers(0, 1 << 8 * kind.itemsize - 1, count, np.uint64, endpoint=True)
    found = bits.astype(f"u{kind.itemsize}").view(kind)
    found = found[np.isfinite(found)]
    powers = np.array([m * 10.0**e for e in range(-30, 30) for m in (1, 9.99, 2.5, 1.2345678)])
    twos = np.exp2(np.arange(-126, 127, dtype=np.float64))
    limits = [0.0, 1e-4, 1e6, 1e16, 1 << 24, F32.max, F32.tiny, F32.smallest_subnormal, 7.0385307e-26]
    special = np.concatenate([powers, twos, limits]).astype(kind)
    if dtype == "float64":
        special = np.append(special, [F64.max, F64.tiny, F64.smallest_subnormal])
    near = np.concatenate([np.nextafter(special, kind.type(0)), special, special * kind.type(0.75)])
    return np.concatenate([found, near, -near])


def written(numbers: np.ndarray, monkeypatch: pytest.MonkeyPatch, native: bool) -> bytes:
    monkeypatch.setenv("EMBEDLAB_NATIVE", "1" if native else "0")
    return text.lines(None, numbers[:, None])


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("native", [True, False])
def test_every_number_comes_back(dtype: str, native: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    numbers = patterns(dtype, 20_000)
    lines = written(numbers, monkeypatch, native).split()
    # As readers do it: float64 first, whatever it is to be.
    found = np.array([float(line) for line in lines]).astype(dtype)
    assert found.tobytes() == numbers.tobytes()


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_compiled_and_numpy_write_the_same(dtype: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if not build.wanted() or text._library() is None:
        pytest.skip("no compiler here")
    numbers = patterns(dtype, 50_000)
    compiled = written(numbers, monkeypatch, True)
    assert compiled == written(numbers, monkeypatch, False)


@pytest.mark.parametrize("native", ["1", "0"])
def test_how_numbers_look(native: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EMBEDLAB_NATIVE", native)
    numbers = np.array([[0.1, -0.0, 1, 1e-4, 9.9999e-5, 999999, 1e6, 1e16, 123456.7, -1e-45]])
    single = b"w 0.1 -0.0 1.0 1e-04 9.9999e-05 999999.0 1e+06 1e+16 123456.7 -1e-45\n"
    double = b"w 0.1 -0.0 1.0 0.0001 9.9999e-05 999999.0 1000000.0 1e+16 123456.7 -1e-45\n"
    assert text.lines([b"w"], numbers.astype(np.float32)) == single
    assert text.lines([b"w"], numbers) == double


@pytest.mark.parametrize("native", ["1", "0"])
def test_words_and_no_rows(native: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EMBEDLAB_NATIVE", native)
    numbers = np.float32([[1, 2], [3, 4], [5, 6]])
    words = ["né".encode(), b"", b"c"]
    assert text.lines(words, numbers) == "né 1.0 2.0\n3.0 4.0\nc 5.0 6.0\n".encode()
    assert text.lines(words[::2], numbers[::2]) == "né 1.0 2.0\nc 5.0 6.0\n".encode()
    assert text.lines(None, numbers.T, b"\t") == b"1.0\t3.0\t5.0\n2.0\t4.0\t6.0\n"
    assert text.lines([], numbers[:0]) == b""


@pytest.mark.usefixtures("unchecked")
def test_other_types_are_refused() -> None:
    with pytest.raises(ValueError, match=r"^numbers\.dtype='float16': give float32 or float64$"):
        text.lines([b"a"], np.ones((1, 2), np.float16))
