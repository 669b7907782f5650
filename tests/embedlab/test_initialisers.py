"""Initialisers: what they draw, that they are values, and what a file must hold."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import pickle
import re
import tracemalloc
from fractions import Fraction
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from embedlab import Constant, Dense, FromArray, Hashed, Normal, ScaledNormal, Subword, Uniform
from embedlab.checks import TABLE_DTYPES
from embedlab.initialisers import Initialiser, draw
from tests.embedlab.npy_files import Trap, header

KEY = jax.random.key(0)
DRAWN = (Normal(0.3), ScaledNormal(2.0), Uniform(-0.5, 1.0), Constant(0.25))


@pytest.mark.parametrize("initialiser", DRAWN, ids=repr)
def test_it_is_a_value_and_draws_the_same_twice(initialiser: Any) -> None:
    assert isinstance(initialiser, Initialiser)
    assert eval(repr(initialiser)) == initialiser and hash(eval(repr(initialiser))) == hash(initialiser)
    first, again = (initialiser(KEY, 5, 3, "float32") for _ in range(2))
    np.testing.assert_array_equal(first, again)
    assert first.shape == (5, 3)


@pytest.mark.parametrize(
    "initialiser", [*DRAWN, Normal(np.float64(0.3)), ScaledNormal(np.float64(2.0))], ids=repr
)
def test_the_dtype_is_the_tables(initialiser: Any, x64: None) -> None:
    assert [initialiser(KEY, 5, 3, dtype).dtype.name for dtype in TABLE_DTYPES] == list(TABLE_DTYPES)


@pytest.mark.parametrize(
    ("initialiser", "mean", "deviation"),
    [
        (Normal(0.3), 0, 0.3),
        (ScaledNormal(2.0), 0, 2 / np.sqrt(50)),
        (Uniform(-0.5, 1.0), 0.25, 1.5 / np.sqrt(12)),
        (Constant(0.25), 0.25, 0),
    ],
    ids=repr,
)
def test_moments(initialiser: Any, mean: float, deviation: float) -> None:
    table = np.asarray(initialiser(KEY, 2000, 50, "float32"))  # 100,000 numbers
    assert abs(table.mean() - mean) < 0.01
    assert abs(table.std() - deviation) < 0.01


def test_uniform_keeps_its_bounds() -> None:
    table = Uniform(-0.5, 1.0)(KEY, 2000, 50, "float32")
    assert -0.5 <= table.min() < -0.49 and 0.99 < table.max() < 1.0


def test_scaled_normal_rows_have_the_length_of_its_scale() -> None:
    for width in (4, 400):
        table = ScaledNormal(3.0)(KEY, 4000, width, "float32")
        assert abs(float((table**2).sum(1).mean()) - 9) < 0.5


TENTH = np.float32(0.1)


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Normal, (TENTH,)),
        (Normal, (np.float16(0.5),)),
        (Normal, (np.int64(3),)),
        (Normal, (1,)),
        (Normal, (Fraction(1, 4),)),
        (ScaledNormal, (TENTH,)),
        (Uniform, (-TENTH, TENTH)),
        (Constant, (TENTH,)),
    ],
    ids=str,
)
def test_numbers_of_every_type_are_held_as_floats(one: Any, other: tuple[Any, ...]) -> None:
    plain, taken = one(*map(float, other)), one(*other)
    assert taken == plain and hash(taken) == hash(plain) and repr(taken) == repr(plain)
    fields = dataclasses.asdict(taken)
    assert one(**json.loads(json.dumps(fields))) == taken
    np.testing.assert_array_equal(taken(KEY, 3, 2, "float32"), plain(KEY, 3, 2, "float32"))


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize(
    "value",
    ["0.1", None, True, np.True_, 1j, np.ones(1), 10**400, np.float32("nan"), np.float32("inf")],
    ids=repr,
)
def test_what_is_no_finite_number(value: Any) -> None:
    for make, field in ((Normal, "stddev"), (ScaledNormal, "scale"), (Uniform, "low"), (Constant, "value")):
        with pytest.raises(ValueError, match=rf"^{field}={re.escape(repr(value))}: give a finite number$"):
            make(value)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Normal(-1.0), r"stddev=-1.0: give a standard deviation of zero or more"),
        (lambda: Normal(float("nan")), r"stddev=nan: give a finite number"),
        (lambda: ScaledNormal(-1.0), r"scale=-1.0: give a length of zero or more"),
        (lambda: ScaledNormal(float("inf")), r"scale=inf: give a finite number"),
        (lambda: Uniform(0.5, 0.1), r"low=0.5: give a bound that is not above high=0.1"),
        (lambda: Uniform(0.5, float("inf")), r"high=inf: give a finite number"),
        (lambda: Constant(float("nan")), r"value=nan: give a finite number"),
    ],
)
def test_refusals(make: Any, message: str) -> None:
    with pytest.raises(ValueError, match=f"^{message}$"):
        make()


# --- drawn for a kind --------------------------------------------------------------------------------

KINDS = (
    Dense(3, 2, dtype="float64"),
    Hashed(10, 2, buckets=3, importance=4, dtype="float64"),
    Subword(1, 2, buckets=2, dtype="float64"),
)
WORDS = {"ngrams": np.zeros((1, 1), np.int32)}


@pytest.mark.parametrize("spec", KINDS, ids=lambda spec: type(spec).__name__)
def test_float64_needs_the_64_bit_mode(spec: Any) -> None:
    with pytest.raises(
        ValueError, match=r"^dtype='float64': set jax.config.update\('jax_enable_x64', True\)"
    ):
        spec.init(KEY, WORDS)
    with jax.enable_x64(True):
        assert {table.dtype.name for table in spec.init(KEY, WORDS).tables.values()} == {"float64"}


@dataclasses.dataclass(frozen=True)
class Zeros:
    """A user's own, which may be wrong."""

    rows: int = 3
    dtype: str = "float32"

    def __call__(self, key: Any, rows: int, width: int, dtype: str) -> Any:
        return np.zeros((self.rows, width), self.dtype)


