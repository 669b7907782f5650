"""Lines taken apart by compiled code and by NumPy: the same, and as Python would."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from embedlab.native import text

NUMBERS = st.one_of(
    st.floats().map(repr),
    st.floats(width=32).map(lambda x: f"{x:.6g}"),
    st.from_regex(r"[-+]?[0-9]{0,20}\.?[0-9]{0,20}([eE][-+]?[0-9]{1,3})?", fullmatch=True),
    st.sampled_from(
        ["nan", "-nan", "INF", "-infinity", "nan(1)", "1_0", "0x1", "+-1", "-", ".", "1e", "1\x0b"]
    ),
)
LINES = st.lists(
    st.lists(st.one_of(NUMBERS, st.text("ab é\r\t", max_size=4)), max_size=5).map(" ".join), max_size=6
).map(lambda lines: "\n".join(lines).encode())


@pytest.fixture
def compiled() -> None:
    if text._compiled() is None:
        pytest.skip("no compiled parser: no C++ compiler is found")


@pytest.mark.usefixtures("compiled")
@settings(max_examples=200, deadline=None)
@given(block=LINES, dim=st.integers(1, 4))
def test_both_find_the_same_spans_and_numbers(block: bytes, dim: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        fast = text.spans(block, dim)
        patch.setenv("EMBEDLAB_NATIVE", "0")
        slow = text.spans(block, dim)
    whole = fast.stops >= 0
    np.testing.assert_array_equal(fast.stops, slow.stops)
    np.testing.assert_array_equal(fast.starts, slow.starts)
    for a, b in zip(fast[2:], slow[2:], strict=True):
        np.testing.assert_array_equal(a[whole], b[whole])
    firsts, ends = fast.firsts[whole], fast.ends[whole]
    with pytest.MonkeyPatch.context() as patch:
        numbers, done = text.numbers(block, firsts, ends, dim)
        patch.setenv("EMBEDLAB_NATIVE", "0")
        others, also = text.numbers(block, firsts, ends, dim)
    # Of numbers beyond a double the compiled parser leaves the row to Python.
    assert done <= also
    np.testing.assert_array_equal(numbers[:done], others[:done])


@pytest.mark.usefixtures("compiled")
@settings(max_examples=200, deadline=None)
@given(number=NUMBERS)
def test_a_number_is_that_of_python(number: str) -> None:
    block = number.encode()
    found, done = text.numbers(block, np.array([0]), np.array([len(block)]), 1)
    try:
        value = float(number) if not set(number) & set("_\x0b") and number.isascii() else None
    except ValueError:
        value = None
    if value is None:
        assert done == 0
    elif done:
        np.testing.assert_array_equal(found, [[value]])
        assert np.signbit(found[0, 0]) == np.signbit(value) or np.isnan(value)
    else:  # it overflows or underflows
        assert value == 0 or np.isinf(value)


@pytest.mark.usefixtures("compiled")
@settings(max_examples=200, deadline=None)
@given(
    block=st.text("ab \n", max_size=60).map(str.encode),
    at=st.integers(0, 5),
    width=st.integers(1, 5),
    gap=st.integers(0, 1),
    longest=st.integers(1, 9),
    most=st.integers(0, 9),
)
def test_both_find_the_same_records(
    block: bytes, at: int, width: int, gap: int, longest: int, most: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        fast = text.records(block, at, width, gap, longest, most)
        patch.setenv("EMBEDLAB_NATIVE", "0")
        slow = text.records(block, at, width, gap, longest, most)
    for a, b in zip(fast, slow, strict=True):
        np.testing.assert_array_equal(a, b)


def test_lines_of_every_form() -> None:
    block = b"a 1 2\nb\t3  4 \r\n\n x 5 6\nc d 7 8\ne 9\nf 1 2"
    found = text.spans(block, 2)
    words = [block[a:b] if b >= 0 else None for a, b in zip(found.starts, found.stops, strict=True)]
    assert words == [b"a", b"b", None, None, b"c d", None, b"f"]
    values = [block[a:b] for a, b in zip(found.firsts, found.ends, strict=True)]
    assert [values[i] for i in (0, 1, 4, 6)] == [b"1 2", b"3  4", b"7 8", b"1 2"]
