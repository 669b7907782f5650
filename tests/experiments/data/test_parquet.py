"""Parquet: the column types there are, and files that are none."""

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from experiments.data import Parquet


@pytest.fixture
def table(tmp_path):
    def put(**columns):
        pq.write_table(pa.table(columns), tmp_path / "t.parquet")
        return str(tmp_path / "t.parquet")

    return put


@pytest.mark.parametrize("text", [pa.string(), pa.large_string(), pa.dictionary(pa.int32(), pa.string())])
@pytest.mark.parametrize(
    "labels, classes",
    [
        (pa.array([3, 1, 3], pa.int8()), ("1", "3")),
        (pa.array([True, False, True]), ("false", "true")),
        (pa.array(["b", "a", "b"]).dictionary_encode(), ("a", "b")),
        (pa.array([4.5, 1.0, 4.5]), ("1.0", "4.5")),
    ],
)
def test_types_of_columns(text, labels, classes, table):
    data = Parquet(path=table(n=[1, 2, 3], text=pa.array(["x", "y", "z"]).cast(text), label=labels)).load()
    assert data.texts == ("x", "y", "z") and data.classes == classes and data.labels.tolist() == [1, 0, 1]


def test_many_batches_keep_their_order(table):
    texts = [f"text {i}" for i in range(150_000)]
    assert list(Parquet(path=table(text=texts, label=[i % 3 for i in range(150_000)])).load().texts) == texts


@pytest.mark.parametrize(
    "text, label, message",
    [
        (["a", None], [1, 2], "row 2: text=None"),
        (["a", "b"], [1, None], "row 2: .*label=None"),
        ([1, 2], [1, 2], "row 1: text=1"),
        (["a", "b"], [[1, 2], [2]], "row 1: 2 labels .'1', '2'.; give each row one"),
        (["a", "b"], [1.0, float("nan")], "row 2: .*label=nan"),
        ([b"a", b"b"], [1, 2], "row 1: text=b'a'"),
        (["a", "b"], pa.array([1, 2**62], pa.timestamp("us")), "column 'label' is of type timestamp"),
        (
            ["a", "b"],
            pa.array([1, 2], pa.timestamp("ns")),
            "'label' is of type timestamp.*write it as strings",
        ),
    ],
)
def test_wrong_values_are_reported_by_row(text, label, message, table):
    with pytest.raises(ValueError, match=message):
        Parquet(path=table(text=text, label=label)).load()


def test_a_missing_column_lists_those_there_are(table):
    with pytest.raises(ValueError, match=r"label='label'.*columns are 'lable', 'text'"):
        Parquet(path=table(text=["a"], lable=[1])).load()


def test_another_format_is_refused(write):
    with pytest.raises(ValueError, match=r"cannot be read as Parquet.*--data.type"):
        Parquet(path=write("text,label\na,b\n")).load()