def test_an_initialiser_of_ones_own() -> None:
    assert isinstance(Dense(3, 2, Zeros()).init(KEY).tables["table"], jax.Array)


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize(
    ("own", "found"), [(Zeros(rows=1), r"float32 \(1, 2\)"), (Zeros(dtype="int32"), r"int32 \(3, 2\)")]
)
def test_a_table_that_is_not_the_one_asked_for(own: Zeros, found: str) -> None:
    with pytest.raises(
        ValueError, match=rf"^initialiser=Zeros\(.*\): it drew {found}; it is to draw float32 \(3, 2\)"
    ):
        draw(own, KEY, (3, 2), "float32")


@dataclasses.dataclass
class Thawed:
    """Not frozen, so without a hash."""

    def __call__(self, key: Any, rows: int, width: int, dtype: str) -> Any:
        return np.zeros((rows, width), dtype)


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize(
    "initialiser",
    [None, 0.1, "normal", Normal, jax.nn.initializers.normal(), Thawed(), Dense(3, 2)],
    ids=lambda value: getattr(value, "__name__", type(value).__name__),
)
def test_what_is_no_initialiser(initialiser: Any) -> None:
    remedy = r": give a frozen dataclass that draws a table, such as Normal\(0.1\)$"
    for make in (
        lambda: Dense(3, 2, initialiser=initialiser),
        lambda: Hashed(3, 2, buckets=2, initialiser=initialiser),
        lambda: Subword(3, 2, buckets=2, initialiser=initialiser),
    ):
        with pytest.raises(ValueError, match="^initialiser=.*" + remedy):
            make()
    with pytest.raises(ValueError, match="^importance_initialiser=.*" + remedy):
        Hashed(3, 2, buckets=2, importance_initialiser=initialiser)


# --- from a file -------------------------------------------------------------------------------------


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "table.npy"
    np.save(path, np.arange(6.0).reshape(3, 2))
    return path


def test_a_table_comes_out_of_its_file(file: Path) -> None:
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    spec = Dense(3, 2, initialiser=FromArray(str(file), digest))
    table = spec.init(KEY).tables["table"]
    np.testing.assert_array_equal(table, np.arange(6.0, dtype=np.float32).reshape(3, 2), strict=True)
    assert "array(" not in repr(spec) and hash(spec) == hash(Dense(3, 2, FromArray(str(file), digest)))


def read(path: Path, *, rows: int = 3, sha256: str = "") -> Any:
    return FromArray(str(path), sha256)(KEY, rows, 2, "float32")


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    for path in (tmp_path / "none.npy", tmp_path):
        with pytest.raises(ValueError, match=r"^path='.*': there is no such file; give a .npy file"):
            read(path)


