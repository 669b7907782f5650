"""A user's table as labelled rows, their sides, and the leaks that are looked for."""

import dataclasses
import types

import numpy as np
import pytest

from experiments.study.tabular.leaks import leaks
from experiments.study.tabular.rows import TableData, read_rows


def written(path, rows, header="user,unit,price,when,label"):
    path.write_text("\n".join([header, *(",".join(map(str, row)) for row in rows)]) + "\n")
    return str(path)


def drawn(n=200, seed=0):
    rng = np.random.default_rng(seed)
    return [
        (
            f"u{rng.integers(20)}",
            f"k{rng.integers(4)}",
            f"{rng.random():.2f}",
            i,
            "yes" if rng.random() < 0.3 else "no",
        )
        for i in range(n)
    ]


def config(**settings):
    return types.SimpleNamespace(**{"split_seed": 0, "folds": 0, "folds_run": (), **settings})


def test_columns_are_of_kinds_and_the_rarer_class_is_positive(tmp_path):
    rows = read_rows(TableData(path=written(tmp_path / "t.csv", drawn()), target="label", ignored=("when",)))
    assert tuple(rows.frame.categorical) == ("user", "unit") and tuple(rows.frame.numeric) == ("price",)
    assert rows.names == ("no", "yes") and rows.title == "t"
    named = dataclasses.replace(rows.data, positive="no", numeric=("when",), ignored=())
    other = read_rows(named)
    assert other.names == ("yes", "no") and tuple(other.frame.numeric) == ("price", "when")
    np.testing.assert_array_equal(other.labels, 1 - rows.labels)


def test_equal_rows_are_on_one_side(tmp_path):
    path = written(tmp_path / "t.csv", [(u, k, 1, 0, y) for u, k, _, _, y in drawn(400)])
    rows = read_rows(TableData(path=path, target="label", ignored=("when",)))
    (sides,) = rows.splits(config())
    parts = [set(rows.groups[side].tolist()) for side in (sides.train, sides.valid, sides.test)]
    assert not (parts[0] & parts[1] or parts[0] & parts[2] or parts[1] & parts[2])
    found = leaks(rows)
    assert "rows are equal to an earlier one" in found.told[0] and "more than one class" in found.told[1]
    assert found.doubts[0] == found.told[1]


def test_folds_test_every_row_once(tmp_path):
    rows = read_rows(TableData(path=written(tmp_path / "t.csv", drawn()), target="label"))
    every = rows.splits(config(folds=4, folds_run=(0, 1, 2, 3)))
    assert sorted(np.concatenate([sides.test for sides in every]).tolist()) == list(range(200))


def test_the_latest_rows_are_tested(tmp_path):
    path = written(tmp_path / "t.csv", drawn()[::-1])
    rows = read_rows(TableData(path=path, target="label", time="when"))
    (sides,) = rows.splits(config())
    assert sides.test.tolist() == list(range(20)) and sides.valid.tolist() == list(range(20, 40))
    assert "when" not in rows.frame.names


def test_the_latest_rows_are_those_of_the_latest_dates(tmp_path):
    days = [f"2024-{1 + i // 28:02}-{1 + i % 28:02}" for i in range(200)]
    order = np.random.default_rng(1).permutation(200)
    rows = [(*row[:3], days[place], row[4]) for row, place in zip(drawn(), order, strict=True)]
    written_so = written(tmp_path / "t.csv", rows)
    (sides,) = read_rows(TableData(path=written_so, target="label", time="when")).splits(config())
    assert sides.test.tolist() == np.flatnonzero(order >= 180).tolist()
    assert sides.valid.tolist() == np.flatnonzero((order >= 160) & (order < 180)).tolist()
    other = written(tmp_path / "t.csv", [(*row[:3], f"{1 + i}/1/2024", row[4]) for i, row in enumerate(rows)])
    with pytest.raises(ValueError, match=r"line 2, .*'1/1/2024' is no date; write dates as YYYY-MM-DD"):
        read_rows(TableData(path=other, target="label", time="when"))


def test_a_test_file_that_lacks_a_column_is_told_with_its_flag(tmp_path):
    path = written(tmp_path / "a.csv", drawn())
    other = written(tmp_path / "b.csv", drawn(60, 1), "usr,unit,price,when,label")
    told = "--data.test_path=.* has no column 'user', .* its columns are 'usr', .*with --data.test_path$"
    with pytest.raises(ValueError, match=told):
        read_rows(TableData(path=path, test_path=other, target="label"))


def test_a_test_file_is_the_test_side(tmp_path):
    path, other = written(tmp_path / "a.csv", drawn()), written(tmp_path / "b.csv", drawn(60, 1))
    rows = read_rows(TableData(path=path, test_path=other, target="label", ignored=("when",)))
    (sides,) = rows.splits(config())
    assert len(rows.labels) == 260 and sides.test.tolist() == list(range(200, 260))


