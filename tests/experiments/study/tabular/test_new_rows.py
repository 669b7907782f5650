"""New rows for a stored model: what is no record is told by its line."""

from __future__ import annotations

import numpy as np
import pytest

from experiments.study.tabular.new_rows import new_rows
from experiments.study.tabular.rows import TableData
from experiments.study.tabular.words import Words

WORDS = Words(("user",), (), {"age": np.array([1.0, 2.0])})
DATA = TableData(path="a.csv")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("u7,4\r5", "line 2: a carriage return within a line"),
        ('"u7,4', "line 2: unexpected end of data; .*close every quote"),
        ("x" * 2**24 + "x,4", r"line 2: field larger than field limit \(16777216\)"),
        ("u7", "line 2: 1 fields where there are 2 columns"),
    ],
)
def test_a_line_that_is_no_record(line: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        new_rows(DATA, WORDS, ["u7,4", line], "user,age")


def test_fields_may_be_long() -> None:
    assert new_rows(DATA, WORDS, [200_000 * "x" + ",4"], "user,age").numeric["age"].tolist() == [4]


def test_a_column_that_is_there_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="two columns or more are called 'user'"):
        new_rows(DATA, WORDS, ["a,b,3"], "user,user,age")
    with pytest.raises(ValueError, match="the first line names no columns: a carriage return within"):
        new_rows(DATA, WORDS, ["a,b,3"], "user,age\ra,3")


def test_a_quote_is_read_as_in_the_file_that_was_learnt_from() -> None:
    def users(data: TableData, line: str, header: str) -> tuple[str, ...]:
        return new_rows(data, WORDS, [line], header).categorical["user"].values

    assert users(DATA, '"a"\t4', "user\tage") == ('"a"',)
    assert users(TableData(path="a.csv", delimiter="\t"), '"a"\t4', "user\tage") == ("a",)
    assert users(DATA, '"a",4', "user,age") == ("a",)