def test_a_file_that_was_changed(file: Path) -> None:
    wanted = hashlib.sha256(file.read_bytes()).hexdigest()
    changed = bytearray(file.read_bytes())
    changed[-1] ^= 1
    file.write_bytes(changed)
    with pytest.raises(ValueError, match=rf"^sha256='{wanted}': .* has the digest [0-9a-f]{{64}}"):
        read(file, sha256=wanted)


def test_a_file_of_another_shape(file: Path) -> None:
    with pytest.raises(ValueError, match=r"^path='.*': its shape is \(3, 2\), the table's \(4, 2\)"):
        read(file, rows=4)


def test_a_file_of_whole_numbers_is_refused(file: Path) -> None:
    np.save(file, np.ones((3, 2), np.int32))
    with pytest.raises(ValueError, match=r"^path='.*': it holds int32, not floats"):
        read(file)


@pytest.mark.parametrize("cut", [0, 5, 60, -1])
def test_a_file_that_was_cut(file: Path, cut: int) -> None:
    file.write_bytes(file.read_bytes()[:cut])
    with pytest.raises(ValueError, match=r"^path='.*': not a plain .npy array"):
        read(file)


def test_a_header_that_promises_terabytes(file: Path) -> None:
    file.write_bytes(header("<f4", (10**12, 64)).ljust(1024, b"\0"))
    tracemalloc.start()
    with pytest.raises(
        ValueError, match=r"^path='.*': not a plain .npy array \(its header names float32 \(10000"
    ):
        FromArray(str(file))(KEY, 10**12, 64, "float32")
    assert tracemalloc.get_traced_memory()[1] < 10**7
    tracemalloc.stop()


def test_a_file_of_another_shape_is_not_read(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(np, "load", None)
    test_a_file_of_another_shape(file)
    test_a_file_of_whole_numbers_is_refused(file)


@pytest.mark.usefixtures("unchecked")
def test_a_path_is_a_string(file: Path) -> None:
    with pytest.raises(ValueError, match=r"^path=PosixPath\(.*: give a string$"):
        FromArray(file)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=r"^sha256=None: give a string$"):
        FromArray(str(file), None)  # type: ignore[arg-type]


def test_nothing_in_a_pickle_is_run(tmp_path: Path) -> None:
    sprung = tmp_path / "sprung"
    objects, pickled = tmp_path / "objects.npy", tmp_path / "pickled.npy"
    np.save(objects, np.array([[Trap(sprung)]], object), allow_pickle=True)
    pickled.write_bytes(pickle.dumps(Trap(sprung)))
    for path in (objects, pickled):
        with pytest.raises(ValueError, match=r"^path='.*': not a plain .npy array"):
            read(path)
    assert not sprung.exists()


def test_an_archive_is_no_array(tmp_path: Path) -> None:
    np.savez(tmp_path / "table.npz", table=np.ones((3, 2)))
    with pytest.raises(ValueError, match=r"^path='.*': "):
        read(tmp_path / "table.npz")


def test_float64_files_are_cast_to_the_tables_dtype(file: Path) -> None:
    assert read(file).dtype == jnp.float32


@pytest.mark.parametrize(("value", "dtype"), [(1e60, "float32"), (-7e4, "float16")])
def test_a_constant_that_the_type_does_not_hold(value: float, dtype: str) -> None:
    with pytest.raises(ValueError, match=re.escape(f"value={value}: {dtype} has no number beyond")):
        Constant(value)(KEY, 2, 3, dtype)


@pytest.mark.slow
@pytest.mark.parametrize("initialiser", [Normal(0.5), ScaledNormal(), Uniform(-1.0, 1.0)])
def test_a_large_table_is_drawn_in_pieces(initialiser: Any) -> None:
    """Above 2²⁴ entries: every piece differs, none is left out, and little memory is needed beside it."""
    rows, width = 300_007, 64
    table = initialiser(jax.random.key(0), rows, width, "float32")
    assert table.shape == (rows, width)
    np.testing.assert_array_equal(table, initialiser(jax.random.key(0), rows, width, "float32"))
    first = np.asarray(table[:, 0])
    assert len(np.unique(first)) > 0.9 * rows and (first != 0).all()
    small = initialiser(jax.random.key(1), 10_000, width, "float32")
    assert abs(float(table.std()) / float(small.std()) - 1) < 0.01
    compiled = (
        jax.jit(lambda key: initialiser(key, rows, width, "float32")).lower(jax.random.key(0)).compile()
    )
    assert compiled.memory_analysis().temp_size_in_bytes < 0.3 * rows * width * 4