def test_leaks_are_found(tmp_path):
    rows = [(f"id{i}", "k", i, i, "yes" if i % 7 == 0 or i > 150 else "no") for i in range(200)]
    rows = [(key, "late" if y == "yes" else "soon", price, when, y) for key, _, price, when, y in rows]
    table = TableData(path=written(tmp_path / "t.csv", rows), target="label", numeric=("when",))
    found = leaks(read_rows(table))
    told = found.told
    assert told[0] == "No two rows are equal."
    assert (
        told[1]
        == "'unit' tells the target nearly alone, so that it may be known only after it (--data.ignored)."
    )
    assert "'user', 'price', 'when' has nearly as many values" in told[2]
    assert "'yes' is more frequent late" in told[3] and "'when' follows the order of the rows" in told[3]
    assert told[3].endswith("--data.time tests on the latest.") and found.doubts == told[1:]
    late = read_rows(dataclasses.replace(table, numeric=(), time="when"))
    assert "--data.time" not in leaks(late).told[-1]
    other = written(tmp_path / "test.csv", [("new", *row[1:]) for row in rows[::5]])
    given = read_rows(dataclasses.replace(table, test_path=other))
    assert "is more frequent late" in leaks(given).told[-1] and "--data.time" not in leaks(given).told[-1]


def test_drawn_rows_have_no_leaks(tmp_path):
    found = leaks(
        read_rows(TableData(path=written(tmp_path / "t.csv", drawn(1000)), target="label", ignored=("when",)))
    )
    told = found.told
    assert found.doubts == told[1:2] and told[1].endswith("groups of equal rows have more than one class.")
    assert told[2] == "No column tells the target alone."
    assert told[-1] == "The order of the rows does not tell the target."


@pytest.mark.parametrize(
    "settings, message",
    [
        (
            {"target": "lable"},
            "--data.target='lable': .*its columns are 'label'.* no header, .* --data.header$",
        ),
        ({"target": "a", "header": ("b", "c", "d", "e", "f")}, "name one of them with --data.target$"),
        ({"ignored": ("usr",)}, "--data.ignored='usr': .*its columns are 'user'"),
        ({"numeric": ("unit",)}, r"line 2, column 'unit': 'k\d' is no finite number"),
        ({"numeric": ("user",), "ignored": ("user",)}, "'user' is named for something else as well"),
        ({"ignored": ("user", "unit", "price", "when")}, "no column is left to learn from"),
        (
            {"positive": "yess"},
            "--data.positive='yess': .*has the values 'yes', 'no'; name one of them with --data.positive$",
        ),
        (
            {"time": "unit"},
            r"line 2, column 'unit' \(--data.time\): 'k\d' is no date; write dates as YYYY-MM-DD",
        ),
        ({"time": "day"}, "--data.time='day': .*no column of this name"),
        ({"test_path": "nowhere.csv"}, "--data.test_path='nowhere.csv'"),
    ],
)
def test_what_is_no_such_table(settings, message, tmp_path):
    path = written(tmp_path / "t.csv", drawn(30))
    with pytest.raises(ValueError, match=message):
        read_rows(TableData(**{"path": path, "target": "label", **settings}))


def test_rows_without_a_target_and_of_one_class(tmp_path):
    path = written(tmp_path / "t.csv", [("u", "k", 1, 1, "yes"), ("u", "k", 1, 1, "")])
    with pytest.raises(ValueError, match=r"line 3, column 'label' \(--data.target\): the value is missing"):
        read_rows(TableData(path=path, target="label"))
    path = written(tmp_path / "t.csv", [("u", "k", 1, 1, "yes")] * 3)
    with pytest.raises(ValueError, match="every row is of class 'yes'"):
        read_rows(TableData(path=path, target="label"))


@pytest.mark.parametrize(
    "settings, message",
    [
        ({"target": ""}, "^target='': name the column"),
        ({"ignored": ("y",)}, "^ignored=.*this column is the target"),
        ({"time": "y"}, "^time='y': this is the target"),
        ({"time": "t", "test_path": "b"}, "give one of the two"),
    ],
)
def test_fields_that_contradict(settings, message):
    with pytest.raises(ValueError, match=message):
        TableData(**{"path": "a.csv", "target": "y", **settings})


def test_other_values_of_any_column_have_another_digest(tmp_path):
    """Else a run that was stopped would go on with other data unseen."""

    def of(rows, time="when", **settings):
        path = written(tmp_path / "t.csv", rows)
        return read_rows(TableData(path=path, target="label", time=time, **settings)).digest

    rows = drawn()
    changed = [
        [("u0", *rest) for _, *rest in rows],
        [(user, unit, f"{5 * float(price):.2f}", *rest) for user, unit, price, *rest in rows],
        [(user, unit, price, -when, label) for user, unit, price, when, label in rows],
        [(*rest, "no" if i else "yes") for i, (*rest, _) in enumerate(rows)],
        rows[:-1],
    ]
    assert len({of(rows), *(of(each) for each in changed)}) == 1 + len(changed)
    beside = {"time": "", "ignored": ("when",)}
    tested = written(tmp_path / "test.csv", rows[150:])
    assert of(rows, **beside) != of(rows[:150], **beside, test_path=tested)
